// Where the telephone is, asked once when the page opens and again when its user wants it; and why it is not known: refused by him or his
// browser, or not found.
import { ref } from 'vue'

export interface Spot { lon: number; lat: number }
export type Lost = 'denied' | 'lost'

const DENIED = 1
const ASK = { enableHighAccuracy: true, timeout: 8000, maximumAge: 60_000 }

export function usePlace() {
  const where = ref<Spot | null>(null)
  const lost = ref<Lost>('lost')
  const locating = ref(false)
  function locate(): void {
    if (!('geolocation' in navigator)) return
    locating.value = true
    navigator.geolocation.getCurrentPosition(
      (p) => {
        where.value = { lon: Number(p.coords.longitude.toFixed(6)), lat: Number(p.coords.latitude.toFixed(6)) }
        locating.value = false
      },
      (e) => {
        lost.value = e.code === DENIED ? 'denied' : 'lost'
        locating.value = false
      }, ASK)
  }
  return { where, lost, locating, locate }
}
