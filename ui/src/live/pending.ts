// What calls people: red and orange alarms that nobody has judged. Pure, so that it can be tested.
import type { Alarm, Grade } from '@/api/types'
import { isOpen, isWaiting } from './order'

/** The mildest grade that sounds and stands on every page. */
export const CALLING: Grade = 2

/** Judged counts until it rises anew: then it waits again, whatever was said before. */
export const isPending = (a: Alarm): boolean =>
  a.grade <= CALLING && isOpen(a.state) && (isWaiting(a.state) || !a.verdict)

const time = (a: Alarm): number => Date.parse(a.raised_at)

/** The oldest unanswered first: it is the one that stands on every page. */
export const pendingOrder = (list: Iterable<Alarm>): Alarm[] =>
  [...list].filter(isPending).sort((a, b) => time(a) - time(b) || a.id.localeCompare(b.id))

/** Whom to open after this one: unanswered red and orange, the more severe first, then the older; then whatever else waits. */
export function nextToJudge(list: Iterable<Alarm>, done: ReadonlySet<string>): Alarm | undefined {
  return [...list].filter((a) => !done.has(a.id) && (isPending(a) || isWaiting(a.state)))
    .sort((a, b) => a.grade - b.grade || time(a) - time(b))[0]
}

/** mm:ss, or h:mm:ss from an hour on; what counts down past its end is negative. */
export function clockText(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return `${ms < 0 ? '−' : ''}${h ? `${h}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}
