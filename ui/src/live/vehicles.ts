// Vehicles and their positions, asked once and kept alive by events; geofences with them. Shared by the map and the pages.
import { ref, shallowReactive, shallowRef } from 'vue'
import { on } from '@/api/events'
import { canRead } from '@/api/meta'
import type { Table } from '@/api/types'
import { allPositions, geofences, positionRows, type Geofence, type Position, type Vehicle } from '@/api/vehicles'

export const vehicles = shallowReactive(new Map<string, Vehicle>())
export const positions = shallowReactive(new Map<string, Position>())
export const fences = shallowRef<Geofence[]>([])
/** Goes up with every change, so that a map repaints no oftener than needed. */
export const vehicleTick = ref(0)
let wanted = false

export async function loadVehicles(): Promise<void> {
  if (!canRead('vehicles')) return
  wanted = true
  const [all, shapes] = await Promise.all([allPositions(), geofences()])
  vehicles.clear()
  for (const v of all.vehicles) vehicles.set(v.id, v)
  for (const id of [...positions.keys()]) if (!vehicles.has(id)) positions.delete(id)
  for (const p of all.positions) positions.set(p.id, p)
  fences.value = shapes
  vehicleTick.value++
}

function loadQuietly(): void {
  if (wanted) loadVehicles().catch(() => undefined)
}

on('vehicles', (data) => {
  for (const p of positionRows(data as Table)) positions.set(p.id, p)
  vehicleTick.value++
})
on('resync', loadQuietly)
let timer: ReturnType<typeof setTimeout> | undefined
on('record', (data) => {
  if (!['vehicles', 'geofences'].includes((data as { plural: string }).plural)) return
  clearTimeout(timer)
  timer = setTimeout(loadQuietly, 1000)
})
