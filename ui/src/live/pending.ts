// What calls people: red and orange alarms that nobody has judged. Pure, so that it can be tested.
import type { Alarm, Grade } from '@/api/types'
import { isActive, isOpen, isWaiting } from './order'

/** The mildest grade that sounds and stands on every page. */
export const CALLING: Grade = 2

/** The grade that calls: the worst it had, until somebody judged; an orange alarm that eases before anybody answered still calls. */
export const callGrade = (a: Alarm): Grade =>
  (a.verdict ? a.grade : Math.min(a.grade, a.worst_grade ?? a.grade)) as Grade

/** Judged counts until it rises anew: then it waits again, whatever was said before. */
export const isPending = (a: Alarm): boolean =>
  callGrade(a) <= CALLING && isOpen(a.state) && (isWaiting(a.state) || !a.verdict)

const time = (a: Alarm): number => Date.parse(a.raised_at)

/** The most severe first, what still lasts before what returned, then the oldest: the first one stands on every page. */
export const pendingOrder = (list: Iterable<Alarm>): Alarm[] =>
  [...list].filter(isPending).sort((a, b) => callGrade(a) - callGrade(b) ||
    Number(isActive(b.state)) - Number(isActive(a.state)) || time(a) - time(b) || a.id.localeCompare(b.id))

/** Whom to open after this one: what calls, in its order; then whatever else waits, the more severe first, then the older. */
export function nextToJudge(list: Iterable<Alarm>, done: ReadonlySet<string>): Alarm | undefined {
  const left = [...list].filter((a) => !done.has(a.id))
  return pendingOrder(left)[0] ?? left.filter((a) => isWaiting(a.state)).sort((a, b) => a.grade - b.grade || time(a) - time(b))[0]
}

/** mm:ss, or h:mm:ss from an hour on; what counts down past its end is negative. */
export function clockText(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return `${ms < 0 ? '−' : ''}${h ? `${h}:` : ''}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}
