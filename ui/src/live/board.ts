// The alarms that are open now, and the grade and latest value of every point, kept alive by events. One board for the whole
// application: the map, the stream, the sound and the tab title read it.
import { computed, reactive, ref, shallowReactive } from 'vue'
import { latest, latestRows } from '@/api/city'
import { closeEvents, on, openEvents } from '@/api/events'
import { canRead } from '@/api/meta'
import { listRecords } from '@/api/records'
import { asProblem, type Problem } from '@/api/problem'
import type { Alarm, AlarmEvent, Latest, Table } from '@/api/types'
import { isOpen, isWaiting, streamOrder } from './order'
import { CALLING, pendingOrder } from './pending'

/** Enough for the worst day; what calls people is asked for by itself, and the oldest first, so that none of it is missing. */
const PAGE = 500
const OPEN = 'unacknowledged,returned,acknowledged'

export const alarms = shallowReactive(new Map<string, Alarm>())
export const values = shallowReactive(new Map<string, Latest>())
/** Goes up whenever the grade of some point changed, so that the map repaints no oftener than needed. */
export const gradeTick = ref(0)
export const boardState = reactive<{ loading: boolean; problem: Problem | null; loadedAt: number }>({
  loading: true, problem: null, loadedAt: 0,
})
export const stream = computed(() => streamOrder([...alarms.values()]))
export const waiting = computed(() => stream.value.filter((a) => isWaiting(a.state)))
/** Red and orange that nobody has judged, in the order in which they call. */
export const pending = computed(() => pendingOrder(alarms.values()))

export function takeAlarm(a: Alarm): void {
  if (isOpen(a.state)) alarms.set(a.id, a)
  else alarms.delete(a.id)
}

function takeValues(table: Table): void {
  let changed = false
  for (const row of latestRows(table)) {
    const before = values.get(row.id)
    if ((before?.grade ?? null) !== (row.grade ?? null)) changed = true
    values.set(row.id, { t: row.t, v: row.v, q: row.q, grade: row.grade })
  }
  if (changed) gradeTick.value++
}

export async function loadBoard(): Promise<void> {
  boardState.loading = alarms.size === 0 && boardState.loadedAt === 0
  try {
    const [points, ...pages] = await Promise.all([
      canRead('points') ? latest() : [],
      ...(canRead('alarms') ? [
        listRecords<Alarm>('alarms', { 'state.in': 'unacknowledged,returned', sort: 'raised_at', limit: PAGE }),
        listRecords<Alarm>('alarms', { state: 'acknowledged', sort: '-raised_at', limit: PAGE }),
        listRecords<Alarm>('alarms', { 'state.in': OPEN, 'worst_grade.lte': CALLING, sort: 'raised_at', limit: PAGE }),
      ] : []),
    ])
    alarms.clear()
    for (const page of pages) for (const a of page.items) takeAlarm(a)
    for (const row of points) values.set(row.id, { t: row.t, v: row.v, q: row.q, grade: row.grade })
    gradeTick.value++
    boardState.problem = null
    boardState.loadedAt = Date.now()
  } catch (e) {
    boardState.problem = asProblem(e)
  } finally {
    boardState.loading = false
  }
}

let stops: (() => void)[] = []

export function startBoard(): void {
  if (stops.length > 0) return
  stops = [
    on('alarm', (data) => {
      const event = data as AlarmEvent
      takeAlarm({ ...alarms.get(String(event.id)), ...event, id: String(event.id) })
    }),
    on('values', (data) => takeValues(data as Table)),
    on('resync', () => void loadBoard()),
  ]
  openEvents()
  void loadBoard()
}

export function stopBoard(): void {
  for (const stop of stops) stop()
  stops = []
  closeEvents()
  alarms.clear()
  values.clear()
  boardState.loadedAt = 0
  boardState.loading = true
}
