// The one place that talks to the server: language, CSRF, If-Match, problems.
import { lang } from '@/i18n'
import { networkProblem, problemOf, type Problem } from './problem'

let csrf = ''
let onSessionLost: (() => void) | null = null

export function setCsrf(token: string): void {
  csrf = token
}

/** For the one caller that cannot use fetch: an upload that shows its progress. */
export const csrfToken = (): string => csrf

export function whenSessionLost(fn: () => void): void {
  onSessionLost = fn
}

export interface CallOptions {
  query?: Query
  body?: unknown
  /** Sent as it is (a form with a file); body is ignored. */
  raw?: BodyInit
  ifMatch?: number
  idempotencyKey?: string
  signal?: AbortSignal
  /** A 401 is an answer here, not the end of the session. */
  probing?: boolean
}

export type Query = Record<string, string | number | boolean | null | undefined>

export function queryText(query: Query | undefined): string {
  if (!query) return ''
  const p = new URLSearchParams()
  for (const [k, v] of Object.entries(query)) {
    if (v !== null && v !== undefined && v !== '') p.append(k, String(v))
  }
  const s = p.toString()
  return s ? `?${s}` : ''
}

function headersOf(method: string, o: CallOptions): Record<string, string> {
  const h: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang.value }
  if (method !== 'GET') h['X-CSRF-Token'] = csrf
  if (o.raw === undefined && o.body !== undefined) {
    h['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  }
  if (o.ifMatch !== undefined) h['If-Match'] = `"${o.ifMatch}"`
  if (o.idempotencyKey) h['Idempotency-Key'] = o.idempotencyKey
  return h
}

export async function fetchRaw(method: string, path: string, o: CallOptions = {}): Promise<Response> {
  const init: RequestInit = { method, headers: headersOf(method, o), credentials: 'same-origin' }
  if (o.signal) init.signal = o.signal
  if (o.raw !== undefined) init.body = o.raw
  else if (o.body !== undefined) init.body = JSON.stringify(o.body)
  let res: Response
  try {
    res = await fetch(path + queryText(o.query), init)
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e
    throw networkProblem()
  }
  if (!res.ok) {
    const problem: Problem = await problemOf(res)
    if (res.status === 401 && !o.probing) onSessionLost?.()
    throw problem
  }
  return res
}

export async function call<T>(method: string, path: string, o: CallOptions = {}): Promise<T> {
  const res = await fetchRaw(method, path, o)
  if (res.status === 204) return undefined as T
  const text = await res.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) })
