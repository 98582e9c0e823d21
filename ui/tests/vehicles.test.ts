import { describe, expect, it } from 'vitest'
import type { Geofence, Position, Track, Vehicle } from '@/api/vehicles'
import { boundsOf, circleRing, fenceFeatures, placeAt, trackPlaces } from '@/map/shapes'
import { OLD_MS, vehicleFeatures } from '@/map/vehicles'

const metres = (a: number[], b: number[]): number => Math.hypot((a[0]! - b[0]!) * Math.cos((a[1]! * Math.PI) / 180), a[1]! - b[1]!) * 111_195

describe('shapes', () => {
  it('a circle has its radius all round and is closed', () => {
    const ring = circleRing([117, 31], 500)
    expect(ring).toHaveLength(65)
    expect(ring[64]).toEqual(ring[0])
    for (const p of ring) expect(Math.abs(metres([117, 31], p) - 500)).toBeLessThan(2)
  })

  it('switched-off fences are not drawn; a speed limit tells its figure', () => {
    const base = { id: '1', version: 1, code: 'F', name: '学校', limit_kmh: null, grade: 3, rule: 'keep_out', enabled: true } as const
    const shape = { type: 'Circle', center: [117, 31], radius: 100 } as Geofence['shape']
    const list = [{ ...base, shape }, { ...base, shape, enabled: false }, { ...base, shape, rule: 'speed_limit', limit_kmh: 30 }] as unknown as Geofence[]
    expect(fenceFeatures(list).features.map((f) => f.properties?.name as string)).toEqual(['学校', '学校 30 km/h'])
  })

  it('bounds of nothing are none', () => {
    expect(boundsOf([])).toBeNull()
    expect(boundsOf([[1, 2], [3, 0]])).toEqual([1, 0, 3, 2])
  })
})

const track = {
  type: 'FeatureCollection', from: 0, to: 99, positions: 4, cut: false,
  features: [
    { type: 'Feature', geometry: { type: 'LineString', coordinates: [[117, 31], [117.01, 31], [117.01, 31.02]] }, properties: { times: [1000, 2000, 4000], speeds: [36, 40, null] } },
    { type: 'Feature', geometry: { type: 'Point', coordinates: [118, 32] }, properties: { times: [9000], speeds: [5] } },
  ],
} as Track

describe('a place on a track', () => {
  it.each([
    [1000, { lon: 117, lat: 31, speed: 36, direction: 90 }],
    [1500, { lon: 117.005, lat: 31, speed: 36, direction: 90 }],
    [3000, { lon: 117.01, lat: 31.01, speed: 40, direction: 0 }],
    [4000, { lon: 117.01, lat: 31.02, speed: 40, direction: 0 }],
    [9000, { lon: 118, lat: 32, speed: 5, direction: null }],
  ])('at %d', (t, want) => {
    const p = placeAt(track, t)!
    expect(p.lon).toBeCloseTo(want.lon, 9)
    expect(p.lat).toBeCloseTo(want.lat, 9)
    expect(p.speed).toBe(want.speed)
    if (want.direction === null) expect(p.direction).toBeNull()
    else expect(p.direction).toBeCloseTo(want.direction, 6)
  })
  it.each([0, 4001, 8999, 9001])('in a gap at %d there is none', (t) => expect(placeAt(track, t)).toBeNull())
  it('all places count for the bounds', () => expect(trackPlaces(track)).toHaveLength(4))
})

describe('vehicles', () => {
  const vehicles = new Map<string, Vehicle>([
    ['1', { id: '1', code: 'A', name: 'a', kind: 'bus', in_service: true }], ['2', { id: '2', code: 'B', name: 'b', kind: 'bus', in_service: false }],
  ])
  const at = (id: string, more: Partial<Position>): [string, Position] => [id, { id, t: 0, lon: 117, lat: 31, speed: 40, direction: 90, grade: null, fence: 0, q: 0, ...more }]
  const one = (more: Partial<Position>, now = 0): Record<string, unknown> => vehicleFeatures(vehicles, new Map([at('1', more)]), now).features[0]!.properties!

  it('one out of service or unknown is not shown', () => {
    expect(vehicleFeatures(vehicles, new Map([at('2', {}), at('3', {})]), 0).features).toEqual([])
  })
  it('the arrow turns when it moves, the disc does not', () => {
    expect(one({})).toMatchObject({ mark: 'vehicle-live-go', direction: 90, label: 'A', grade: 5 })
    expect(one({ speed: 1 })).toMatchObject({ mark: 'vehicle-live-stop', direction: 0 })
  })
  it('an old place is grey, an alarm is told with its numeral', () => {
    expect(one({}, OLD_MS + 1)).toMatchObject({ mark: 'vehicle-old-go' })
    expect(one({ grade: 2 }).label).toMatch(/ A$/)
    expect(one({ grade: 2 }).grade).toBe(2)
  })
})
