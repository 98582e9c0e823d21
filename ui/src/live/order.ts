// What counts as open and as waiting, and in which order people see it. Pure, so that it can be tested.
import type { Alarm, AlarmState } from '@/api/types'

/** Somebody still has to answer. */
export const isWaiting = (s: AlarmState): boolean => s === 'unacknowledged' || s === 'returned'
/** Listed in the stream: not closed, and not put aside on purpose. */
export const isOpen = (s: AlarmState): boolean => isWaiting(s) || s === 'acknowledged'
/** The condition is there (a record that was put aside may hold it too, but says so elsewhere). */
export const isActive = (s: AlarmState): boolean => s === 'unacknowledged' || s === 'acknowledged'

const time = (a: Alarm): number => Date.parse(a.raised_at)

/** The alarm that has waited longest: it stays on top, so that it never scrolls out of sight. */
export function oldestWaiting(list: Alarm[]): Alarm | undefined {
  return list.filter((a) => isWaiting(a.state)).sort((a, b) => time(a) - time(b))[0]
}

/** Oldest unanswered first, then the other waiting ones, then what was acknowledged; each the more severe first, then the newer. */
export function streamOrder(list: Alarm[]): Alarm[] {
  const pinned = oldestWaiting(list)
  const rest = list.filter((a) => a !== pinned).sort((a, b) =>
    Number(isWaiting(b.state)) - Number(isWaiting(a.state)) || a.grade - b.grade || time(b) - time(a))
  return pinned ? [pinned, ...rest] : rest
}

