import { get } from './http'
import type { Grade } from './types'

export interface TimelineItem { t: string; event: string; grade: Grade | null; value: number | null; announced: boolean }
export interface Timeline { items: TimelineItem[]; judged: number; judged_false: number }
export const timelineOf = (id: string): Promise<Timeline> => get<Timeline>(`/api/alarms/${encodeURIComponent(id)}/timeline`)

/** The figures of ISA-18.2 / IEC 62682 over a number of days. */
export interface AlarmLoad {
  from: string
  to: string
  operators: number
  activations: number
  per_day: number
  per_hour: number
  per_10min: number
  peak_10min: number
  flood_share: number
  flood_buckets: number
  top_share: number
  chattering: number
  stale: number
  by_grade: Record<string, number>
  top: { rule: string; point_id: string; point?: string; name?: string; count: number; chattering: boolean }[]
}
export const alarmLoad = (days: number, operators = 1): Promise<AlarmLoad> => get<AlarmLoad>('/api/alarms/load', { days, operators })
