// Points as vector tiles of the server, for cities with more points than a browser should cluster anew at every change of a
// grade. The server gathers them and tells the worst grade; a tile that did not change costs an answer without a body.
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'

export const TILED_FROM = 3000
const REST_MS = { least: 1000, most: 10_000, times: 3 }
/** Grades change at any moment; tiles are asked for again after a second at the earliest, later when drawing took long. */
export const restAfter = (drawnMs: number): number => Math.min(REST_MS.most, Math.max(REST_MS.least, REST_MS.times * drawnMs))
/** Beyond it the same tiles are drawn larger. */
const TILE_ZOOM_MAX = 15

/** `hide` names the fields that are switched off; '-' stands for points of no field. */
export function pointTiles(hidden: ReadonlySet<string>): string[] {
  const hide = [...hidden].sort().map((f) => encodeURIComponent(f === '' ? '-' : f)).join(',')
  return [`${location.origin}/tiles/points/{z}/{x}/{y}.mvt${hide ? `?hide=${hide}` : ''}`]
}

export const tiledSource = (hidden: ReadonlySet<string>): SourceSpecification =>
  ({ type: 'vector', tiles: pointTiles(hidden), minzoom: 0, maxzoom: TILE_ZOOM_MAX })

/** The layers of points made for GeoJSON, reading tiles: there a mark's name is put together from the tags. */
export function tiledLayer(layer: LayerSpecification): LayerSpecification {
  if (layer.type !== 'symbol' || layer.source !== 'points') return layer
  const mark = ['concat', 'p|', ['get', 'field'], '|', ['to-string', ['get', 'grade']], '|', ['case', ['get', 'in_service'], '1', '0']]
  const layout = layer.id === 'points' ? { ...layer.layout, 'icon-image': mark } : layer.layout
  return { ...layer, 'source-layer': 'points', layout } as LayerSpecification
}
