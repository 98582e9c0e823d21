// Points as features of the map. Pure, so that it can be tested.
import type { Feature, FeatureCollection, Point, Position } from 'geojson'
import type { MapPoint } from '@/api/city'
import type { Latest } from '@/api/types'
import { worse } from '@/components/grade'
import type { Grade } from '@/api/types'
import { pointMark } from './marks'

export const NONE = 5
export const gradeNumber = (l: Latest | undefined): number => l?.grade ?? NONE

export function pointFeatures(points: MapPoint[], values: ReadonlyMap<string, Latest>, hidden: ReadonlySet<string>): FeatureCollection<Point> {
  const features: Feature<Point>[] = []
  for (const p of points) {
    if (hidden.has(p.field) || p.lon === null || p.lat === null) continue
    const grade = gradeNumber(values.get(p.id))
    features.push({
      type: 'Feature', geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
      properties: { id: p.id, name: p.name, grade, mark: pointMark(p.field, grade, p.in_service) },
    })
  }
  return { type: 'FeatureCollection', features }
}

export interface FieldCount { field: string; total: number; grades: Record<Grade, number> }

/** How many points of each field there are and how many of them stand in each grade. */
export function countFields(points: MapPoint[], values: ReadonlyMap<string, Latest>): FieldCount[] {
  const by = new Map<string, FieldCount>()
  for (const p of points) {
    const c = by.get(p.field) ?? { field: p.field, total: 0, grades: { 1: 0, 2: 0, 3: 0, 4: 0 } }
    by.set(p.field, c)
    c.total++
    const g = values.get(p.id)?.grade
    if (g) c.grades[g]++
  }
  return [...by.values()]
}

/** One place for the name of each area: a polygon that is cut into tiles would repeat it in every tile. */
export function labelPoints(areas: FeatureCollection): FeatureCollection<Point> {
  const features = areas.features.flatMap((f): Feature<Point>[] => {
    const g = f.geometry
    const polygons = g.type === 'Polygon' ? [g.coordinates] : g.type === 'MultiPolygon' ? g.coordinates : []
    const ring = polygons.map((p) => p[0] ?? []).sort((a, b) => b.length - a.length)[0]
    if (!ring || ring.length === 0 || !f.properties?.name) return []
    return [{ type: 'Feature', properties: { name: f.properties.name as string }, geometry: { type: 'Point', coordinates: centroid(ring) } }]
  })
  return { type: 'FeatureCollection', features }
}

/** The centre of mass of a ring; of its points when it has no area. */
export function centroid(ring: Position[]): [number, number] {
  let area = 0
  let x = 0
  let y = 0
  const [ox, oy] = ring[0] as [number, number]
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay] = [ring[i]![0]! - ox, ring[i]![1]! - oy]
    const [bx, by] = [ring[i + 1]![0]! - ox, ring[i + 1]![1]! - oy]
    const cross = ax * by - bx * ay
    area += cross
    x += (ax + bx) * cross
    y += (ay + by) * cross
  }
  return area === 0 ? [ox, oy] : [ox + x / (3 * area), oy + y / (3 * area)]
}

/** Is a place inside a ring (even-odd)? */
export function inRing([x, y]: Position, ring: Position[]): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as [number, number]
    const [xj, yj] = ring[j] as [number, number]
    if (yi > y! !== yj > y! && x! < ((xj - xi) * (y! - yi)) / (yj - yi) + xi) inside = !inside
  }
  return inside
}

export interface DistrictCount { name: string; rings: Position[][]; points: MapPoint[]; worst: Grade | null }

export const worstOf = (points: MapPoint[], values: ReadonlyMap<string, Latest>): Grade | null =>
  points.reduce<Grade | null>((w, p) => worse(w, values.get(p.id)?.grade ?? null), null)

/** Does its box hold the place? Spares the walk around the ring for most of 100,000 points. */
function boxOf(ring: Position[]): (p: MapPoint) => boolean {
  let [w, s, e, n] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of ring) {
    w = Math.min(w, x!)
    e = Math.max(e, x!)
    s = Math.min(s, y!)
    n = Math.max(n, y!)
  }
  return (p) => p.lon >= w && p.lon <= e && p.lat >= s && p.lat <= n
}

/** Points by district, for the plain map. */
export function byDistrict(districts: FeatureCollection, points: MapPoint[], values: ReadonlyMap<string, Latest>): DistrictCount[] {
  return districts.features.flatMap((f) => {
    const g = f.geometry
    const polygons = g.type === 'Polygon' ? [g.coordinates] : g.type === 'MultiPolygon' ? g.coordinates : []
    if (polygons.length === 0) return []
    const outer = polygons.flatMap((rings) => (rings[0] ? [{ ring: rings[0], near: boxOf(rings[0]) }] : []))
    const inside = points.filter((p) => outer.some((o) => o.near(p) && inRing([p.lon, p.lat], o.ring)))
    return [{ name: String(f.properties?.name ?? ''), rings: polygons.flat(), points: inside, worst: worstOf(inside, values) }]
  })
}
