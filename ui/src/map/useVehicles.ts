// Keeps the vehicles of a map alive: put onto it when it is ready, moved with the events, hidden when the user says so.
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import type { Map as GlMap } from 'maplibre-gl'
import { canRead } from '@/api/meta'
import { now } from '@/live/clock'
import { fences, loadVehicles, positions, vehicles, vehicleTick } from '@/live/vehicles'
import { attachVehicles, vehicleFeatures, type VehicleLayers } from './vehicles'

interface Shown { vehicles: Ref<boolean>; fences: Ref<boolean>; can: boolean; count: Ref<number>; ready: (map: GlMap) => void; layers: Ref<VehicleLayers | null> }

/** only: one vehicle alone. */
export function useVehicles(pick?: (id: string) => void, only?: () => string | undefined): Shown {
  const layers = shallowRef<VehicleLayers | null>(null)
  const shown = { vehicles: ref(true), fences: ref(only !== undefined) }
  const count = ref(0)
  const can = canRead('vehicles')

  // A slow machine is given time: not again before the map has come to rest.
  let map: GlMap | null = null
  let busy = false
  let dirty = false
  function rested(): void {
    busy = false
    if (dirty) paint()
  }

  function paint(): void {
    count.value = positions.size
    dirty = busy
    if (busy || !map) return
    busy = true
    map.once('idle', rested)
    const id = only?.()
    const some = only ? new Map([...positions].filter(([k]) => k === id)) : positions
    layers.value?.vehicles(shown.vehicles.value ? vehicleFeatures(vehicles, some, now.value) : { type: 'FeatureCollection', features: [] })
  }
  const paintFences = (): void => layers.value?.fences(shown.fences.value ? fences.value : [])

  watch([vehicleTick, shown.vehicles], paint)
  onBeforeUnmount(() => (map = null))
  watch([fences, shown.fences], paintFences)
  // Without a map the page still works; what is missing is said there.
  if (can) onMounted(() => void loadVehicles().catch(() => undefined))

  return {
    ...shown, can, count, layers,
    ready(m) {
      if (!can) return
      map = m
      layers.value = attachVehicles(m, pick)
      paint()
      paintFences()
    },
  }
}
