import { afterEach, expect, test } from 'vitest'
import { setLangForTest } from './lang'
import { clock, dayStart, duration, fromCivilText, span, timeExact, timeWords } from '../src/i18n/time'

const at = (text: string): number => Date.parse(text)
const now = at('2026-11-22T14:05:03+08:00')
afterEach(() => setLangForTest('zh'))

test.each([
  ['2026-11-22T00:00:00+08:00', '今天 00:00', 'today 00:00'],
  ['2026-11-22T14:05:03+08:00', '今天 14:05', 'today 14:05'],
  ['2026-11-21T23:59:59+08:00', '昨天 23:59', 'yesterday 23:59'],
  ['2026-11-23T00:00:00+08:00', '明天 00:00', 'tomorrow 00:00'],
  ['2026-11-20T08:00:00+08:00', '11月20日 08:00', '20 Nov 08:00'],
  ['2025-12-31T08:00:00+08:00', '2025年12月31日 08:00', '31 Dec 2025 08:00'],
])('%s in words', (text, zh, en) => {
  expect(timeWords(at(text), now)).toBe(zh)
  setLangForTest('en')
  expect(timeWords(at(text), now)).toBe(en)
})

test('an unreadable time is a dash', () => {
  expect(timeWords(Number.NaN, now)).toBe('—')
  expect(timeExact(Number.NaN)).toBe('—')
})

test('days begin at Beijing midnight, which is 16:00 UTC of the day before', () => {
  expect(dayStart(at('2026-11-21T16:00:00Z'))).toBe(at('2026-11-21T16:00:00Z'))
  expect(dayStart(at('2026-11-21T15:59:59Z'))).toBe(at('2026-11-20T16:00:00Z'))
  expect(clock(at('2026-11-21T16:00:00Z'), true)).toBe('00:00:00')
})

test.each([
  [0, '0秒', '0s'], [999, '0秒', '0s'], [45_000, '45秒', '45s'], [192_000, '3分12秒', '3min 12s'], [300_000, '5分钟', '5min'],
  [7_500_000, '2小时5分', '2h 5min'], [3_600_000, '1小时', '1h'], [90_061_000, '1天1小时', '1d 1h'],
])('%d ms lasts', (ms, zh, en) => {
  expect(duration(ms)).toBe(zh)
  setLangForTest('en')
  expect(duration(ms)).toBe(en)
})

test('spans of rules keep parts of a second', () => {
  expect(span(500)).toBe('500 毫秒')
  expect(span(1500)).toBe('1.5秒')
  expect(span(600_000)).toBe('10分钟')
})

test('a picked time is Beijing time', () => {
  expect(Date.parse(fromCivilText('2026-11-22 14:05:03'))).toBe(now)
})
