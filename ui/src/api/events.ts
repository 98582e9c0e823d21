// Server-sent events with their own back-off. EventSource reconnects by itself after a network fault, but gives up for
// good after an HTTP error; then it is opened anew, and listeners are told to load afresh what they may have missed.
import { ref } from 'vue'
import { queryText } from './http'
import { canRead } from './meta'

type Handler = (data: unknown) => void

export const connected = ref(true)
export const lastEventAt = ref(0)

/** A topic is asked for only by who may read what it tells; else the server refuses the stream as a whole. */
const TOPICS = { alarms: 'alarms', values: 'points', records: null, sources: 'unclaimed', vehicles: 'vehicles', notices: null } as const
const NAMES = ['alarm', 'values', 'record', 'sources', 'vehicles', 'notice'] as const
export type EventName = (typeof NAMES)[number] | 'resync'

const handlers = new Map<EventName, Set<Handler>>()
let source: EventSource | null = null
let retryTimer: ReturnType<typeof setTimeout> | undefined
let attempt = 0
let wasLost = false
let lastId = ''

export function on(name: EventName, fn: Handler): () => void {
  const set = handlers.get(name) ?? new Set()
  handlers.set(name, set)
  set.add(fn)
  return () => set.delete(fn)
}

function emit(name: EventName, data: unknown): void {
  for (const fn of handlers.get(name) ?? []) fn(data)
}

function topics(): string {
  return Object.entries(TOPICS).filter(([, plural]) => plural === null || canRead(plural)).map(([topic]) => topic).join(',')
}

function opened(): void {
  attempt = 0
  connected.value = true
  lastEventAt.value = Date.now()
  if (wasLost) emit('resync', null)
  wasLost = false
}

function failed(): void {
  connected.value = false
  wasLost = true
  if (source?.readyState === EventSource.CLOSED) scheduleRetry()
}

function scheduleRetry(): void {
  clearTimeout(retryTimer)
  const wait = Math.min(15_000, 1000 * 2 ** attempt++)
  retryTimer = setTimeout(openEvents, wait)
}

export function openEvents(): void {
  closeEvents()
  source = new EventSource(`/api/events${queryText({ topics: topics(), last_event_id: lastId })}`)
  source.onopen = opened
  source.onerror = failed
  for (const name of NAMES) {
    source.addEventListener(name, (e) => {
      lastEventAt.value = Date.now()
      if ((e as MessageEvent).lastEventId) lastId = (e as MessageEvent).lastEventId
      emit(name, JSON.parse((e as MessageEvent<string>).data))
    })
  }
}

export function closeEvents(): void {
  clearTimeout(retryTimer)
  source?.close()
  source = null
}
