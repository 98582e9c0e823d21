// The city for the map: asked once and shared by the big map and the small ones. Points are asked anew when one changes.
import { shallowRef } from 'vue'
import type { FeatureCollection } from 'geojson'
import { mapInfo, mapLayer, mapPoints, type Bounds, type MapLayer, type MapPoint } from '@/api/city'
import { on } from '@/api/events'
import { canRead } from '@/api/meta'

export interface City { info: { bounds: Bounds; layers: MapLayer[] }; layers: Record<string, FeatureCollection> }

/** An empty city shows the country. */
const COUNTRY: Bounds = [73.5, 18, 135, 53.6]

export const city = shallowRef<City | null>(null)
export const cityPoints = shallowRef<MapPoint[] | null>(null)

async function loadLayers(): Promise<City> {
  const info = await mapInfo()
  const layers = await Promise.all(info.layers.map(async (l) => [l.id, await mapLayer(l.id)] as const))
  return { info: { bounds: info.bounds ?? COUNTRY, layers: info.layers }, layers: Object.fromEntries(layers) }
}

export async function loadCity(): Promise<void> {
  const [base, points] = await Promise.all([city.value ?? loadLayers(), canRead('points') ? mapPoints() : []])
  city.value = base
  cityPoints.value = points
}

let timer: ReturnType<typeof setTimeout> | undefined
on('record', (data) => {
  if ((data as { plural: string }).plural !== 'points' || !cityPoints.value) return
  clearTimeout(timer)
  timer = setTimeout(() => {
    mapPoints().then((p) => (cityPoints.value = p)).catch(() => undefined)
  }, 1000)
})
