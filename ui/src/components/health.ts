// Figures of the device health. Pure, so that they can be tested.
import { t } from '@/i18n'
import { duration } from '@/i18n/time'

interface Measured { received: number; bad: number; expected: number }

/** Of what was expected; a device that reports more often than it should has no more than all. */
export const receivedShare = (m: Measured): number | null => (m.expected > 0 ? Math.min(1, m.received / m.expected) : null)
export const badShare = (m: Measured): number | null => (m.received + m.bad > 0 ? m.bad / (m.received + m.bad) : null)

/** 99.97 % is not all of it: never rounded up to 100, nor down to 0. */
export function percent(x: number | null): string {
  if (x === null) return '—'
  const p = x * 100
  if (p > 99.9 && p < 100) return '99.9%'
  if (p > 0 && p < 0.1) return '<0.1%'
  return `${Number(p.toFixed(1))}%`
}

const NOTHING = 3000

/** Within the accuracy of the measure (two seconds and a little) nothing is late. */
export function lateText(ms: number | null): string {
  if (ms === null) return '—'
  if (Math.abs(ms) < NOTHING) return `0${t('unit.second')}`
  return `${ms < 0 ? '−' : ''}${duration(Math.abs(ms))}`
}
