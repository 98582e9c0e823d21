// Records of any entity: the derived routes of the server.
import { call, fetchRaw, get, queryText, type Query } from './http'
import { hear } from '@/live/told'
import type { HistoryEntry, Page, Rec } from './types'

export const listRecords = <T extends Rec = Rec>(plural: string, query?: Query, signal?: AbortSignal): Promise<Page<T>> =>
  get<Page<T>>(`/api/${plural}`, query, signal)

/** A list by the text of its query, without escapes, as figures carry it: an empty value asks for what has none. */
export function listAsked<T extends Rec = Rec>(plural: string, query: string, more: Record<string, string> = {}): Promise<Page<T>> {
  const pairs = query.split('&').map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)])
  return get<Page<T>>(`/api/${plural}?${new URLSearchParams([...pairs, ...Object.entries(more)]).toString()}`)
}

export const getRecord = <T extends Rec = Rec>(plural: string, id: string): Promise<T> =>
  get<T>(`/api/${plural}/${encodeURIComponent(id)}`)

export const createRecord = (plural: string, body: Record<string, unknown>, key: string): Promise<Rec> =>
  call<Rec>('POST', `/api/${plural}`, { body, idempotencyKey: key }).then(hear)

export const changeRecord = (plural: string, id: string, version: number, patch: Record<string, unknown>): Promise<Rec> =>
  call<Rec>('PATCH', `/api/${plural}/${encodeURIComponent(id)}`, { body: patch, ifMatch: version })

export const archiveRecord = (plural: string, id: string, version: number): Promise<void> =>
  call<void>('DELETE', `/api/${plural}/${encodeURIComponent(id)}`, { ifMatch: version })

/** Each call is one act: should the answer be lost and the request be sent again by whatever lies between, it is done once. */
export const actOn = <T extends Rec = Rec>(plural: string, id: string, action: string, params: Record<string, unknown> = {}): Promise<T> =>
  call<T>('POST', `/api/${plural}/${encodeURIComponent(id)}/actions/${action}`, { body: params, idempotencyKey: newKey() }).then(hear)

/** Random enough on plain HTTP too, where there is no randomUUID. */
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')

export async function historyOf(plural: string, id: string): Promise<HistoryEntry[]> {
  return (await get<{ items: HistoryEntry[] }>(`/api/${plural}/${encodeURIComponent(id)}/history`, { limit: 200 })).items
}

export interface ImportAnswer { accepted: number; rejected: number; warned?: number; errors?: string | null; formulas?: number; first_formula?: string }

/** coordinates: the system of the file's places, "" for records without one. */
export const importFile = (plural: string, file: File, coordinates = ''): Promise<ImportAnswer> =>
  call<ImportAnswer>('POST', `/api/${plural}/import${coordinates ? `?coordinates=${coordinates}` : ''}`, { raw: formOf(file) }).then(hear)

function formOf(file: File): FormData {
  const form = new FormData()
  form.append('file', file)
  return form
}

export const exportHref = (plural: string, query: Query): string => `/api/${plural}.xlsx${queryText(query)}`
export const templateHref = (plural: string): string => `/api/${plural}/import-template`

/** Fetches a file with the session and hands it to the browser, so that an error is shown and not saved as a file. */
export async function download(href: string, name: string): Promise<void> {
  const res = await fetchRaw('GET', href)
  saveBlob(await res.blob(), name)
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
