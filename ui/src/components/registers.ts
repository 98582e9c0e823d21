import { meta } from '@/api/meta'
import type { Entity } from '@/api/types'

/** These have pages of their own; matters have theirs too. */
const OWN_PAGE: ReadonlySet<string> = new Set(['alarms', 'unclaimed', 'saved-views'])
/** What one opens rarely stands last. */
const LAST = ['time-limits', 'limit-steps', 'holidays', 'calendar-years', 'work-times', 'maintenance-windows', 'map-features', 'dict-entries', 'users', 'grants', 'tokens']

/** The registers that the user may read, in the order people look for them. */
export function registers(): Entity[] {
  return (meta.value?.entities ?? []).filter((e) => !OWN_PAGE.has(e.plural) && !e.flow)
    .sort((a, b) => LAST.indexOf(a.plural) - LAST.indexOf(b.plural))
}
