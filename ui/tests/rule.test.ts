import { afterEach, expect, test } from 'vitest'
import { limitFault, limitLines, ruleSentence, usedBy } from '../src/components/rule'
import { setLangForTest } from './lang'

afterEach(() => setLangForTest('zh'))

const level = {
  kind: 'level', point: 'GAS-*', dir: 'high', limit1: 2.5, limit3: 1, deadband: 0.1, on_delay_ms: 60_000, off_delay_ms: 300_000, enabled: true,
}

test.each([
  [level, '编码符合 GAS-* 的测点：数值达到或超过限值时报警，红 Ⅰ 级 2.5，黄 Ⅲ 级 1。持续 1分钟才触发。回到限值以内（含回差 0.1）并持续 5分钟才恢复。'],
  [{ kind: 'level', point: 'W-1', dir: 'low', limit2: 0.2, deadband: 0, on_delay_ms: 0, off_delay_ms: 0 }, '测点 W-1：数值达到或低于限值时报警，橙 Ⅱ 级 0.2。回到限值以内即恢复。'],
  [{ kind: 'stuck', point: 'W-1', window_ms: 3_600_000, eps: 0, grade: 4 }, '测点 W-1：1小时内变化不超过 0 时，发出蓝 Ⅳ 级报警。'],
  [{ kind: 'offline', point: 'W-1', timeout_ms: 1_800_000, grade: 3, enabled: false }, '测点 W-1：超过 30分钟没有有效读数时，发出黄 Ⅲ 级报警。规则未启用。'],
  [{ kind: 'expr', point: 'W-1', expr: 'v("A") > 2', grade: 1, off_delay_ms: null }, '测点 W-1：表达式 v("A") > 2 成立时，发出红 Ⅰ 级报警。回到限值以内即恢复。'],
])('in Chinese', (r, s) => {
  expect(ruleSentence(r)).toBe(s)
})

test('in English, with the same facts', () => {
  setLangForTest('en')
  const s = ruleSentence({ kind: 'rate', point: 'W-1', dir: 'fall', window_ms: 600_000, limit2: 0.05, off_delay_ms: 60_000 })
  expect(s).toContain('Point W-1')
  expect(s).toContain('within 10min the value falls per minute')
  expect(s).toContain('Orange, grade Ⅱ 0.05')
})

test('a draft without kind says nothing, an unfinished one says what is missing', () => {
  expect(ruleSentence({ point: 'W-1' })).toBe('')
  expect(ruleSentence({ kind: 'level' })).toContain('（未填限值）')
  expect(ruleSentence({ kind: 'level' })).toContain('（未指定测点）')
})

test.each([
  ['level', 'limit1', true], ['level', 'window_ms', false], ['stuck', 'eps', true], ['stuck', 'limit1', false], ['offline', 'timeout_ms', true],
  ['offline', 'deadband', false], ['expr', 'expr', true], ['deviation', 'k', true], ['level', 'name', true], [undefined, 'limit1', false], [undefined, 'basis', true],
])('kind %s uses %s: %s', (kind, field, used) => {
  expect(usedBy(kind, field)).toBe(used)
})

test('only the limits of level rules in force are lines on the chart', () => {
  expect(limitLines(level)).toEqual([{ grade: 1, limit: 2.5, dir: 'high' }, { grade: 3, limit: 1, dir: 'high' }])
  expect(limitLines({ ...level, enabled: false })).toEqual([])
  expect(limitLines({ ...level, kind: 'rate' })).toEqual([])
})

test('limits that contradict the order of grades are told at once', () => {
  expect(limitFault(level)).toBe('')
  expect(limitFault({ ...level, limit2: 0.02 })).toBe('橙 Ⅱ 级的限值应不低于黄 Ⅲ 级的限值 1。')
  expect(limitFault({ ...level, limit2: 2.5 })).toBe('')
  expect(limitFault({ ...level, dir: 'low', limit1: 0.3, limit3: 0.2 })).toBe('红 Ⅰ 级的限值应不高于黄 Ⅲ 级的限值 0.2。')
  expect(limitFault({ ...level, kind: 'offline' })).toBe('')
})
