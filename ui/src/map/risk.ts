// Risk units on the map in four colours: areas and lines by their shape, all by a mark at their place; the worst on top.
import type { GeoJSONSource, LayerSpecification, Map as GlMap } from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import type { Region, RiskRow } from '@/api/risk'
import type { DangerSpot } from '@/api/dangers'
import { labelPoints } from './features'
import { gradeFill, light, map as colours } from '@/styles/tokens'

const NONE = '#8A97A3'
const GRADES = [1, 2, 3, 4] as const
const colour = ['match', ['get', 'grade'], ...GRADES.flatMap((g) => [g, gradeFill[g].ground]), NONE]
const isArea = ['in', ['geometry-type'], ['literal', ['Polygon', 'MultiPolygon']]]
const isLine = ['in', ['geometry-type'], ['literal', ['LineString', 'MultiLineString']]]

/** Pure. hidden: grades that the legend has switched off (5: not graded). */
export function riskFeatures(rows: readonly RiskRow[], hidden: ReadonlySet<number>): FeatureCollection {
  const features: Feature[] = []
  for (const [id, code, name, lon, lat, grade, base, , , , , shape] of rows) {
    const g = grade ?? 5
    if (hidden.has(g)) continue
    const properties = { id, name: name || code, grade: g, moved: grade !== base }
    if (shape && shape.type !== 'Point') features.push({ type: 'Feature', properties, geometry: shape })
    if (lon !== null && lat !== null) features.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: [lon, lat] } })
  }
  return { type: 'FeatureCollection', features }
}

/** "990103" of a county, "990100" of its city: what the codes of all below begin with. */
const stem = (code: string): string => code.replace(/(00)+$/, '')

/** Pure: regions as areas where their border is known, else as one large mark in the middle of their units. */
export function regionFeatures(regions: readonly Region[], rows: readonly RiskRow[]): FeatureCollection {
  const features: Feature[] = []
  for (const r of regions) {
    const properties = { id: `region:${r.code}`, name: r.name, grade: r.colour ?? 5, moved: false, region: true }
    if (r.geometry) {
      features.push({ type: 'Feature', properties, geometry: r.geometry })
      continue
    }
    const below = rows.filter((u) => u[3] !== null && u[4] !== null && u[9]?.startsWith(stem(r.code)))
    if (below.length === 0) continue
    const middle = [3, 4].map((k) => below.reduce((sum, u) => sum + (u[k] as number), 0) / below.length)
    features.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: middle } })
  }
  const areas = features.filter((f) => f.geometry.type !== 'Point')
  const names = labelPoints({ type: 'FeatureCollection', features: areas }).features
  for (const n of names) features.push({ ...n, properties: { ...n.properties, region: true, label: true } })
  return { type: 'FeatureCollection', features }
}

/** Pure: open dangers as weights, a major one counts four. */
export const heatFeatures = (rows: readonly DangerSpot[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: rows.map((r) => ({ type: 'Feature', properties: { w: r[5] === 1 ? 4 : 1 }, geometry: { type: 'Point', coordinates: [r[3], r[4]] } })),
})

const LAYERS = [
  { id: 'risk-heat', type: 'heatmap', source: 'risk-heat', paint: { 'heatmap-weight': ['/', ['get', 'w'], 4], 'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 9, 14, 14, 42], 'heatmap-opacity': 0.7 } },
  { id: 'risk-area', type: 'fill', source: 'risk', filter: isArea, paint: { 'fill-color': colour, 'fill-opacity': 0.45 } },
  { id: 'risk-edge', type: 'line', source: 'risk', filter: isArea, paint: { 'line-color': colour, 'line-width': 2 } },
  { id: 'risk-line', type: 'line', source: 'risk', filter: isLine, layout: { 'line-cap': 'round' }, paint: { 'line-color': colour, 'line-width': 5 } },
  {
    id: 'risk-dot', type: 'circle', source: 'risk', filter: ['all', ['==', ['geometry-type'], 'Point'], ['!', ['has', 'label']]], layout: { 'circle-sort-key': ['-', 9, ['get', 'grade']] },
    paint: {
      'circle-color': colour, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, ['case', ['has', 'region'], 14, 5], 14, ['case', ['has', 'region'], 24, 11]],
      'circle-stroke-color': ['case', ['get', 'moved'], light.text, '#FFFFFF'], 'circle-stroke-width': ['case', ['get', 'moved'], 2.5, 1.5],
    },
  },
  {
    id: 'risk-label', type: 'symbol', source: 'risk', minzoom: 12.5, filter: ['all', ['==', ['geometry-type'], 'Point'], ['!', ['has', 'region']]],
    layout: { 'text-font': ['Noto Sans CJK SC Regular'], 'text-size': 12, 'text-field': ['get', 'name'], 'text-anchor': 'top', 'text-offset': [0, 1], 'text-max-width': 12, 'text-optional': true },
    paint: { 'text-color': light.text, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 },
  },
  {
    id: 'risk-region-label', type: 'symbol', source: 'risk', filter: ['all', ['==', ['geometry-type'], 'Point'], ['has', 'region']],
    layout: { 'text-font': ['Noto Sans CJK SC Regular'], 'text-size': 13, 'text-field': ['get', 'name'], 'text-max-width': 10 },
    paint: { 'text-color': light.text, 'text-halo-color': '#FFFFFF', 'text-halo-width': 2 },
  },
] as unknown as LayerSpecification[]
export const CLICKED = ['risk-dot', 'risk-line', 'risk-area']

export function addRisk(map: GlMap, pick: (id: string) => void): void {
  const empty: FeatureCollection = { type: 'FeatureCollection', features: [] }
  for (const id of ['risk', 'risk-heat']) map.addSource(id, { type: 'geojson', data: empty })
  for (const l of LAYERS) map.addLayer(l)
  map.on('click', (e) => {
    const id = map.queryRenderedFeatures(e.point, { layers: CLICKED })[0]?.properties.id as string | undefined
    if (id) pick(id)
  })
  for (const l of CLICKED) {
    map.on('mousemove', l, () => (map.getCanvas().style.cursor = 'pointer'))
    map.on('mouseleave', l, () => (map.getCanvas().style.cursor = ''))
  }
}
/** Where regions bear their names the base map does not say them again. */
export function paintRisk(map: GlMap | null, data: FeatureCollection, source = 'risk'): void {
  map?.getSource<GeoJSONSource>(source)?.setData(data)
  if (source !== 'risk' || !map?.getLayer('district-label')) return
  map.setLayoutProperty('district-label', 'visibility', data.features.some((f) => f.properties?.region) ? 'none' : 'visible')
}

/** Two maps that show the same place: a move of one moves the other. */
export function together(a: GlMap, b: GlMap): void {
  let led = false
  const lead = (from: GlMap, to: GlMap) => () => {
    if (led) return
    led = true
    to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() })
    led = false
  }
  a.on('move', lead(a, b))
  b.on('move', lead(b, a))
  lead(a, b)()
}
