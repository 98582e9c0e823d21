// Reports on their way. Each is kept in the browser's own database until the server has all of it, so that neither a cut in
// the network nor a closed page loses one; its key makes the server take it once however often it is sent. Photos are sent after
// the record and before the order, their originals after it, one after the other; what was sent is noted, and the server knows a file by its content.
import { ref } from 'vue'
import { uploadFile, type Said } from '@/api/files'
import { call } from '@/api/http'
import { asProblem, type Problem } from '@/api/problem'
import { actOn } from '@/api/records'
import { user } from '@/api/session'
import type { Rec } from '@/api/types'

export interface QueuedPhoto {
  file: Blob; name: string; said: Said; sent: boolean
  /** The marked file as the server has it, and the file that it was made from; that one goes last, it is the largest and hurries least. */
  hash?: string
  original?: { file: Blob; name: string; sent: boolean }
  /** Of a check: the item that it shows; it goes to the danger that the item led to. */
  item?: string
}
export interface QueuedReport {
  key: string
  /** Whose report it is: another one who signs in on this telephone does not send it. */
  who: string
  at: number
  body: Record<string, unknown>
  photos: QueuedPhoto[]
  order: boolean
  requirements: string
  /** The record once the server has it. */
  id: string | null
  code: string | null
  /** Not a report but the end of this check; body is what is handed in. */
  check?: string
  /** The dangers that its items led to, once the server has it. */
  dangers?: Record<string, string>
  /** What the server refused; it stays until a person decides. */
  refused: string | null
}

const NAME = 'anlan-reports'
const STORE = 'reports'
const DRAFTS = 'drafts'
const OFFLINE = 0

export const queued = ref<QueuedReport[]>([])
export const sending = ref(false)
let opened: Promise<IDBDatabase> | null = null

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open(NAME, 2)
    asked.onupgradeneeded = () => {
      for (const name of [STORE, DRAFTS]) if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, { keyPath: 'key' })
    }
    asked.onsuccess = () => { done(asked.result) }
    asked.onerror = () => { opened = null; fail(asked.error ?? new Error('indexedDB')) }
  })
  return opened
}

async function inStore<T>(mode: IDBTransactionMode, fn: (s: IDBObjectStore) => IDBRequest<T>, store = STORE): Promise<T> {
  const db = await database()
  return new Promise((done, fail) => {
    const tx = db.transaction(store, mode)
    const asked = fn(tx.objectStore(store))
    tx.oncomplete = () => { done(asked.result) }
    tx.onerror = tx.onabort = () => { fail(tx.error ?? new Error('indexedDB')) }
  })
}

export async function loadQueue(): Promise<void> {
  const all = await inStore<QueuedReport[]>('readonly', (s) => s.getAll() as IDBRequest<QueuedReport[]>).catch(() => [])
  queued.value = all.filter((r) => r.who === user.value?.name).sort((a, b) => a.at - b.at)
}

const keep = (r: QueuedReport): Promise<unknown> => inStore('readwrite', (s) => s.put(plain(r)))

/** What the database takes: no proxies of the page. */
export const plainPhoto = (p: QueuedPhoto): QueuedPhoto => ({ ...p, said: { ...p.said }, ...(p.original ? { original: { ...p.original } } : {}) })
function plain(r: QueuedReport): QueuedReport {
  return { ...r, body: JSON.parse(JSON.stringify(r.body)) as Record<string, unknown>, ...(r.dangers ? { dangers: { ...r.dangers } } : {}), photos: r.photos.map(plainPhoto) }
}

export async function addReport(r: QueuedReport): Promise<void> {
  await keep(r)
  await loadQueue()
}

export async function dropReport(key: string): Promise<void> {
  await inStore('readwrite', (s) => s.delete(key))
  await loadQueue()
}

/** What a page keeps for itself until its work is sent: a sheet, answers, photos. Each person has his own. */
const draftKey = (name: string): string => `${user.value?.name ?? ''}/${name}`
export async function keepDraft(name: string, value: unknown): Promise<void> {
  await inStore('readwrite', (s) => s.put({ key: draftKey(name), value }), DRAFTS).catch(() => undefined)
}
export async function loadDraft<T>(name: string): Promise<T | null> {
  const kept = await inStore('readonly', (s) => s.get(draftKey(name)) as IDBRequest<{ value: T } | undefined>, DRAFTS).catch(() => undefined)
  return kept?.value ?? null
}
export async function dropDraft(name: string): Promise<void> {
  await inStore('readwrite', (s) => s.delete(draftKey(name)), DRAFTS).catch(() => undefined)
}

