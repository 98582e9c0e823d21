import type { Text } from '@/i18n'
import { call, get, type Query } from './http'
import type { Alarm, Grade } from './types'

/** reason and limit only of what the watch saw, not of what an operator did */
export interface TimelineItem { t: string; event: string; grade: Grade | null; value: number | null; limit: number | null; reason: Text | null; announced: boolean }
export interface Timeline { items: TimelineItem[]; judged: number; judged_false: number }
export const timelineOf = (id: string): Promise<Timeline> => get<Timeline>(`/api/alarms/${encodeURIComponent(id)}/timeline`)

// ---- What an alarm is judged by ----
interface Where { distance_m?: number; bearing?: number; direction?: Text }
export interface Neighbour extends Where {
  id: string
  code: string
  name: string
  unit: string | null
  same_object: boolean
  same_quantity: boolean
  t: string | null
  value: number | null
  grade: Grade | null
}
export interface NearItem extends Where { source: 'object' | 'map'; id: string; code?: string; name?: string; kind: Text; detail?: string; lon: number; lat: number }
export interface NearClass { class: string; title: Text; count: number; items: NearItem[] }
interface Rate { judged: number; false: number; rate: number | null }
export interface Evidence {
  id: string
  t: string
  lon?: number
  lat?: number
  trend: { from: string; to: string; first: number; last: number; change: number } | null
  neighbours: Neighbour[]
  history: {
    raises: { rule_30d: number; rule_90d: number; point_30d: number; point_90d: number }
    verdicts: Record<string, number>
    false_rate: { days: number; here: Rate; point: Rate; rule: Rate }
    recent: { id: string; raised_at: string; rule: string; grade: Grade; verdict: string; code: string | null; reason: string | null; by: string | null }[]
  }
  quality: {
    hours: number
    readings: number
    expected?: number
    bad: number
    uncertain: number
    longest_gap_ms: number
    clock_faults_30d: number
    offline_30d: number
    maintenance: { id: string; reason: string; starts_at: string; ends_at: string } | null
  }
  owner: {
    object: { code: string; name: string; address: string | null } | null
    body: { code: string; name: string; contact: string | null; phone: string | null; masked: boolean; address: string | null } | null
  }
  near: { radius_m: number; complete: boolean; classes: NearClass[] } | null
  rule: {
    id: string
    code: string
    name: string | null
    cause: string | null
    consequence: string | null
    response: string | null
    basis: string | null
    response_minutes?: number
    respond_by?: string
  } | null
}
export const evidenceOf = (id: string, radius?: number): Promise<Evidence> =>
  get<Evidence>(`/api/alarms/${encodeURIComponent(id)}/evidence`, radius ? { radius } : {})

// ---- Alarms of one site and moment ----
export interface Group { id: string; items: Alarm[]; open: number; unjudged: number }
export const groupOf = (id: string): Promise<Group> => get<Group>(`/api/alarm-groups/${encodeURIComponent(id)}`)
export interface Verdict { verdict: string; code?: string; reason?: string }
export const judgeGroup = (id: string, verdict: Verdict): Promise<{ judged: number }> =>
  call<{ judged: number }>('POST', `/api/alarm-groups/${encodeURIComponent(id)}/judge`, { body: verdict })

// ---- The figures of ISA-18.2 / IEC 62682 over a period ----
export interface LoadTag {
  rule: string
  point_id: string
  point?: string
  name?: string
  count: number
  share: number
  most_in_minute: number
  chattering: boolean
  judged: number
  judged_false: number
}
export interface AlarmLoad {
  from: string
  to: string
  operators: number
  activations: number
  per_day: number
  per_hour: number
  per_10min: number
  peak_10min: number
  peak_at: string | null
  flood_share: number
  flood_buckets: number
  top_share: number
  chattering: number
  stale: number
  by_grade: Record<string, number>
  course: { step_ms: number; columns: string[]; rows: number[][] }
  top: LoadTag[]
  chattering_items: LoadTag[]
  stale_items: { id: string; rule: string; name: string; grade: Grade; raised_at: string }[]
}
export const alarmLoad = (query: Query): Promise<AlarmLoad> => get<AlarmLoad>('/api/alarms/load', query)
