import type { Text } from '@/i18n'
import { get } from './http'
import type { AlarmState, Grade } from './types'

export type Counts = Record<'1' | '2' | '3' | '4', number>
export interface Spread { n: number; median_ms: number | null; worst_ms: number | null }
export interface Severe {
  id: string
  name: string
  grade: Grade
  state: AlarmState
  active: boolean
  raised_at: string
  acked_at: string | null
  judged_at: string | null
  verdict: string | null
  value: number | null
  unit: string | null
  reason: Text
  object: string | null
  owner: string | null
  district: string | null
  point_id: string
}
export interface PointCounts { total: number; online: number; must_monitor: number; monitored: number }
export interface DistrictRow { code: string; name: string; open: Counts; waiting: number; alarms: number; false: number; ack: Spread; points?: PointCounts }
export interface Day { day: string; by_grade: Counts; false: number }
export interface Answers { ack: Spread; judge: Spread }
/** The alarm parts are there for who may see alarms, the point parts for who may see points. */
export interface Cockpit {
  t: string
  days: number
  open?: Counts
  waiting?: number
  by_field?: { field: string; open: Counts }[]
  severe?: Severe[]
  trend?: Day[]
  response?: { all: Answers; severe: Answers }
  points?: PointCounts
  districts: DistrictRow[]
}
export const cockpit = (): Promise<Cockpit> => get<Cockpit>('/api/cockpit')
