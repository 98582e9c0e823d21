// What an alarm says to a person. Pure, so that it can be tested.
import type { Alarm } from '@/api/types'
import { labelOf } from '@/api/meta'
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

/** Where it is, in words: the object and the district, as far as they are registered and readable. */
export const placeText = (a: Alarm): string =>
  [a.titles?.object, a.titles?.district].filter(Boolean).join(t('punct.list'))

/** Which rule rose: by it two alarms of one point differ. */
export const ruleText = (a: Alarm): string => (a.rule === 'clock' ? labelOf('alarm_kind', 'clock') : String(a.rule_name || a.rule))

/** A condition that holds or not has no figure of its own: the 1 behind it says nothing. */
const isCondition = (a: Alarm): boolean => a.kind === 'expr' && (a.limit_value === null || a.limit_value === undefined)

/** The figure with its unit; an offline alarm has none. */
export function valueText(a: Alarm): string {
  if (isCondition(a)) return t(a.value === 0 ? 'alarm.condition.not' : 'alarm.condition')
  if (a.value === null || a.value === undefined) return '—'
  return `${figure(a.value)}${a.unit ? ` ${String(a.unit)}` : ''}`
}

export const reasonText = (a: Alarm): string => tx(a.reason) || alarmTitle(a)
