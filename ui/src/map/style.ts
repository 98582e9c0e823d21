// Our own vector style: quiet ground, thin pipes in the colour of their trade, grades only on the points.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import type { MapLayer } from '@/api/city'
import { light, map as colours, trade, tradeOther } from '@/styles/tokens'
import type { City } from './data'
import { labelPoints } from './features'
import { tiledLayer, tiledSource } from './tiles'

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }
/** From the ground up; what is not named here lies on top of areas and below pipes. */
const ORDER = ['land', 'green', 'water', 'building', 'district', 'road', 'rail']
const AREAS: Record<string, string> = { land: colours.land, water: colours.water, green: '#E2ECDD', building: colours.building }
const FONT = ['Noto Sans CJK SC Regular']

export const isPipe = (id: string): boolean => id.endsWith('_pipe') || id.startsWith('pipe')
export function pipeColour(id: string): string {
  const name = id.replace(/_?pipe_?/, '').replace('drain', 'drainage').replace('drainageage', 'drainage')
  return trade[name] ?? tradeOther
}

const visible = (hidden: ReadonlySet<string>, id: string) => ({ visibility: hidden.has(id) ? 'none' : 'visible' }) as const

type Part = Record<string, unknown> & { id: string; type: string }
/** One layer of the style: layers of a base layer are named after it ("road", "road-edge"), so that they are switched together. */
function part(source: string, suffix: string, type: string, paint: object, layout: object, hidden: ReadonlySet<string>): Part {
  return { id: source + suffix, type, source, paint, layout: { ...layout, ...visible(hidden, source) } }
}

const isMain = ['match', ['get', 'kind'], ['main', 'trunk', 'primary', 'motorway', 'expressway'], true, false]
const roadWidth = (extra: number) => ['interpolate', ['exponential', 1.5], ['zoom'],
  9, ['case', isMain, 1 + extra, 0.3 + extra / 2], 13, ['case', isMain, 4 + extra, 1.8 + extra], 16, ['case', isMain, 12 + extra, 7 + extra]]

function roads(id: string, hidden: ReadonlySet<string>): Part[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' }
  return [
    part(id, '-edge', 'line', { 'line-color': colours['road-edge'], 'line-width': roadWidth(1.4) }, round, hidden),
    part(id, '', 'line', { 'line-color': colours.road, 'line-width': roadWidth(0) }, round, hidden),
  ]
}

function labels(id: string, placement: 'line' | 'point', size: number, colour: string, minzoom: number, hidden: ReadonlySet<string>, source = id): Part {
  const layout = {
    'text-field': ['coalesce', ['get', 'name'], ''], 'text-font': FONT, 'text-size': size, 'symbol-placement': placement,
    'text-letter-spacing': id === 'district' ? 0.2 : 0.05, 'text-max-width': 8,
  }
  return { ...part(id, '-label', 'symbol', { 'text-color': colour, 'text-halo-color': colours.halo, 'text-halo-width': 1.4 }, layout, hidden), source, minzoom }
}

function areaParts(id: string, hidden: ReadonlySet<string>): Part[] {
  if (id === 'district') {
    return [part(id, '', 'line', { 'line-color': colours.district, 'line-width': 1.2, 'line-dasharray': [4, 2] }, {}, hidden)]
  }
  return [part(id, '', 'fill', { 'fill-color': AREAS[id] ?? colours.land, 'fill-opacity': AREAS[id] ? 1 : 0.5 }, {}, hidden)]
}

function partsOf(l: MapLayer, hidden: ReadonlySet<string>): Part[] {
  if (l.geometry === 'area') return areaParts(l.id, hidden)
  if (l.geometry === 'point') return []
  if (l.id === 'road') return roads(l.id, hidden)
  if (l.id === 'water') return [part(l.id, '', 'line', { 'line-color': colours.water, 'line-width': 2 }, {}, hidden)]
  if (l.id === 'rail') return [part(l.id, '', 'line', { 'line-color': '#A9B3BD', 'line-width': 1.5, 'line-dasharray': [6, 2] }, {}, hidden)]
  const width = ['interpolate', ['linear'], ['zoom'], 9, 0.5, 11.5, 0.8, 13, 1.4, 16, 2.6]
  return [part(l.id, '', 'line', { 'line-color': pipeColour(l.id), 'line-width': width, 'line-opacity': ['interpolate', ['linear'], ['zoom'], 10, 0.3, 11.5, 0.45, 13, 0.85] }, { 'line-cap': 'round' }, hidden)]
}

