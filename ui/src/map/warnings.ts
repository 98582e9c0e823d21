// Open warnings on the map: the area as a circle, the place as a triangle in the colour of its grade; a click opens the warning.
import type { LayerSpecification } from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import { listRecords } from '@/api/records'
import type { Grade, Matter } from '@/api/types'
import { gradeOf, GRADES } from '@/components/grade'
import { gradeFill, gradeInk, light, map as colours } from '@/styles/tokens'
import { useMarks, type Marks } from './liveLayer'
import { circleRing } from './shapes'

const RATIO = 2
const SIZE = 30
const MOST = 200
const OPEN = 'draft,graded,published,handling,reviewing'

/** A triangle with a white rim and an exclamation mark. */
function picture(grade: Grade): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE * RATIO
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!
  ctx.scale(RATIO, RATIO)
  const shape = new Path2D('M15 3.5 L28 26 L2 26 Z')
  ctx.lineJoin = 'round'
  ctx.lineWidth = 4
  ctx.strokeStyle = '#FFFFFF'
  ctx.stroke(shape)
  ctx.fillStyle = gradeFill[grade].ground
  ctx.fill(shape)
  ctx.lineWidth = 1.5
  ctx.strokeStyle = gradeInk[grade]
  ctx.stroke(shape)
  ctx.fillStyle = gradeFill[grade].ink
  ctx.fillRect(13.9, 11, 2.2, 8)
  ctx.fillRect(13.9, 20.8, 2.2, 2.4)
  return ctx.getImageData(0, 0, canvas.width, canvas.height)
}

/** Warnings that have a place; with a radius also their area. Pure. */
export function warningFeatures(list: readonly Matter[]): FeatureCollection {
  const features: Feature[] = []
  for (const w of list) {
    const [lon, lat, grade] = [Number(w.lon ?? NaN), Number(w.lat ?? NaN), gradeOf(w.grade)]
    if (!Number.isFinite(lon) || !Number.isFinite(lat) || !grade) continue
    const properties = { id: w.id, grade, name: String(w.title ?? w.code ?? ''), mark: `warning-${grade}` }
    if (typeof w.radius === 'number' && w.radius > 0) features.push({ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [circleRing([lon, lat], w.radius)] } })
    features.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [lon, lat] } })
  }
  return { type: 'FeatureCollection', features }
}

const colour = ['match', ['get', 'grade'], 1, gradeInk[1], 2, gradeInk[2], 3, gradeInk[3], gradeInk[4]]
const isArea = ['==', ['geometry-type'], 'Polygon']
const isPlace = ['==', ['geometry-type'], 'Point']
const LAYERS = [
  { id: 'warnings-area', type: 'fill', source: 'warnings', filter: isArea, paint: { 'fill-color': colour, 'fill-opacity': 0.14 } },
  { id: 'warnings-edge', type: 'line', source: 'warnings', filter: isArea, paint: { 'line-color': colour, 'line-width': 2 } },
  {
    id: 'warnings', type: 'symbol', source: 'warnings', filter: isPlace,
    layout: {
      'icon-image': ['get', 'mark'], 'icon-anchor': 'bottom', 'icon-offset': [0, -6], 'icon-allow-overlap': true, 'icon-ignore-placement': true,
      'symbol-sort-key': ['-', 9, ['get', 'grade']],
    },
  },
  {
    id: 'warnings-label', type: 'symbol', source: 'warnings', filter: isPlace, minzoom: 12.5,
    layout: { 'text-font': ['Noto Sans CJK SC Regular'], 'text-size': 12, 'text-field': ['get', 'name'], 'text-anchor': 'bottom', 'text-offset': [0, -3.2], 'text-max-width': 12, 'text-optional': true },
    paint: { 'text-color': light.text, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 },
  },
] as unknown as LayerSpecification[]

/** The open warnings of a map. */
export const useWarnings = (pick: (id: string) => void): Marks => useMarks<Matter>({
  plural: 'warnings', after: 1000, features: warningFeatures, layers: LAYERS,
  ask: async () => (await listRecords<Matter>('warnings', { 'state.in': OPEN, limit: MOST })).items,
  images: GRADES.map((g) => ({ name: `warning-${g}`, image: picture(g), ratio: RATIO })),
}, pick)
