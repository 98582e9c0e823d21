// The city as data: layers of the base map, points, latest values, readings.
import type { FeatureCollection } from 'geojson'
import type { Text } from '@/i18n'
import { get, type Query } from './http'
import type { Latest, Readings, Rec, Table } from './types'

export interface MapLayer { id: string; title: Text; geometry: 'area' | 'line' | 'point'; count: number }
/** west, south, east, north; null while the city has neither a base map nor points. */
export type Bounds = [number, number, number, number]
export interface MapInfo { bounds: Bounds | null; layers: MapLayer[] }

export interface MapPoint {
  id: string
  code: string
  name: string
  lon: number
  lat: number
  /** Empty when nobody said. */
  field: string
  kind: string
  unit: string
  object: string | null
  in_service: boolean
}

export const mapInfo = (): Promise<MapInfo> => get<MapInfo>('/api/map')
export const mapLayer = (id: string): Promise<FeatureCollection> =>
  get<FeatureCollection>(`/api/map/layers/${encodeURIComponent(id)}`)

/** Rows of a column table as objects. */
export function objects<T>(table: Table): T[] {
  return table.rows.map((row) => {
    const o: Record<string, unknown> = {}
    table.columns.forEach((c, i) => {
      o[c] = row[i]
    })
    return o as T
  })
}

export async function mapPoints(): Promise<MapPoint[]> {
  const rows = objects<MapPoint>(await get<Table>('/api/map/points'))
  // A point may have neither field nor unit nor place of its own.
  return rows.map((p) => ({ ...p, id: String(p.id), field: p.field ?? '', kind: p.kind ?? '', unit: p.unit ?? '' }))
}

export interface LatestRow extends Latest { id: string }

export function latestRows(table: Table): LatestRow[] {
  return objects<LatestRow>(table).map((r) => ({ ...r, id: String(r.id) }))
}

export const latest = async (query?: Query): Promise<LatestRow[]> =>
  latestRows(await get<Table>('/api/latest', query))

export const readings = (point: string, query: Query, signal?: AbortSignal): Promise<Readings> =>
  get<Readings>(`/api/points/${encodeURIComponent(point)}/readings`, query, signal)

export async function rulesOf(point: string): Promise<Rec[]> {
  return (await get<{ items: Rec[] }>(`/api/points/${encodeURIComponent(point)}/rules`)).items
}