function labelParts(layers: MapLayer[], hidden: ReadonlySet<string>): Part[] {
  const has = (id: string): boolean => layers.some((l) => l.id === id)
  const isArea = (id: string): boolean => layers.some((l) => l.id === id && l.geometry === 'area')
  return [
    ...(isArea('water') ? [labels('water', 'point', 12, colours['water-ink'], 9, hidden, 'water-label')] : []),
    ...(has('road') ? [labels('road', 'line', 12, light.secondary, 12.5, hidden)] : []),
    ...(isArea('district') ? [labels('district', 'point', 14, colours.label, 8, hidden, 'district-label')] : []),
    ...layers.filter((l) => l.geometry === 'point').map((l) => labels(l.id, 'point', 12, colours.label, 10, hidden)),
  ]
}

function rank(id: string): number {
  const at = ORDER.indexOf(id)
  return at >= 0 ? at : isPipe(id) ? 99 : 50
}

const POINTS: SourceSpecification = {
  type: 'geojson', data: EMPTY, cluster: true, clusterRadius: 40, clusterMaxZoom: 12, clusterMinPoints: 4,
  clusterProperties: { worst: ['min', ['get', 'grade']] },
}

/** Clusters below, points above; the more severe lies on top and is never pushed aside by a lesser one. */
function pointParts(): Part[] {
  const shown = { 'icon-allow-overlap': true, 'icon-ignore-placement': true }
  return [
    { id: 'chosen', type: 'circle', source: 'chosen', paint: { 'circle-radius': 20, 'circle-color': light.accent, 'circle-opacity': 0.18, 'circle-stroke-color': light.accent, 'circle-stroke-width': 2 } },
    {
      id: 'points', type: 'symbol', source: 'points', filter: ['!', ['has', 'point_count']],
      layout: { ...shown, 'icon-image': ['get', 'mark'], 'symbol-sort-key': ['-', 9, ['get', 'grade']] },
    },
    {
      id: 'clusters', type: 'symbol', source: 'points', filter: ['has', 'point_count'],
      layout: { ...shown, 'icon-image': ['concat', 'c|', ['to-string', ['get', 'worst']], '|', ['to-string', ['get', 'point_count']]], 'symbol-sort-key': ['-', 9, ['get', 'worst']] },
    },
  ]
}

/** tiled: the fields hidden, when points come as tiles of the server instead of a list. */
export function cityStyle(city: City, hidden: ReadonlySet<string>, tiled?: ReadonlySet<string>): StyleSpecification {
  const ordered = [...city.info.layers].sort((a, b) => rank(a.id) - rank(b.id))
  const sources: Record<string, SourceSpecification> = {
    points: tiled ? tiledSource(tiled) : POINTS, chosen: { type: 'geojson', data: EMPTY },
  }
  for (const l of ordered) {
    const data = city.layers[l.id] ?? EMPTY
    sources[l.id] = { type: 'geojson', data, tolerance: 0.5 }
    if (l.geometry === 'area') sources[`${l.id}-label`] = { type: 'geojson', data: labelPoints(data) }
  }
  const layers = [
    { id: 'ground', type: 'background', paint: { 'background-color': '#F4F5F3' } },
    ...ordered.flatMap((l) => partsOf(l, hidden)),
    ...labelParts(ordered, hidden),
    ...pointParts(),
  ]
  const specified = layers as unknown as LayerSpecification[]
  return { version: 8, sources, layers: tiled ? specified.map(tiledLayer) : specified }
}

/** The layers of the style that belong to a base layer. */
export const partIds = (base: string): string[] => [base, `${base}-edge`, `${base}-label`]
