// What an alarm says to a person. Pure, so that it can be tested.
import type { TimelineItem } from '@/api/alarms'
import type { Alarm, AlarmFacts, AlarmOperand } from '@/api/types'
import { labelOf } from '@/api/meta'
import { isActive } from '@/live/order'
import { t, tx, type MessageKey, type Text } from '@/i18n'
import { duration, instant, span, timeWords } from '@/i18n/time'
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

/** How a vehicle broke the gravest fence, in two or three words; nothing without one. */
const fenceText = (f: AlarmFacts | null | undefined): string =>
  f?.fences?.[0] ? t(`alarm.fence.${f.fences[0].rule}` as MessageKey) : ''

/** The figure with its unit; an offline alarm has none, a broken fence says how. */
export function valueText(a: Alarm): string {
  if (a.value === null && a.facts?.fences) return fenceText(a.facts)
  if (isCondition(a)) return t(a.value === 0 ? 'alarm.condition.not' : 'alarm.condition')
  if (a.value === null || a.value === undefined) return '—'
  return `${figure(a.value)}${a.unit ? ` ${String(a.unit)}` : ''}`
}

export const reasonText = (a: Alarm): string => tx(a.reason) || alarmTitle(a)

/** The sentence without its "since": where the time stands beside it anyway. */
export function headline(reason: Text | null | undefined): string {
  const text = tx(reason)
  const at = text.lastIndexOf(t('alarm.since.joint'))
  return at > 0 && /^[\d: -]+\S?$/.test(text.slice(at + t('alarm.since.joint').length)) ? text.slice(0, at) : text
}

const STEPS: ReadonlySet<string> = new Set(['raise', 'escalate', 'ease'])

/** The steps of the activation that runs or ran last, oldest first; of many the first and the last three. */
export function stepsOf(items: readonly TimelineItem[]): TimelineItem[] {
  const steps = items.filter((x) => STEPS.has(x.event)).sort((a, b) => instant(a.t) - instant(b.t))
  const from = steps.map((x) => x.event).lastIndexOf('raise')
  const run = from > 0 ? steps.slice(from) : steps
  return run.length > 4 ? [run[0]!, ...run.slice(-3)] : run
}

/** What of a point stands in an expression: "10 分钟均值"; nothing when it is the value itself. */
export const operandText = (o: AlarmOperand): string =>
  o.function === 'v' ? '' : t(`alarm.operand.${o.function}` as MessageKey, { w: o.window_ms ? span(o.window_ms) : '' })

/** The formula with names in place of codes. */
export function exprNames(facts: AlarmFacts): string {
  const names = new Map((facts.operands ?? []).map((o) => [o.code, o.name]))
  return (facts.expr ?? '').replace(/"([^"]+)"/g, (_, code: string) => `「${names.get(code) ?? code}」`)
}
