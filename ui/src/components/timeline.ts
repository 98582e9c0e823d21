// The course of a matter for reading: by days, and each entry with the place where it can be looked up. Pure, so that it can be tested.
import { recordPath, type TimelineItem } from '@/api/matters'
import { dayStart, instant } from '@/i18n/time'
import type { IconName } from './icons'

export interface Day { start: number; items: TimelineItem[] }

/** In the order given (oldest first), cut at Beijing midnight. */
export function byDay(items: readonly TimelineItem[]): Day[] {
  const days: Day[] = []
  for (const x of items) {
    const start = dayStart(instant(x.t))
    const last = days.at(-1)
    if (last && last.start === start) last.items.push(x)
    else days.push({ start, items: [x] })
  }
  return days
}

const ICONS: Record<TimelineItem['kind'], IconName> = {
  record: 'document', action: 'check', alarm: 'alarm', reading: 'point', clock: 'clock', notice: 'message', file: 'link',
}
export const itemIcon = (x: TimelineItem): IconName => ICONS[x.kind] ?? 'document'

/** The page of what the entry is about, unless it is the matter that one reads already. */
export function itemPath(x: TimelineItem, plural: string, id: string): string | null {
  if (!x.plural || !x.record_id || (x.plural === plural && x.record_id === id)) return null
  return recordPath(x.plural, x.record_id)
}
