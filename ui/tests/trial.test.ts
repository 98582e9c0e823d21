import { expect, test } from 'vitest'
import type { TryAnswer } from '../src/api/rules'
import type { Entity, HistoryEntry, Rec } from '../src/api/types'
import { badShare, lateText, percent, receivedShare } from '../src/components/health'
import { trySentence } from '../src/components/trial'
import { backTo, differing, versionsOf } from '../src/components/versions'
import { layout, lookOf, panned, stepFor, zoomed, type Line } from '../src/chart/multi'
import { lang } from '../src/i18n'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const score = { raises: 14, escalations: 0, at_start: 0, unjudged: 2, true: 0, false: 12, other: 0, hours: 20.46, by_grade: {}, hours_by_grade: {}, alarms: [], truncated: false }
const answer: TryAnswer = {
  from: 0, to: DAY, reached: DAY, complete: true, readings: 9, matched: 3, outside: 0, step_ms: 0, points: [1, 2, 3].map((i) => ({ id: String(i), code: `P${i}`, name: '', unit: '' })),
  tried: score, now: { ...score, raises: 5, false: 2 },
}

test('the sentence of a try-out', () => {
  lang.value = 'zh'
  expect(trySentence(answer, 7)).toBe('7 天内，3 个测点会报警 14 次，其中误报 12 次，未研判 2 次；报警共 20.5 小时。现行规则为 5 次，误报 2 次。')
  expect(trySentence({ ...answer, matched: 300 }, 7)).toMatch(/^以 300 个测点中的 3 个为样本：7 天内/)
  expect(trySentence({ ...answer, tried: { ...score, raises: 0 }, now: null }, 1)).toBe('1 天内，3 个测点不会报警。尚无现行规则可比。')
  expect(trySentence({ ...answer, outside: 4, step_ms: 60_000 }, 365)).toMatch(/^1 年内，.*。读数过多，每 1分钟取一个值试算。另有 4 个测点不在本账户的数据范围内，未计入。/)
  expect(trySentence({ ...answer, complete: false }, 7)).toMatch(/只算到 1970-01-02 08:00:00/)
  lang.value = 'en'
  expect(trySentence(answer, 7)).toBe('In 7 days, 14 alarms on 3 points, 12 of them false, 2 not judged; 20.5 hours in alarm. The current rule: 5, 2 false.')
  lang.value = 'zh'
})

const field = (name: string, type = 'real', more = {}) => ({ name, type, label: { zh: name, en: name }, ...more })
const entity = { name: 'rule', plural: 'rules', title: { zh: '', en: '' }, can_write: true, actions: [],
  fields: [field('code', 'text', { create_only: true }), field('limit1'), field('deadband'), field('valid_from', 'time')] } as unknown as Entity
const entry = (n: number, changes: [string, unknown, unknown][]): HistoryEntry => ({
  n, t: '2026-11-22T08:00:00+08:00', who: 'li', full_name: null, peer: null, action: n === 1 ? 'create' : 'change', why: null,
  changes: changes.map(([f, before, after]) => ({ field: f, before, after })),
})
const record = { id: '1', version: 3, code: 'R', limit1: 7, deadband: null, valid_from: '2026-11-22T00:00:00+08:00' } as Rec
const history = [entry(9, [['limit1', 6, 7], ['valid_from', null, 1795276800000]]), entry(4, [['deadband', 1, null]]), entry(1, [['code', null, 'R'], ['limit1', null, 6], ['deadband', null, 1]])]

test('versions are worked out backwards, and one can be brought back', () => {
  const v = versionsOf(entity, record, history)
  expect(v.map((x) => [x.n, x.values.limit1, x.values.deadband])).toEqual([[3, 7, null], [2, 6, null], [1, 6, 1]])
  expect(differing(entity, v[0]!, v[2]!)).toEqual(['limit1', 'deadband', 'valid_from'])
  expect(differing(entity, v[1]!, v[1]!)).toEqual([])
  expect(backTo(entity, record, v[2]!)).toEqual({ limit1: 6, deadband: 1, valid_from: null })
  expect(backTo(entity, record, v[0]!)).toEqual({})
})

test('a step for every span', () => {
  expect(stepFor(365 * DAY)).toBe(DAY)
  expect(stepFor(30 * DAY)).toBe(HOUR)
  expect(stepFor(DAY, undefined, 60_000)).toBe(0)
  expect(stepFor(DAY, undefined, 1000)).toBe(120_000)
  expect(stepFor(7 * DAY, undefined, HOUR)).toBe(0)
  for (const span of [HOUR, DAY, 7 * DAY, 90 * DAY, 1000 * DAY]) expect(span / stepFor(span)).toBeLessThanOrEqual(720)
})

test('two units share a panel, more have one each; no colour is a grade', () => {
  const line = (unit: string): Line => ({ code: unit, name: '', unit, series: { rows: [], min: [], max: [], step: 0, gap: 0, unit, truncated: false }, look: lookOf(0) })
  expect(layout([line('kPa'), line('kPa'), line('mm')])).toEqual({ units: ['kPa', 'mm'], panels: false })
  expect(layout([line('kPa'), line('mm'), line('t')]).panels).toBe(true)
  expect(new Set(Array.from({ length: 12 }, (_, i) => JSON.stringify(lookOf(i)))).size).toBe(12)
})

test('zooming keeps the moment under the hand and never leaves the present behind', () => {
  const v = { from: 0, to: 100 * HOUR }
  const near = zoomed(v, 0.5, 25 * HOUR, 1e12)
  expect(near.to - near.from).toBe(50 * HOUR)
  expect((25 * HOUR - near.from) / (near.to - near.from)).toBeCloseTo(0.25)
  expect(zoomed(v, 1e-9, 0, 1e12).to).toBe(10_000)
  const ahead = panned(v, 80 * HOUR, 120 * HOUR)
  expect(ahead.to).toBe(125 * HOUR)
  expect(panned(v, -10 * HOUR, 120 * HOUR)).toEqual({ from: -10 * HOUR, to: 90 * HOUR })
})

test('figures of the health', () => {
  expect([null, 0, 0.0004, 0.5, 0.9997, 1].map(percent)).toEqual(['—', '0%', '<0.1%', '50%', '99.9%', '100%'])
  expect(receivedShare({ received: 12, bad: 0, expected: 10 })).toBe(1)
  expect(receivedShare({ received: 0, bad: 0, expected: 0 })).toBeNull()
  expect(badShare({ received: 3, bad: 1, expected: 9 })).toBe(0.25)
  expect([null, 900, -2000, 65_000, -65_000].map(lateText)).toEqual(['—', '0秒', '0秒', '1分5秒', '−1分5秒'])
})
