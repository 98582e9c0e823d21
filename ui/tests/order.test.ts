import { expect, test } from 'vitest'
import type { Alarm, AlarmState, Grade } from '../src/api/types'
import { foldGroups } from '../src/live/groups'
import { isOpen, isWaiting, oldestWaiting, streamOrder } from '../src/live/order'
import { callGrade, clockText, isPending, nextToJudge, pendingOrder } from '../src/live/pending'

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

test('what to judge next: the more severe first, then the older, never what was just judged', () => {
  expect(nextToJudge(list, new Set(['wait-old']))?.id).toBe('wait-new')
  expect(nextToJudge(list, new Set(['wait-new']))?.id).toBe('wait-old')
  expect(nextToJudge(list, new Set(['wait-new', 'wait-old']))?.id).toBe('returned')
  expect(nextToJudge([list[1]!], new Set(['wait-old']))).toBeUndefined()
})

test('red and orange call until they are judged, and again when they rise anew', () => {
  const judged = { ...alarm('j', 'acknowledged', 3, 1), verdict: 'true' }
  expect(isPending(alarm('red', 'unacknowledged', 1, 1))).toBe(true)
  expect(isPending(alarm('returned', 'returned', 1, 2))).toBe(true)
  expect(isPending(alarm('seen, not judged', 'acknowledged', 1, 2))).toBe(true)
  expect(isPending(judged)).toBe(false)
  expect(isPending({ ...judged, state: 'unacknowledged' })).toBe(true)
  expect(isPending(alarm('yellow', 'unacknowledged', 1, 3))).toBe(false)
  expect(isPending(alarm('shelved', 'shelved', 1, 1))).toBe(false)
  expect(isPending(alarm('closed', 'normal', 1, 1))).toBe(false)
  const calling = [alarm('new', 'unacknowledged', 9, 1), alarm('old', 'acknowledged', 2, 2), judged]
  expect(pendingOrder(calling).map((a) => a.id)).toEqual(['new', 'old'])
})

test('an orange alarm that eased before anybody judged it still calls; judged, it does not', () => {
  const eased = { ...alarm('eased', 'unacknowledged', 1, 3), worst_grade: 2 as Grade }
  expect(isPending(eased)).toBe(true)
  expect(callGrade(eased)).toBe(2)
  expect(isPending({ ...eased, state: 'acknowledged', verdict: 'true' })).toBe(false)
})

test('the gravest calls first, what lasts before what returned, then the oldest', () => {
  const list = [alarm('orange, returned', 'returned', 1, 2), alarm('orange', 'unacknowledged', 5, 2), alarm('red', 'unacknowledged', 9, 1),
    alarm('red, older', 'unacknowledged', 8, 1)]
  expect(pendingOrder(list).map((a) => a.id)).toEqual(['red, older', 'red', 'orange', 'orange, returned'])
  expect(nextToJudge(list, new Set(['red, older']))?.id).toBe('red')
})

test('alarms of one site and moment fold into one, the first out named, the gravest shown', () => {
  const of = (id: string, minute: number, grade: Grade, group: string, first: boolean): Alarm =>
    ({ ...alarm(id, 'unacknowledged', minute, grade), group_id: group, first_out: first })
  const groups = foldGroups([of('b', 2, 1, 'g', false), of('x', 9, 4, 'x', true), of('a', 3, 3, 'g', true), alarm('lone', 'returned', 1)])
  expect(groups.map((g) => [g.lead.id, g.members.map((m) => m.id).join(), g.worst])).toEqual([['a', 'a,b', 1], ['x', 'x', 4], ['lone', 'lone', 3]])
  expect(foldGroups([of('b', 5, 2, 'g', false), of('c', 4, 2, 'g', false)])[0]!.lead.id).toBe('c')
})

test.each([[0, '00:00'], [61_000, '01:01'], [3_600_000, '1:00:00'], [-5_000, '−00:05'], [90_061_000, '25:01:01']])('clock of %d ms', (ms, text) => {
  expect(clockText(ms)).toBe(text)
})

test.each([
  ['unacknowledged', true, true], ['returned', true, true], ['acknowledged', false, true], ['shelved', false, false],
  ['suppressed', false, false], ['out-of-service', false, false], ['normal', false, false],
] as const)('%s', (state, waits, open) => {
  expect(isWaiting(state)).toBe(waits)
  expect(isOpen(state)).toBe(open)
})
