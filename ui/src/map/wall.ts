// The map of the wall: the same city on a dark ground, calm points as faint dots, and only those with an alarm as marks.
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import { dark, mapDark as ink } from '@/styles/tokens'
import type { City } from './data'
import { NONE } from './features'
import { cityStyle, isPipe } from './style'

type Loose = Record<string, unknown> & { id: string; type: string; paint?: Record<string, unknown>; layout?: Record<string, unknown> }

const FILLS: Record<string, string> = { land: ink.land, green: ink.green, water: ink.water, building: ink.building }
const LINES: Record<string, string> = { road: ink.road, 'road-edge': ink['road-edge'], district: ink.district, water: ink.water, rail: ink.road }
/** What would be noise from six metres away. */
const LEFT_OUT: ReadonlySet<string> = new Set(['road-label', 'water-label', 'building', 'road-edge'])

function darkened(l: Loose): Loose {
  const paint = { ...l.paint }
  if (l.type === 'background') paint['background-color'] = ink.ground
  if (l.type === 'fill') paint['fill-color'] = FILLS[l.id] ?? ink.land
  if (l.type === 'line') {
    if (isPipe(l.id)) paint['line-opacity'] = 0.28
    else paint['line-color'] = LINES[l.id] ?? ink.road
  }
  const layout = { ...l.layout }
  if (l.type === 'symbol' && l.layout?.['text-field']) {
    paint['text-color'] = l.id.startsWith('water') ? ink['water-ink'] : ink.label
    paint['text-halo-color'] = ink.ground
    // 20 px on a wall, which is wide; a desk's screen gets what the page's own text has.
    layout['text-size'] = window.innerWidth >= 1800 ? 20 : 14
  }
  return { ...l, paint, layout }
}

export function wallStyle(city: City, points: FeatureCollection): StyleSpecification {
  const base = cityStyle(city, new Set())
  const ground = (base.layers as unknown as Loose[]).filter((l) => l.source !== 'points' && l.source !== 'chosen' && !LEFT_OUT.has(l.id)).map(darkened)
  const graded = ['<', ['get', 'grade'], NONE]
  const shown = { 'icon-allow-overlap': true, 'icon-ignore-placement': true }
  const layers = [
    ...ground,
    { id: 'calm', type: 'circle', source: 'points', filter: ['!', graded], paint: { 'circle-radius': 2, 'circle-color': dark.secondary, 'circle-opacity': 0.45 } },
    { id: 'graded', type: 'symbol', source: 'points', filter: graded, layout: { ...shown, 'icon-image': ['get', 'mark'], 'icon-size': 1.1, 'symbol-sort-key': ['-', 9, ['get', 'grade']] } },
  ]
  const sources = Object.fromEntries(Object.entries(base.sources).filter(([id]) => id !== 'points' && id !== 'chosen'))
  return { version: 8, sources: { ...sources, points: { type: 'geojson', data: points } }, layers: layers as unknown as LayerSpecification[] }
}
