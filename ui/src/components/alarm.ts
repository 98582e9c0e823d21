// What an alarm says to a person. Pure, so that it can be tested.
import type { Alarm } from '@/api/types'
import { isActive } from '@/live/order'
import { t, tx } from '@/i18n'
import { duration, instant, timeWords } from '@/i18n/time'
import { figure } from './format'

/** Has the condition gone? A record that rose again keeps the time of its last return. */
const isOver = (a: Alarm): boolean => (typeof a.active === 'boolean' ? !a.active : !isActive(a.state))

/** "since 08:12, for 3 min", or from when to when once it is over. */
export function sinceWords(a: Alarm, now: number): string {
  const from = instant(a.raised_at)
  const to = instant(a.returned_at)
  if (Number.isFinite(to) && isOver(a)) {
    return t('alarm.lasted', { from: timeWords(from, now), to: timeWords(to, now), d: duration(to - from) })
  }
  return t('alarm.since', { at: timeWords(from, now), d: duration(now - from) })
}

/** How long it lasts or lasted, in ms. */
export function lasted(a: Alarm, now: number): number {
  const to = instant(a.returned_at)
  return (Number.isFinite(to) && isOver(a) ? to : now) - instant(a.raised_at)
}

export const alarmTitle = (a: Alarm): string => String(a.point_name ?? a.titles?.point ?? a.point)

/** The figure with its unit; an offline alarm has none. */
export function valueText(a: Alarm): string {
  if (a.value === null || a.value === undefined) return '—'
  return `${figure(a.value)}${a.unit ? ` ${String(a.unit)}` : ''}`
}

export const reasonText = (a: Alarm): string => tx(a.reason) || alarmTitle(a)