async function sendPhoto(r: QueuedReport, p: QueuedPhoto, plural: string, id: string): Promise<void> {
  if (p.sent) return
  p.hash = (await uploadFile(plural, id, new File([p.file], p.name, { type: p.file.type }), p.said, () => undefined)).hash
  p.sent = true
  await keep(r)
}
async function sendOriginal(r: QueuedReport, p: QueuedPhoto, plural: string, id: string): Promise<void> {
  const o = p.original
  if (!o || o.sent || !p.hash) return
  await uploadFile(plural, id, new File([o.file], o.name, { type: o.file.type }), { ...p.said, of: p.hash }, () => undefined)
  o.sent = true
  await keep(r)
}

/** Who signs out leaves no sheets behind; what he has begun to write stays until it is sent. */
export async function forgetSheets(who: string): Promise<void> {
  const keys = await inStore('readonly', (s) => s.getAllKeys() as IDBRequest<string[]>, DRAFTS).catch(() => [] as string[])
  const gone = keys.filter((k) => k === `${who}/ahead` || (k.startsWith(`${who}/sheet/`) && !keys.includes(k.replace('/sheet/', '/check/'))))
  for (const k of gone) await inStore('readwrite', (s) => s.delete(k), DRAFTS).catch(() => undefined)
}

interface Submitted { check: Rec; results: { item: string; danger?: string }[] }
async function sendCheck(r: QueuedReport, check: string): Promise<void> {
  if (!r.id) {
    const done = await call<Submitted>('POST', `/api/checks/${check}/submit`, { body: { ...r.body, client_key: r.key } })
    r.id = done.check.id
    r.dangers = Object.fromEntries(done.results.filter((x) => x.danger).map((x) => [x.item, x.danger as string]))
    await keep(r)
  }
  const id = r.id
  for (const send of [sendPhoto, sendOriginal]) {
    for (const p of r.photos) {
      const danger = p.item ? r.dangers?.[p.item] : undefined
      await send(r, p, danger ? 'dangers' : 'checks', danger ?? id)
    }
  }
}

async function sendOne(r: QueuedReport): Promise<void> {
  if (r.check) return sendCheck(r, r.check)
  if (!r.id) {
    const rec = await call<Rec>('POST', '/api/dangers', { body: { ...r.body, client_key: r.key } })
    r.id = rec.id
    r.code = String(rec.code ?? '')
    await keep(r)
  }
  for (const p of r.photos) await sendPhoto(r, p, 'dangers', r.id)
  if (r.order) await order(r, r.id)
  for (const p of r.photos) await sendOriginal(r, p, 'dangers', r.id)
}

async function order(r: QueuedReport, id: string): Promise<void> {
  try {
    await actOn('dangers', id, 'order', r.requirements ? { requirements: r.requirements } : {})
  } catch (e) {
    // The answer to an earlier try was lost: the order stands.
    if (asProblem(e).status !== 409) throw e
  }
}

const words = (p: Problem): string => [p.title, p.detail, ...p.fields.map((f) => f.message)].filter(Boolean).join(' ')

/** Sends what waits, oldest first; gives the last one that went through. Only one flush runs at a time. */
export async function flush(): Promise<QueuedReport | null> {
  if (sending.value || !user.value) return null
  sending.value = true
  let last: QueuedReport | null = null
  try {
    await loadQueue()
    for (const r of queued.value.map(plain)) {
      if (r.refused) continue
      try {
        await sendOne(r)
        last = r
        await inStore('readwrite', (s) => s.delete(r.key))
      } catch (e) {
        const p = asProblem(e)
        if (p.status === OFFLINE || p.status === 401 || p.status === 429 || p.status >= 500) break
        r.refused = words(p)
        await keep(r)
      }
    }
  } finally {
    sending.value = false
    await loadQueue()
  }
  return last
}

export async function retry(key: string): Promise<QueuedReport | null> {
  const r = queued.value.find((x) => x.key === key)
  if (r) await keep({ ...r, refused: null })
  return flush()
}

/** While the page is open, what waits is sent as soon as there is a network again. */
export function startQueue(): () => void {
  const go = (): void => { void flush() }
  const timer = setInterval(() => { if (queued.value.some((r) => !r.refused)) go() }, 20_000)
  window.addEventListener('online', go)
  go()
  return () => {
    clearInterval(timer)
    window.removeEventListener('online', go)
  }
}
