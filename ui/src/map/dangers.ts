// Open dangers on the map: a square, filled when it is major, in the colour of lateness when it is late; a click opens it. Major ones
// lie on top, and grade and lateness are also told by the shape.
import type { LayerSpecification } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import { dangerSpots, type DangerSpot } from '@/api/dangers'
import { gradeFill, light, map as colours } from '@/styles/tokens'
import { useMarks, type Marks } from './liveLayer'

const RATIO = 2
const SIZE = 22
const KINDS = ['major-late', 'major', 'late', 'open'] as const
type Kind = (typeof KINDS)[number]

/** Major: red and full; general: yellow and full; a dot in the middle: late. */
function picture(kind: Kind): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE * RATIO
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!
  const fill = gradeFill[kind.startsWith('major') ? 1 : 3]
  ctx.scale(RATIO, RATIO)
  ctx.fillStyle = '#FFFFFF'
  ctx.fillRect(2, 2, 18, 18)
  ctx.fillStyle = fill.ground
  ctx.fillRect(4, 4, 14, 14)
  ctx.strokeStyle = light.text
  ctx.lineWidth = 1
  ctx.strokeRect(3.5, 3.5, 15, 15)
  ctx.fillStyle = fill.ink
  if (kind.endsWith('late')) ctx.fillRect(8.5, 8.5, 5, 5)
  return ctx.getImageData(0, 0, canvas.width, canvas.height)
}

export const kindOf = (grade: number, late: boolean): Kind => (grade === 1 ? (late ? 'major-late' : 'major') : late ? 'late' : 'open')

/** Pure. */
export function dangerFeatures(rows: readonly DangerSpot[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: rows.map(([id, code, title, lon, lat, grade, , late]) => {
      const kind = kindOf(grade, late)
      return { type: 'Feature', properties: { id, name: title || code, mark: `danger-${kind}`, rank: KINDS.indexOf(kind) }, geometry: { type: 'Point', coordinates: [lon, lat] } }
    }),
  }
}

const LAYERS = [
  { id: 'dangers', type: 'symbol', source: 'dangers', layout: { 'icon-image': ['get', 'mark'], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-sort-key': ['-', 9, ['get', 'rank']] } },
  {
    id: 'dangers-label', type: 'symbol', source: 'dangers', minzoom: 13.5,
    layout: { 'text-font': ['Noto Sans CJK SC Regular'], 'text-size': 12, 'text-field': ['get', 'name'], 'text-anchor': 'top', 'text-offset': [0, 1], 'text-max-width': 12, 'text-optional': true },
    paint: { 'text-color': light.text, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 },
  },
] as unknown as LayerSpecification[]

/** The open dangers of a map. */
export const useDangers = (pick: (id: string) => void): Marks => useMarks<DangerSpot>({
  plural: 'dangers', after: 2000, ask: dangerSpots, features: dangerFeatures, layers: LAYERS,
  images: KINDS.map((k) => ({ name: `danger-${k}`, image: picture(k), ratio: RATIO })),
}, pick)
