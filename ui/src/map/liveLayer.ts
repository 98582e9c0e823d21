// A layer of marks on the map that is kept alive: asked for again soon after a record of its kind changed, shown or hidden as
// one likes; a click picks the record of a mark.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import type { GeoJSONSource, LayerSpecification, Map as GlMap } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import { on } from '@/api/events'
import { canRead } from '@/api/meta'

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] }

export interface MarkLayer<T> {
  /** The plural of its records, the name of its source and of the layer that is clicked. */
  plural: string
  /** How long a burst of changes is waited for, in ms. */
  after: number
  ask: () => Promise<T[]>
  features: (rows: T[]) => FeatureCollection
  images: { name: string; image: ImageData; ratio: number }[]
  layers: LayerSpecification[]
}
export interface Marks { can: boolean; shown: Ref<boolean>; count: Ref<number>; ready: (map: GlMap) => void }

function pickOn(map: GlMap, layer: string, pick: (id: string) => void): void {
  map.on('click', layer, (e) => {
    const id = e.features?.[0]?.properties.id as string | undefined
    if (id) pick(id)
  })
  map.on('mousemove', layer, () => (map.getCanvas().style.cursor = 'pointer'))
  map.on('mouseleave', layer, () => (map.getCanvas().style.cursor = ''))
}

export function useMarks<T>(layer: MarkLayer<T>, pick: (id: string) => void): Marks {
  const { plural } = layer
  const can = canRead(plural)
  const rows = shallowRef<T[]>([])
  const shown = ref(true)
  const count = ref(0)
  let map: GlMap | null = null
  let soon: ReturnType<typeof setTimeout> | undefined

  const paint = (): void => void map?.getSource<GeoJSONSource>(plural)?.setData(shown.value ? layer.features(rows.value) : EMPTY)
  async function load(): Promise<void> {
    soon = undefined
    const got = await layer.ask().catch(() => null)
    if (!got) return
    rows.value = got
    count.value = got.length
    paint()
  }
  const later = (): void => void (soon ??= setTimeout(() => void load(), layer.after))
  const stops = can ? [on('record', (data) => (data as { plural?: string }).plural === plural && later()), on('resync', later)] : []
  watch(shown, paint)
  onBeforeUnmount(() => {
    for (const stop of stops) stop()
    clearTimeout(soon)
    map = null
  })

  return {
    can, shown, count,
    ready(m) {
      if (!can) return
      map = m
      for (const i of layer.images) m.addImage(i.name, i.image, { pixelRatio: i.ratio })
      m.addSource(plural, { type: 'geojson', data: EMPTY })
      for (const l of layer.layers) m.addLayer(l)
      pickOn(m, plural, pick)
      void load()
    },
  }
}
