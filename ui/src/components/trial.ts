// The sentence of a try-out. Pure, so that it can be tested.
import type { TryAnswer } from '@/api/rules'
import { t, type MessageKey } from '@/i18n'
import { span, timeExact } from '@/i18n/time'

const hours = (h: number): string => (h >= 100 ? h.toFixed(0) : h.toFixed(1))

/** "In 7 days, 14 alarms on 3 points, 12 of them false; 20.5 hours in alarm. The current rule: 5, 2 false." */
export function trySentence(a: TryAnswer, days: number): string {
  const over = t(`try.span.${days}` as MessageKey)
  const s = a.tried
  const gap = t('punct.comma') === ', ' ? ' ' : ''
  const parts: string[] = []
  if (s.raises === 0) parts.push(t('try.none', { span: over, n: a.points.length }))
  else {
    const judged = [s.false > 0 ? t('try.false', { n: s.false }) : '', s.true > 0 ? t('try.true', { n: s.true }) : '', s.unjudged > 0 ? t('try.unjudged', { n: s.unjudged }) : '']
    parts.push(t('try.raises', { span: over, n: a.points.length, raises: s.raises }) + judged.join('') + t('try.hours', { h: hours(s.hours) }))
  }
  if (a.matched > a.points.length) parts[0] = t('try.sample', { n: a.points.length, total: a.matched }) + parts[0]
  if (a.step_ms > 0) parts.push(t('try.step', { d: span(a.step_ms) }))
  if (a.outside > 0) parts.push(t('try.outside', { n: a.outside }))
  if (s.at_start > 0) parts.push(t('try.start', { n: s.at_start }))
  const end = gap ? '.' : '。'
  parts.push(a.now ? t('try.now', { raises: a.now.raises }) + (a.now.false > 0 ? t('try.now.false', { n: a.now.false }) : '') + end : t('try.now.none'))
  if (!a.complete) parts.push(t('try.partial', { at: timeExact(a.reached) }))
  return parts.join(gap)
}
