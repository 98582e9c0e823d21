import { expect, test } from 'vitest'
import type { Alarm } from '../src/api/types'
import type { TimelineItem } from '../src/api/alarms'
import { exprNames, headline, lasted, operandText, sinceWords, stepsOf, valueText } from '../src/components/alarm'
import { codeFromKey } from '../src/components/claim'
import { proposals } from '../src/components/sender'
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

test('the sentence stands without its time where the time stands beside it', () => {
  expect(headline({ zh: 'CH₄ 2.7 %VOL ≥ 2.5，自 2026-11-21 23:59:00 起', en: '' })).toBe('CH₄ 2.7 %VOL ≥ 2.5')
  expect(headline({ zh: 'CH₄ 1 %VOL，06:13:20 降为蓝色（Ⅳ级）：限值 1.5 %VOL，低于 1.5 %VOL 解除', en: '' })).toContain('06:13:20 降为')
  expect(headline(null)).toBe('')
})

const step = (event: string, at: string, value: number | null = 1): TimelineItem =>
  ({ t: `2026-11-22T08:${at}:00+08:00`, event, grade: 1, value, limit: 1, reason: null, announced: true })

test('the steps are those of the last activation, oldest first, of many the first and the last three', () => {
  const old = [step('raise', '00'), step('return', '01', 0)]
  const run = [step('ack', '06'), step('ease', '05'), step('escalate', '04'), step('raise', '03')]
  expect(stepsOf([...run, ...old]).map((s) => s.t.slice(14, 16))).toEqual(['03', '04', '05'])
  expect(stepsOf([step('ease', '09'), step('escalate', '08'), ...run]).map((s) => s.t.slice(14, 16))).toEqual(['03', '05', '08', '09'])
  expect(stepsOf([])).toEqual([])
})

test('an alarm on a fence and on an expression says what it rests on', () => {
  const fence = (rule: string) => ({ fences: [{ id: '1', code: 'F', name: '南环路', rule, grade: 2 as const }] })
  expect(valueText(alarm({ value: null, facts: fence('keep_out') }))).toBe('驶入禁行围栏')
  expect(valueText(alarm({ value: 92, unit: 'km/h', facts: fence('speed_limit') }))).toBe('92 km/h')
  const o = { id: '1', code: 'P2', name: '北门风速', unit: 'm/s', function: 'avg', window_ms: 600_000, value: 1 }
  expect(operandText(o)).toBe('10分钟均值')
  expect(operandText({ ...o, function: 'v' })).toBe('')
  expect(exprNames({ expr: 'avg("P2", 600) < v("P9")', operands: [o] })).toBe('avg(「北门风速」, 600) < v(「P9」)')
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

test('of a sender only sources whose code is their own are offered together', () => {
  const rows = ['json:A-1', 'line:probe,site=x#level', 'line:probe,site=x #level', 'json:'].map((key, i) => ({ id: String(i), version: 1, key }))
  expect(proposals(rows).map((p) => p.code)).toEqual(['A-1'])
  expect(proposals(rows.slice(0, 2)).map((p) => p.code)).toEqual(['A-1', 'probe-x-level'])
})
