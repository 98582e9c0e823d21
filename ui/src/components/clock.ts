// What a running clock says: pure, so that it can be tested.
import { t } from '@/i18n'
import { duration, instant } from '@/i18n/time'

export interface ClockFacts {
  due: number
  /** How much of the time was used when the server was asked, and when that was: working time is the server's to reckon. */
  share: number | null
  asked: number
  paused: boolean
  provisional: boolean
}
export type ClockTone = 'none' | 'far' | 'near' | 'short' | 'over' | 'paused'

const DAY = 86_400_000
/** The last quarter of the time is called short. */
const SHORT = 0.75

/** Between two answers of the server the share grows as the rest of the time goes by. */
export function shareNow(c: ClockFacts, now: number): number | null {
  if (c.share === null || !Number.isFinite(c.due)) return null
  const left = c.due - c.asked
  if (left <= 0 || c.share >= 1) return c.share
  return 1 - (1 - c.share) * Math.max(0, (c.due - now) / left)
}

export function clockTone(c: ClockFacts, now: number): ClockTone {
  if (!Number.isFinite(c.due)) return 'none'
  if (c.paused) return 'paused'
  if (now >= c.due) return 'over'
  const share = shareNow(c, now)
  if (share !== null && share > SHORT) return 'short'
  return c.due - now > DAY ? 'far' : 'near'
}

/** 3天4小时, 5:04:09, 12:09; what is over has a plus. */
export function clockWords(due: number, now: number): string {
  const ms = Math.abs(due - now)
  const sign = now >= due ? '+' : ''
  if (ms >= DAY) return sign + duration(ms)
  const s = Math.floor(ms / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return `${sign}${h ? `${h}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** From the clock of a record, or from a row of the desk. */
export function clockOf(x: { due_at?: string | null; share?: number | null; paused?: boolean; provisional?: boolean; clock?: unknown }, asked: number): ClockFacts {
  const c = (typeof x.clock === 'object' && x.clock !== null ? x.clock : {}) as { due_at?: string; share?: number; paused?: boolean; provisional?: boolean }
  return {
    due: instant(c.due_at ?? x.due_at ?? ''), share: c.share ?? x.share ?? null, asked,
    paused: c.paused ?? x.paused ?? false, provisional: c.provisional ?? x.provisional ?? false,
  }
}

export const chaseWord = (n: number): string => (n >= 1 ? t(n >= 3 ? 'chase.3' : n === 2 ? 'chase.2' : 'chase.1') : '')
