import { expect, test } from 'vitest'
import type { Alarm, AlarmState, Grade } from '../src/api/types'
import { isOpen, isWaiting, nextWaiting, oldestWaiting, streamOrder } from '../src/live/order'

const alarm = (id: string, state: AlarmState, minute: number, grade: Grade = 3): Alarm => ({
  id, version: 1, point: id, rule: 'r', grade, state, raised_at: new Date(minute * 60_000).toISOString(), value: 1, count: 1, reason: { zh: '', en: '' },
})
const list = [
  alarm('acked-old', 'acknowledged', 1), alarm('wait-old', 'unacknowledged', 2), alarm('wait-new', 'unacknowledged', 9, 1),
  alarm('returned', 'returned', 5), alarm('acked-new', 'acknowledged', 8), alarm('wait-blue', 'unacknowledged', 20, 4),
]

test('the oldest unanswered is pinned, the other waiting follow, the more severe first, the acknowledged come last', () => {
  expect(streamOrder(list).map((a) => a.id)).toEqual(['wait-old', 'wait-new', 'returned', 'wait-blue', 'acked-new', 'acked-old'])
  expect(oldestWaiting(list)?.id).toBe('wait-old')
})

test('nothing waits: no alarm is pinned', () => {
  expect(streamOrder([list[0]!, list[4]!]).map((a) => a.id)).toEqual(['acked-new', 'acked-old'])
  expect(oldestWaiting([])).toBeUndefined()
})

test('what to judge next: the more severe first, then the older, never the same', () => {
  expect(nextWaiting(list, 'wait-old')?.id).toBe('wait-new')
  expect(nextWaiting(list, 'wait-new')?.id).toBe('wait-old')
  expect(nextWaiting([list[1]!], 'wait-old')).toBeUndefined()
})

test.each([
  ['unacknowledged', true, true], ['returned', true, true], ['acknowledged', false, true], ['shelved', false, false],
  ['suppressed', false, false], ['out-of-service', false, false], ['normal', false, false],
] as const)('%s', (state, waits, open) => {
  expect(isWaiting(state)).toBe(waits)
  expect(isOpen(state)).toBe(open)
})
