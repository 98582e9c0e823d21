import { get, type Query } from './http'

export type HealthState = 'offline' | 'waiting' | 'partial' | 'fault' | 'poor' | 'ok' | 'idle'
export const HEALTH_STATES: readonly HealthState[] = ['offline', 'fault', 'partial', 'poor', 'ok', 'waiting', 'idle']

interface Measured { received: number; bad: number; expected: number }
export interface DeviceHealth extends Measured {
  /** null: the points that belong to no device */
  id: string | null
  code: string | null
  name: string | null
  kind: string | null
  parent: string | null
  state: HealthState
  points: number
  online: number
  children: number
  children_online: number
  last_t: string | null
  /** Arrival less the reading's own time; null: not seen yet. */
  late_ms: number | null
  gaps: number
  gap_ms: number
  battery: number | null
  signal: number | null
  faults: string[]
}
export interface HealthPart extends Measured { code: string | null; title: string | null; points: number; online: number; must_monitor: number; monitored: number }
export interface Health {
  t: string
  /** Of the points in service, how many are measured already. */
  measured: number
  to_measure: number
  by_state: Record<HealthState, number>
  by_field: HealthPart[]
  by_body: HealthPart[]
  count: number
  items: DeviceHealth[]
  next: string | null
}
export interface PointHealth extends Measured {
  id: string
  code: string
  name: string
  unit: string | null
  quantity: string | null
  in_service: boolean
  state: HealthState
  last_t: string | null
  value: number | null
  late_ms: number | null
  gaps: number
  gap_ms: number
  window_ms: number
  interval_ms: number
  faults: string[]
}
export interface DeviceDetail { device: DeviceHealth; points: PointHealth[]; children: DeviceHealth[] }

export const health = (query: Query, signal?: AbortSignal): Promise<Health> => get<Health>('/api/devices/health', query, signal)
export const deviceHealth = (id: string | null): Promise<DeviceDetail> => get<DeviceDetail>(`/api/devices/${id ?? 'none'}/health`)
