// Zones of an accident on the map: the mildest below, the severe ones on top, the place, and who is inside.
import type { GeoJSONSource, LayerSpecification, Map as GlMap } from 'maplibre-gl'
import type { Feature, FeatureCollection } from 'geojson'
import type { Answer } from '@/api/consequence'
import { gradeFill, light } from '@/styles/tokens'

/** From the most severe on; what is left is grey. */
export const ZONE_COLOURS: readonly string[] = [gradeFill[1].ground, gradeFill[2].ground, gradeFill[3].ground, gradeFill[4].ground, '#8A97A3']
export const zoneColour = (i: number): string => ZONE_COLOURS[Math.min(i, ZONE_COLOURS.length - 1)] as string

/** Pure. */
export function zoneFeatures(answer: Answer | null, place: { lon: number; lat: number } | null): FeatureCollection {
  const features: Feature[] = []
  answer?.zones.forEach((z, i) => {
    if (z.geometry) features.unshift({ type: 'Feature', properties: { part: 'zone', colour: zoneColour(i) }, geometry: z.geometry })
  })
  for (const p of answer?.inside ?? []) {
    features.push({ type: 'Feature', properties: { part: 'inside', name: p.name }, geometry: { type: 'Point', coordinates: [p.lon, p.lat] } })
  }
  if (place) features.push({ type: 'Feature', properties: { part: 'place', name: '' }, geometry: { type: 'Point', coordinates: [place.lon, place.lat] } })
  return { type: 'FeatureCollection', features }
}

/** Pure: west, south, east, north of all zones; null when none is drawn. */
export function zoneBounds(answer: Answer | null): [number, number, number, number] | null {
  const all = answer?.zones.flatMap((z) => z.geometry?.coordinates[0] ?? []) ?? []
  if (all.length === 0) return null
  const lon = all.map((p) => p[0] as number), lat = all.map((p) => p[1] as number)
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)]
}

const of = (part: string) => ['==', ['get', 'part'], part]
const LAYERS = [
  { id: 'zone-fill', type: 'fill', source: 'consequence', filter: of('zone'), paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.18 } },
  { id: 'zone-edge', type: 'line', source: 'consequence', filter: of('zone'), paint: { 'line-color': ['get', 'colour'], 'line-width': 2 } },
  { id: 'zone-inside', type: 'circle', source: 'consequence', filter: of('inside'), paint: { 'circle-radius': 5, 'circle-color': light.text, 'circle-stroke-color': '#FFFFFF', 'circle-stroke-width': 1.5 } },
  { id: 'zone-place', type: 'circle', source: 'consequence', filter: of('place'), paint: { 'circle-radius': 7, 'circle-color': gradeFill[1].ground, 'circle-stroke-color': '#FFFFFF', 'circle-stroke-width': 2 } },
  {
    id: 'zone-label', type: 'symbol', source: 'consequence', minzoom: 12, filter: of('inside'),
    layout: { 'text-field': ['get', 'name'], 'text-font': ['Noto Sans CJK SC Regular'], 'text-size': 12, 'text-offset': [0, 1.1], 'text-optional': true },
    paint: { 'text-color': light.text, 'text-halo-color': '#FFFFFF', 'text-halo-width': 1.4 },
  },
] as unknown as LayerSpecification[]

export function addZones(map: GlMap, pick: (lon: number, lat: number) => void): void {
  map.addSource('consequence', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } })
  for (const l of LAYERS) map.addLayer(l)
  map.on('click', (e) => pick(e.lngLat.lng, e.lngLat.lat))
  map.getCanvas().style.cursor = 'crosshair'
}
export const paintZones = (map: GlMap | null, data: FeatureCollection): void => void map?.getSource<GeoJSONSource>('consequence')?.setData(data)
