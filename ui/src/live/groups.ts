// Alarms of one site that rose within a moment are shown as one, with the first one named. Pure, so that it can be tested.
import type { Alarm, Grade } from '@/api/types'

export interface AlarmGroup {
  /** The first of the group that is listed here. */
  lead: Alarm
  /** All of it, the lead too, in the order they rose. */
  members: Alarm[]
  worst: Grade
}

const time = (a: Alarm): number => Date.parse(a.raised_at)

/** Folds a list that is already in order: a group stands where its foremost member stood. */
export function foldGroups(list: Alarm[]): AlarmGroup[] {
  const groups = new Map<string, Alarm[]>()
  for (const a of list) {
    const key = String(a.group_id || a.id)
    const members = groups.get(key)
    if (members) members.push(a)
    else groups.set(key, [a])
  }
  return [...groups.values()].map((found) => {
    const members = [...found].sort((a, b) => Number(b.first_out === true) - Number(a.first_out === true) || time(a) - time(b))
    return { lead: members[0]!, members, worst: Math.min(...members.map((a) => a.grade)) as Grade }
  })
}
