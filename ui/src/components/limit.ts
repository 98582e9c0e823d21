import { labelOf } from '@/api/meta'
import { isZh } from '@/i18n'

/** "15 分钟", "3 工作日"; a part of a unit keeps one digit. English takes the singular for one. */
export function amountText(n: number, unit: string): string {
  const figure = Number.isInteger(n) ? String(n) : n.toFixed(1).replace(/\.0$/, '')
  const label = labelOf('limit_unit', unit)
  return `${figure} ${!isZh.value && n === 1 ? label.replace(/s$/, '') : label}`
}

/** Days since 1970-01-01 of a date, as the calendar counts; Monday is 0 in the week. */
export const dayNumber = (y: number, m: number, d: number): number => Math.round(Date.UTC(y, m - 1, d) / 86_400_000)
export const weekdayOf = (y: number, m: number, d: number): number => ((dayNumber(y, m, d) + 3) % 7 + 7) % 7
export const daysIn = (y: number, m: number): number => new Date(Date.UTC(y, m, 0)).getUTCDate()
export const dateText = (y: number, m: number, d: number): string =>
  `${String(y).padStart(4, '0')}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`
