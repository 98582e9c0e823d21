import { expect, test, vi } from 'vitest'
import type { MapPoint } from '../src/api/city'
import type { Latest } from '../src/api/types'
import { byDistrict, centroid, countFields, inRing, labelPoints, pointFeatures } from '../src/map/features'
import { glyphOf } from '../src/map/glyphs'
import { cityStyle, pipeColour } from '../src/map/style'
import { pointTiles, restAfter } from '../src/map/tiles'
import { trade } from '../src/styles/tokens'

const point = (id: string, lon: number, field = 'gas', in_service = true): MapPoint =>
  ({ id, code: id, name: id, lon, lat: 0.5, field, kind: '', unit: 'm', object: null, in_service })
const points = [point('a', 0.5), point('b', 1.5), point('c', 0.2, 'water', false)]
const values = new Map<string, Latest>([['a', { t: 0, v: 1, q: 0, grade: 2 }], ['b', { t: 0, v: 1, q: 0, grade: null }]])

test('points carry their grade and mark, hidden fields are left out', () => {
  const all = pointFeatures(points, values, new Set())
  expect(all.features.map((f) => f.properties?.mark)).toEqual(['p|gas|2|1', 'p|gas|5|1', 'p|water|5|0'])
  expect(pointFeatures(points, values, new Set(['gas'])).features).toHaveLength(1)
})

test('fields are counted with their grades', () => {
  expect(countFields(points, values)).toEqual([
    { field: 'gas', total: 2, grades: { 1: 0, 2: 1, 3: 0, 4: 0 } }, { field: 'water', total: 1, grades: { 1: 0, 2: 0, 3: 0, 4: 0 } },
  ])
})

const square = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
test('points fall into their district', () => {
  expect(inRing([0.5, 0.5], square)).toBe(true)
  expect(inRing([1.5, 0.5], square)).toBe(false)
  const layer = { type: 'FeatureCollection' as const, features: [{ type: 'Feature' as const, properties: { name: '甲区' }, geometry: { type: 'Polygon' as const, coordinates: [square] } }] }
  const [d] = byDistrict(layer, points, values)
  expect(d).toMatchObject({ name: '甲区', worst: 2 })
  expect(d!.points.map((p) => p.id)).toEqual(['a', 'c'])
})

test('an area has one place for its name', () => {
  const area = { type: 'FeatureCollection' as const, features: [{ type: 'Feature' as const, properties: { name: '甲区' }, geometry: { type: 'Polygon' as const, coordinates: [square] } }] }
  expect(labelPoints(area).features).toMatchObject([{ properties: { name: '甲区' }, geometry: { coordinates: [0.5, 0.5] } }])
  expect(centroid([[2, 3], [2, 3]])).toEqual([2, 3])
})

test('pipes have the colour of their trade', () => {
  expect(pipeColour('gas_pipe')).toBe(trade.gas)
  expect(pipeColour('drain_pipe')).toBe(trade.drainage)
  expect(new Set(['gas_pipe', 'water_pipe', 'drain_pipe', 'heat_pipe'].map(pipeColour)).size).toBe(4)
})

test('a field of a longer name has the sign of its kind', () => {
  expect(glyphOf('gas_network')).toBe(glyphOf('gas'))
  expect(glyphOf('nothing')).toBeUndefined()
})

test('the style draws ground first, pipes above roads, points on top, and asks nobody for fonts or sprites', () => {
  const layer = (id: string, geometry: 'area' | 'line' | 'point') => ({ id, geometry, title: { zh: id, en: id }, count: 1 })
  const info = { bounds: [0, 0, 1, 1] as [number, number, number, number], layers: [layer('gas_pipe', 'line'), layer('road', 'line'), layer('land', 'area'), layer('place', 'point')] }
  const style = cityStyle({ info, layers: {} }, new Set(['road']))
  const ids = style.layers.map((l) => l.id)
  expect(ids.indexOf('land')).toBeLessThan(ids.indexOf('road'))
  expect(ids.indexOf('road')).toBeLessThan(ids.indexOf('gas_pipe'))
  expect(ids.slice(-2)).toEqual(['points', 'clusters'])
  expect(style.layers.find((l) => l.id === 'road')?.layout).toMatchObject({ visibility: 'none' })
  expect(JSON.stringify(style)).not.toMatch(/https?:/)
  expect(style).not.toHaveProperty('glyphs')
})

test('many points come as tiles: the same layers, without the hidden fields', () => {
  vi.stubGlobal('location', { origin: 'https://city' })
  expect(pointTiles(new Set())).toEqual(['https://city/tiles/points/{z}/{x}/{y}.mvt'])
  expect(pointTiles(new Set(['water', '', 'gas']))).toEqual(['https://city/tiles/points/{z}/{x}/{y}.mvt?hide=-,gas,water'])
  const bare = { info: { bounds: [0, 0, 1, 1] as [number, number, number, number], layers: [] }, layers: {} }
  const listed = cityStyle(bare, new Set())
  const tiled = cityStyle(bare, new Set(), new Set(['gas']))
  expect(tiled.layers.map((l) => l.id)).toEqual(listed.layers.map((l) => l.id))
  expect(tiled.sources.points).toMatchObject({ type: 'vector', tiles: ['https://city/tiles/points/{z}/{x}/{y}.mvt?hide=gas'] })
  expect(listed.sources.points).toMatchObject({ type: 'geojson' })
  const ofTiles = tiled.layers.filter((l) => 'source-layer' in l && l['source-layer'] === 'points').map((l) => l.id)
  expect(ofTiles).toEqual(['points', 'clusters'])
  vi.unstubAllGlobals()
})

test('tiles are asked for again after a second, later where drawing is slow', () => {
  expect([0, 200, 1000, 60_000].map(restAfter)).toEqual([1000, 1000, 3000, 10_000])
})
