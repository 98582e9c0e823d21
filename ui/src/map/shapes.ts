// Geofences and tracks as GeoJSON. Pure, so that it can be tested.
import type { Feature, FeatureCollection, Polygon, Position as Coordinates } from 'geojson'
import type { FenceShape, Geofence, Track } from '@/api/vehicles'

const EARTH = 6_371_008.8
const RAD = Math.PI / 180

/** A circle on the ground as a ring of 64 corners. */
export function circleRing([lon, lat]: [number, number], radius: number): Coordinates[] {
  const ring: Coordinates[] = []
  for (let i = 0; i <= 64; i++) {
    const a = (i % 64) * (Math.PI / 32)
    ring.push([lon + (radius * Math.sin(a)) / (EARTH * RAD * Math.cos(lat * RAD)), lat + (radius * Math.cos(a)) / (EARTH * RAD)])
  }
  return ring
}

export function shapeRing(s: FenceShape): Coordinates[] {
  return s.type === 'Circle' ? circleRing(s.center, s.radius) : s.coordinates[0] ?? []
}

export function fenceFeatures(list: Geofence[]): FeatureCollection<Polygon> {
  const features = list.filter((f) => f.enabled && f.shape).map((f): Feature<Polygon> => ({
    type: 'Feature', geometry: { type: 'Polygon', coordinates: [shapeRing(f.shape)] },
    properties: { id: f.id, name: f.rule === 'speed_limit' && f.limit_kmh ? `${f.name} ${f.limit_kmh} km/h` : f.name, rule: f.rule },
  }))
  return { type: 'FeatureCollection', features }
}

/** west, south, east, north of some places; null without any. */
export function boundsOf(places: Coordinates[]): [number, number, number, number] | null {
  if (places.length === 0) return null
  const lon = places.map((p) => p[0]!)
  const lat = places.map((p) => p[1]!)
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)]
}

export const trackPlaces = (t: Track): Coordinates[] =>
  t.features.flatMap((f) => (f.geometry.type === 'LineString' ? f.geometry.coordinates : [f.geometry.coordinates]))

export interface TrackPlace { lon: number; lat: number; speed: number | null; direction: number | null }

/** Where the vehicle was at t, between its kept positions; null in a gap. */
export function placeAt(track: Track, t: number): TrackPlace | null {
  for (const f of track.features) {
    const { times, speeds } = f.properties
    if (t < times[0]! || t > times.at(-1)!) continue
    if (f.geometry.type === 'Point') return { lon: f.geometry.coordinates[0]!, lat: f.geometry.coordinates[1]!, speed: speeds[0] ?? null, direction: null }
    let i = times.findIndex((x) => x > t) - 1
    if (i < 0) i = times.length - 2
    const a = f.geometry.coordinates[i]!
    const b = f.geometry.coordinates[i + 1]!
    const share = (t - times[i]!) / (times[i + 1]! - times[i]!)
    const still = a[0] === b[0] && a[1] === b[1]
    return {
      lon: a[0]! + (b[0]! - a[0]!) * share, lat: a[1]! + (b[1]! - a[1]!) * share, speed: speeds[i] ?? null,
      direction: still ? null : (Math.atan2((b[0]! - a[0]!) * Math.cos(a[1]! * RAD), b[1]! - a[1]!) / RAD + 360) % 360,
    }
  }
  return null
}
