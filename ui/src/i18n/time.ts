// Civil time is Beijing time whatever the browser's zone: the offset is fixed at eight hours.
import { lang, t } from './index'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const OFFSET = 8 * HOUR
const pad = (n: number, w = 2): string => String(n).padStart(w, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export interface Civil { y: number; mo: number; d: number; h: number; mi: number; s: number }

export function civil(ms: number): Civil {
  const x = new Date(ms + OFFSET)
  return {
    y: x.getUTCFullYear(), mo: x.getUTCMonth() + 1, d: x.getUTCDate(),
    h: x.getUTCHours(), mi: x.getUTCMinutes(), s: x.getUTCSeconds(),
  }
}

/** Beijing midnight of the day that holds ms. */
export function dayStart(ms: number): number {
  return Math.floor((ms + OFFSET) / DAY) * DAY - OFFSET
}

/** RFC 3339 or a number of milliseconds; NaN when neither. */
export function instant(v: unknown): number {
  if (typeof v === 'number') return v
  if (typeof v !== 'string' || v === '') return Number.NaN
  return Date.parse(v)
}

export function clock(ms: number, seconds = false): string {
  const c = civil(ms)
  return `${pad(c.h)}:${pad(c.mi)}${seconds ? `:${pad(c.s)}` : ''}`
}

export function dateExact(ms: number): string {
  const c = civil(ms)
  return `${c.y}-${pad(c.mo)}-${pad(c.d)}`
}

/** 2026-11-22 14:05:03 */
export function timeExact(ms: number): string {
  return Number.isFinite(ms) ? `${dateExact(ms)} ${clock(ms, true)}` : '—'
}

/** 今天 14:05, 昨天 14:05, 11月20日 14:05, 2025年11月20日 14:05 */
export function timeWords(ms: number, now: number, seconds = false): string {
  if (!Number.isFinite(ms)) return '—'
  const days = Math.round((dayStart(now) - dayStart(ms)) / DAY)
  const at = clock(ms, seconds)
  if (days === 0) return `${t('time.today')} ${at}`
  if (days === 1) return `${t('time.yesterday')} ${at}`
  if (days === -1) return `${t('time.tomorrow')} ${at}`
  const c = civil(ms)
  const same = c.y === civil(now).y
  if (lang.value === 'zh') return `${same ? '' : `${c.y}年`}${c.mo}月${c.d}日 ${at}`
  return `${c.d} ${MONTHS[c.mo - 1]}${same ? '' : ` ${c.y}`} ${at}`
}

/** 45秒, 3分12秒, 2小时5分, 3天4小时: the two largest units, nothing finer than needed. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '—'
  const s = Math.max(0, Math.floor(ms / 1000))
  const units: [number, string][] = [
    [Math.floor(s / 86400), t('unit.day')], [Math.floor(s / 3600) % 24, t('unit.hour')],
    [Math.floor(s / 60) % 60, t('unit.minute')], [s % 60, t('unit.second')],
  ]
  const first = units.findIndex(([n]) => n > 0)
  if (first < 0) return `0${units[3]![1]}`
  const gap = lang.value === 'zh' ? '' : ' '
  const words = units.slice(first, first + 2).filter(([n]) => n > 0)
  // Minutes alone are 分钟 in Chinese: 5分 by itself may be read as a mark.
  if (lang.value === 'zh' && words.length === 1 && first === 2) return `${words[0]![0]}分钟`
  return words.map(([n, u]) => `${n}${u}`).join(gap)
}

/** A rule's delay or window, which is given in ms and is rarely whole: 500 ms, 1.5秒, 10分. */
export function span(ms: number): string {
  if (ms < 1000) return `${ms} ${t('unit.ms')}`
  if (ms % 1000 === 0) return duration(ms)
  return `${ms / 1000}${t('unit.second')}`
}

/** The value of a date-time field in Beijing time, "2026-11-22 14:05:03", as an instant in RFC 3339. */
export function fromCivilText(text: string): string {
  return `${text.replace(' ', 'T')}+08:00`
}

/** 11 月, November */
export const monthName = (month: number): string =>
  lang.value === 'zh' ? `${month} 月` : new Date(Date.UTC(2000, month - 1, 1)).toLocaleString('en', { month: 'long', timeZone: 'UTC' })

/** Monday to Sunday in one letter each. */
export const weekLetters = (): string[] => [...(lang.value === 'zh' ? '一二三四五六日' : 'MTWTFSS')]
