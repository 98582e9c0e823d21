// Check sheets fetched ahead: while there is a network, the sheets of the checks that wait for this user (the nearest due first) and the
// pages that they are filled on are taken into the browser, so that a check can be opened without one, from its address or from the code
// on the wall. What waits no longer is let go, unless something was written on it.
import { ref } from 'vue'
import { sheetOf } from '@/api/checks'
import { deskList } from '@/api/matters'
import { canRead } from '@/api/meta'
import { may, user } from '@/api/session'
import { dropDraft, forgetSheets, keepDraft, loadDraft } from './queue'

export interface Kept { id: string; code: string; title: string; due: string | null; changed: string; places: string[] }
interface Index { at: number; items: Kept[] }

const MOST = 50
const EVERY = 30 * 60_000
/** The desk itself comes first. */
const AFTER = 1500
const NAME = 'ahead'

/** How many sheets lie here, for the page to say so. */
export const keptAhead = ref<Kept[]>([])
let busy = false

export const keptIndex = async (): Promise<Kept[]> => (await loadDraft<Index>(NAME))?.items ?? []
/** The checks that lie here for a place: of its own code, of its enterprise, of its patrol point. */
export const keptAt = async (code: string): Promise<Kept[]> => (await keptIndex()).filter((k) => k.places.includes(code))

const text = (v: unknown): string[] => (typeof v === 'string' && v !== '' ? [v] : [])

async function fetchOne(id: string, changed: string, due: string | null, old: Kept | undefined): Promise<Kept> {
  if (old?.changed === changed && (await loadDraft(`sheet/${id}`)) !== null) return old
  const sheet = await sheetOf(id)
  await keepDraft(`sheet/${id}`, sheet)
  const c = sheet.check
  return { id, code: String(c.code ?? ''), title: String(c.title ?? ''), due, changed, places: [...text(c.enterprise), ...text(c.object), ...text(c.point)] }
}

/** What the program asks for before it shows anything; the service worker keeps these. */
const BOOT = ['/api/session', '/api/meta', '/api/hello']

/** The program's own files that came before the service worker watched are asked for once more, so that it keeps them. */
async function keepPages(): Promise<void> {
  await Promise.all([import('@/pages/CheckPage.vue'), import('@/pages/PlacePage.vue'), import('@/pages/ReportPage.vue')])
  if (!('serviceWorker' in navigator) || !window.isSecureContext || !(await navigator.serviceWorker.getRegistration())) return
  await navigator.serviceWorker.ready
  if (!navigator.serviceWorker.controller) return
  const loaded = performance.getEntriesByType('resource').map((e) => e.name).filter((n) => new URL(n).pathname.startsWith('/assets/'))
  for (const url of new Set([...loaded, ...BOOT])) if (!(await caches.match(url))) await fetch(url)
}

export async function fetchAhead(): Promise<void> {
  if (busy || !navigator.onLine || !may('check.do') || !canRead('checks')) return
  busy = true
  try {
    const old = await keptIndex()
    keptAhead.value = old
    const { items } = await deskList({ box: 'todo', entity: 'checks', sort: 'due', limit: MOST })
    const kept: Kept[] = []
    for (const m of items) kept.push(await fetchOne(m.id, m.changed_at, m.due_at, old.find((k) => k.id === m.id)))
    await keepDraft(NAME, { at: Date.now(), items: kept } satisfies Index)
    for (const k of old) if (!kept.some((n) => n.id === k.id) && (await loadDraft(`check/${k.id}`)) === null) await dropDraft(`sheet/${k.id}`)
    await keepPages()
    keptAhead.value = kept
  } catch {
    // The network went in between: what lies here stays, and it is tried again.
  } finally {
    busy = false
  }
}

export function startAhead(): () => void {
  const who = user.value?.name ?? ''
  const go = (): void => { void fetchAhead() }
  const first = setTimeout(go, AFTER)
  const timer = setInterval(go, EVERY)
  window.addEventListener('online', go)
  return () => {
    clearTimeout(first)
    clearInterval(timer)
    window.removeEventListener('online', go)
    if (user.value) return
    keptAhead.value = []
    void forgetSheets(who)
  }
}
