// How an occurrence of a duty stands, in one word.
import type { DutyRec } from '@/api/duties'
import { instant } from '@/i18n/time'

export type DutyHow = 'open' | 'done' | 'late' | 'missing' | 'cancelled'
export function dutyHow(d: DutyRec, now: number): DutyHow {
  if (d.state === 'cancelled') return 'cancelled'
  if (d.state === 'done') return d.on_time ? 'done' : 'late'
  return instant(d.due_at) < now ? 'missing' : 'open'
}
