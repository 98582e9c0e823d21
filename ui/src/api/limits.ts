// Time limits with their ladders, and the calendar that they are reckoned by.
import { listRecords } from './records'
import type { Query } from './http'
import type { Rec } from './types'

export interface Limit extends Rec {
  key: string
  code: string
  name: string
  name_en: string | null
  grade: number
  district: string | null
  amount: number
  unit: string
  valid_from: string | null
  valid_to: string | null
  basis: string | null
}
export interface Rung extends Rec {
  limit: string
  position: number
  kind: string
  percent: number | null
  after: number | null
  recipient: string
}
export interface Holiday extends Rec { date: string; kind: 'off' | 'work'; name: string | null; year: number }
export interface CalendarYear extends Rec { year: string; complete: boolean; basis: string | null }
export interface WorkTime extends Rec { code: string; spans: string; move_last_day_off: boolean; basis: string | null }

/** All records of a list, page by page. */
async function all<T extends Rec>(plural: string, query: Query): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: { items: T[]; next: string | null } = await listRecords<T>(plural, cursor ? { ...query, limit: 200, cursor } : { ...query, limit: 200 })
    items.push(...page.items)
    cursor = page.next
  } while (cursor)
  return items
}

export const allLimits = (): Promise<Limit[]> => all<Limit>('time-limits', { sort: 'code' })
export const allRungs = (): Promise<Rung[]> => all<Rung>('limit-steps', { sort: 'position' })
export const holidaysOf = (year: number): Promise<Holiday[]> => all<Holiday>('holidays', { year, sort: 'date' })
export const calendarYears = (): Promise<CalendarYear[]> => all<CalendarYear>('calendar-years', {})
export const workTimes = (): Promise<WorkTime[]> => all<WorkTime>('work-times', {})
