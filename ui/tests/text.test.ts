import { expect, test } from 'vitest'
import type { Alarm } from '../src/api/types'
import { lasted, sinceWords, valueText } from '../src/components/alarm'
import { codeFromKey } from '../src/components/claim'
import { figure } from '../src/components/format'
import { changesOf, whoOf } from '../src/components/history'
import { cell } from '../src/components/loadCsv'
import { metres, percent } from '../src/components/evidence'
import { tonesFor } from '../src/live/sound'
import { titleText } from '../src/live/title'

test.each([
  [0, '0'], [0.1 + 0.2, '0.3'], [2.7, '2.7'], [12.3456, '12.346'], [123.456, '123.46'], [1234.56, '1234.6'], [1e12, '1.000e+12'], [0.00001, '0.00001000'],
  [-0.5, '-0.5'], [null, '—'], [undefined, '—'], ['', '—'],
])('%s is written %s', (v, s) => {
  expect(figure(v)).toBe(s)
})

const alarm = (more: Partial<Alarm>): Alarm => ({
  id: '1', version: 1, point: 'A', rule: 'r', grade: 1, state: 'unacknowledged', raised_at: '2026-11-22T08:00:00+08:00', value: 2.7, unit: '%VOL', count: 1,
  reason: { zh: '', en: '' }, ...more,
})
const now = Date.parse('2026-11-22T08:03:12+08:00')

test('an alarm says since when, or from when to when', () => {
  expect(sinceWords(alarm({}), now)).toBe('自今天 08:00 起，已 3分12秒')
  const over = alarm({ state: 'returned', returned_at: '2026-11-22T08:02:00+08:00' })
  expect(sinceWords(over, now)).toBe('今天 08:00 至 今天 08:02，历时 2分钟')
  expect(lasted(over, now)).toBe(120_000)
  const again = alarm({ state: 'acknowledged', active: true, returned_at: '2026-11-22T07:59:00+08:00' })
  expect(lasted(again, now)).toBe(192_000)
  expect(sinceWords(again, now)).toContain('已 3分12秒')
})

test('an offline alarm has no figure', () => {
  expect(valueText(alarm({}))).toBe('2.7 %VOL')
  expect(valueText(alarm({ value: null }))).toBe('—')
})

test.each([
  ['json:GAS-0990', 'GAS-0990'], ['mqtt:anlan/GAS-1', 'GAS-1'], ['line:reading,point=GAS-7#v', 'GAS-7'], ['line:ch4,dev=7,site=北门#v', 'ch4-7-北门'],
  ['line:tank,id=3#level', 'tank-3-level'],
])('%s proposes %s', (key, code) => {
  expect(codeFromKey(key)).toBe(code)
})

test('history names what differs; a creation lists nothing', () => {
  const entry = { n: 1, t: '2026-11-22T08:00:00+08:00', who: 'office', full_name: null, peer: null, why: null }
  const changes = [{ field: 'name', before: 'a', after: 'b' }, { field: 'note', before: 'x', after: null }]
  expect(changesOf({ ...entry, action: 'change', changes }, 'points')).toEqual([{ field: 'name', from: 'a', to: 'b' }, { field: 'note', from: 'x', to: '—' }])
  expect(changesOf({ ...entry, action: 'create', changes: [{ field: 'name', before: null, after: 'b' }] }, 'points')).toEqual([])
  expect(whoOf({ ...entry, action: 'change', changes: [] })).toBe('office')
})

test('orange has two tones, red three, yellow and blue none', () => {
  expect([1, 2, 3, 4, 5].map((g) => tonesFor(g).length)).toEqual([3, 2, 0, 0, 0])
})

test('red three tones, orange two, the others none', () => {
})

test('the tab title counts what calls, with its grade, in two forms', () => {
  expect(titleText(2, 1, 5, 0)).toBe('(2) 红色待研判 · 安澜')
  expect(titleText(2, 1, 5, 1)).toBe('(2) 【红】安澜')
  expect(titleText(0, 5, 5, 0)).toBe('(5) 安澜')
  expect(titleText(0, 5, 0, 1)).toBe('安澜')
})

test.each([[0, '0%'], [0.0004, '< 0.1%'], [0.125, '12.5%'], [1, '100%']])('share %d', (x, text) => expect(percent(x)).toBe(text))
test.each([[0, '0 m'], [999, '999 m'], [1250, '1.3 km']])('%d metres', (m, text) => expect(metres(m)).toBe(text))
test.each([['=1+1', "'=1+1"], ['a,b', '"a,b"'], ['say "x"', '"say ""x"""'], [null, ''], [-1, '-1']])('cell %s', (v, text) => expect(cell(v)).toBe(text))
