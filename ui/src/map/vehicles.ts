// Vehicles, geofences and a track on the map: its own sources and layers on top of the city's style. An arrow points where the
// vehicle goes, a disc stands; a ring and the grade's numeral beside the plate tell an alarm.
import type { GeoJSONSource, LayerSpecification, Map as GlMap } from 'maplibre-gl'
import type { Feature, FeatureCollection, Point } from 'geojson'
import { gradeInk, light, map as colours } from '@/styles/tokens'
import type { Geofence, Position, Track, Vehicle } from '@/api/vehicles'
import { roman } from '@/components/grade'
import { fenceFeatures } from './shapes'

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }
const RATIO = 2
const SIZE = 26
const FONT = ['Noto Sans CJK SC Regular']
/** No position for so long: the mark turns grey. */
export const OLD_MS = 10 * 60_000
/** Slower than this it stands. */
const MOVING_KMH = 3
/** Geofences by their rule; none of these is a grade's colour. */
const RULES = { keep_out: '#7A3B6E', keep_in: '#2F6F62', speed_limit: '#6B5B2B' } as const

function picture(colour: string, moving: boolean): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE * RATIO
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!
  ctx.scale(RATIO, RATIO)
  const shape = new Path2D(moving ? 'M13 2 L21.5 22.5 L13 18 L4.5 22.5 Z' : 'M13 5.5 A7.5 7.5 0 1 0 13.01 5.5 Z')
  ctx.lineJoin = 'round'
  ctx.lineWidth = 3.5
  ctx.strokeStyle = '#FFFFFF'
  ctx.stroke(shape)
  ctx.fillStyle = colour
  ctx.fill(shape)
  if (!moving) {
    ctx.fillStyle = '#FFFFFF'
    ctx.fillRect(9.6, 9.6, 6.8, 6.8)
  }
  return ctx.getImageData(0, 0, canvas.width, canvas.height)
}

export function vehicleFeatures(vehicles: ReadonlyMap<string, Vehicle>, positions: ReadonlyMap<string, Position>, now: number): FeatureCollection<Point> {
  const features: Feature<Point>[] = []
  for (const p of positions.values()) {
    const v = vehicles.get(p.id)
    if (!v?.in_service) continue
    const moving = (p.speed ?? 0) >= MOVING_KMH
    features.push({
      type: 'Feature', geometry: { type: 'Point', coordinates: [p.lon, p.lat] },
      properties: {
        id: p.id, label: p.grade ? `${roman(p.grade)} ${v.code}` : v.code, grade: p.grade ?? 5, direction: moving ? p.direction ?? 0 : 0,
        mark: `vehicle-${now - p.t > OLD_MS ? 'old' : 'live'}-${moving ? 'go' : 'stop'}`,
      },
    })
  }
  return { type: 'FeatureCollection', features }
}

const ring = ['match', ['get', 'grade'], 1, gradeInk[1], 2, gradeInk[2], 3, gradeInk[3], 4, gradeInk[4], light.accent]
const ruleColour = ['match', ['get', 'rule'], 'keep_out', RULES.keep_out, 'keep_in', RULES.keep_in, RULES.speed_limit]
const ontop = { 'icon-allow-overlap': true, 'icon-ignore-placement': true }
const words = { 'text-font': FONT, 'text-size': 12 }
const halo = { 'text-halo-color': colours.halo, 'text-halo-width': 1.6 }

const LAYERS = [
  { id: 'fences', type: 'fill', source: 'fences', paint: { 'fill-color': ruleColour, 'fill-opacity': ['match', ['get', 'rule'], 'keep_in', 0, 0.1] } },
  { id: 'fences-edge', type: 'line', source: 'fences', paint: { 'line-color': ruleColour, 'line-width': 1.6, 'line-dasharray': [4, 2] } },
  { id: 'fences-label', type: 'symbol', source: 'fences', minzoom: 11.5, layout: { ...words, 'text-field': ['get', 'name'], 'text-max-width': 9 }, paint: { 'text-color': ruleColour, ...halo } },
  { id: 'track-edge', type: 'line', source: 'track', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': '#FFFFFF', 'line-width': 6 } },
  { id: 'track', type: 'line', source: 'track', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': light.accent, 'line-width': 3 } },
  { id: 'vehicle-rings', type: 'circle', source: 'vehicles', filter: ['<', ['get', 'grade'], 5], paint: { 'circle-radius': 16, 'circle-color': ring, 'circle-opacity': 0.18, 'circle-stroke-color': ring, 'circle-stroke-width': 2.5 } },
  {
    id: 'vehicles', type: 'symbol', source: 'vehicles', layout: { ...ontop, 'icon-image': ['get', 'mark'], 'icon-rotate': ['get', 'direction'], 'icon-rotation-alignment': 'map', 'symbol-sort-key': ['-', 9, ['get', 'grade']] },
  },
  {
    id: 'vehicles-label', type: 'symbol', source: 'vehicles', minzoom: 11,
    layout: { ...words, 'text-field': ['get', 'label'], 'text-anchor': 'top', 'text-offset': [0, 1.1], 'text-optional': true }, paint: { 'text-color': light.text, ...halo },
  },
  {
    id: 'vehicles-alarm', type: 'symbol', source: 'vehicles', maxzoom: 11, filter: ['<', ['get', 'grade'], 5],
    layout: { ...words, 'text-field': ['get', 'label'], 'text-anchor': 'top', 'text-offset': [0, 1.4] }, paint: { 'text-color': light.text, ...halo },
  },
  { id: 'track-at', type: 'circle', source: 'track-at', paint: { 'circle-radius': 8, 'circle-color': '#FFFFFF', 'circle-stroke-color': light.accent, 'circle-stroke-width': 4 } },
] as unknown as LayerSpecification[]
const SOURCES = ['fences', 'track', 'vehicles', 'track-at']

export interface VehicleLayers {
  vehicles: (f: FeatureCollection<Point>) => void
  fences: (list: Geofence[]) => void
  track: (t: Track | null) => void
  at: (place: { lon: number; lat: number } | null) => void
}

/** After the map's style has loaded. */
export function attachVehicles(map: GlMap, pick?: (id: string) => void): VehicleLayers {
  for (const [name, colour] of [['live', light.accent], ['old', light.secondary]] as const) {
    for (const way of ['go', 'stop'] as const) map.addImage(`vehicle-${name}-${way}`, picture(colour, way === 'go'), { pixelRatio: RATIO })
  }
  for (const s of SOURCES) map.addSource(s, { type: 'geojson', data: EMPTY })
  for (const l of LAYERS) map.addLayer(l)
  const put = (source: string, data: FeatureCollection): void => void map.getSource<GeoJSONSource>(source)?.setData(data)
  if (pick) {
    map.on('click', 'vehicles', (e) => {
      const id = e.features?.[0]?.properties.id as string | undefined
      if (id) pick(id)
    })
    map.on('mousemove', 'vehicles', () => (map.getCanvas().style.cursor = 'pointer'))
    map.on('mouseleave', 'vehicles', () => (map.getCanvas().style.cursor = ''))
  }
  return {
    vehicles: (f) => put('vehicles', f),
    fences: (list) => put('fences', fenceFeatures(list)),
    track: (t) => put('track', t ?? EMPTY),
    at: (place) => put('track-at', place ? { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [place.lon, place.lat] } }] } : EMPTY),
  }
}
