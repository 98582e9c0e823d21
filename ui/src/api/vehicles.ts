// Vehicles: where they are, where they were, which terminals nobody knows, and the geofences that bind them.
import type { Feature, FeatureCollection, LineString, Point } from 'geojson'
import { objects } from './city'
import { get } from './http'
import { listRecords } from './records'
import type { Grade, Rec, Table } from './types'

export interface Vehicle { id: string; code: string; name: string; kind: string; in_service: boolean }
export interface Position {
  id: string
  t: number
  lon: number
  lat: number
  speed: number | null
  direction: number | null
  grade: Grade | null
  /** 0 all right, else 5 − grade of the most severe fence broken. */
  fence: number
  /** 0 a fix, 1 the last known place. */
  q: number
}
interface Positions extends Table { t: number; vehicles: Vehicle[] }

export const positionRows = (table: Table): Position[] => objects<Position>(table).map((p) => ({ ...p, id: String(p.id) }))

export async function allPositions(): Promise<{ vehicles: Vehicle[]; positions: Position[] }> {
  const answer = await get<Positions>('/api/vehicles/positions')
  return { vehicles: answer.vehicles, positions: positionRows(answer) }
}

export interface TrackProperties { times: number[]; speeds: (number | null)[] }
export type TrackFeature = Feature<LineString | Point, TrackProperties>
export interface Track extends FeatureCollection<LineString | Point, TrackProperties> {
  from: number
  to: number
  positions: number
  cut: boolean
}
export const trackOf = (id: string, from: number, to: number): Promise<Track> =>
  get<Track>(`/api/vehicles/${encodeURIComponent(id)}/track`, { from, to })

export interface Terminal { phone: string; plate: string; sender: string; count: number; first_seen: string; last_seen: string; lon: number | null; lat: number | null }
/** outside: how many more there are for whose scope is the whole city */
export const unknownTerminals = (): Promise<{ items: Terminal[]; outside: number }> => get<{ items: Terminal[]; outside: number }>('/api/vehicles/unknown')

export interface CircleShape { type: 'Circle'; center: [number, number]; radius: number }
export interface PolygonShape { type: 'Polygon'; coordinates: [number, number][][] }
export type FenceShape = CircleShape | PolygonShape
export interface Geofence extends Rec { code: string; name: string; rule: 'keep_in' | 'keep_out' | 'speed_limit'; limit_kmh: number | null; grade: Grade; enabled: boolean; shape: FenceShape }

export const geofences = async (): Promise<Geofence[]> => (await listRecords<Geofence>('geofences', { limit: 1000 })).items
