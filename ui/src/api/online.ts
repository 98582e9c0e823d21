import { get } from './http'

/** A part of the points: a field of business, a district. */
export interface OnlinePart {
  /** null: those that belong to none */
  title: string | null
  total: number
  online: number
  /** online ÷ total, 0…1 */
  rate: number
  must_monitor: number
  monitored: number
  /** monitored ÷ must be monitored, 0…1 */
  coverage: number
}
export interface Online extends Omit<OnlinePart, 'title'> {
  t: string
  by_field: (OnlinePart & { field: string | null })[]
  by_district: (OnlinePart & { district: string | null })[]
}

export const onlineRate = (): Promise<Online> => get<Online>('/api/points/online')
