// A list's filters: how they stand in the address bar and how they go to the server. The same names in both.
import type { Entity, Field } from './types'
import type { Query } from './http'

export interface ListState {
  q: string
  sort: string
  /** "name", "name.gte" or "name.lte" → value */
  filters: Record<string, string>
}

const RANGED: ReadonlySet<string> = new Set(['int', 'real', 'time'])
/** A grade is a number, but one chooses it and asks for no range. */
export const isRanged = (f: Field): boolean => RANGED.has(f.type) && f.name !== 'grade'

/** The filter keys that an entity accepts. */
export function filterKeys(e: Entity): string[] {
  return e.fields.filter((f) => f.filter).flatMap((f) => (isRanged(f) ? [`${f.name}.gte`, `${f.name}.lte`] : [f.name]))
}

export function readState(e: Entity, address: Record<string, unknown>): ListState {
  const filters: Record<string, string> = {}
  for (const key of filterKeys(e)) {
    const v = address[key]
    if (typeof v === 'string' && v !== '') filters[key] = v
  }
  return {
    q: typeof address.q === 'string' ? address.q : '',
    sort: sortAllowed(e, address.sort) ? String(address.sort) : e.sort ?? '',
    filters,
  }
}

function sortAllowed(e: Entity, sort: unknown): boolean {
  if (typeof sort !== 'string' || sort === '') return false
  const name = sort.replace(/^-/, '')
  return e.fields.some((f) => f.name === name && f.sort)
}

/** For the address bar: only what differs from the default. */
export function toAddress(e: Entity, s: ListState): Record<string, string> {
  const out: Record<string, string> = {}
  if (s.q) out.q = s.q
  if (s.sort && s.sort !== (e.sort ?? '')) out.sort = s.sort
  for (const [k, v] of Object.entries(s.filters)) if (v !== '') out[k] = v
  return out
}

/** For the server: list, count and export take the same. */
export function toQuery(s: ListState): Query {
  return { ...s.filters, q: s.q, sort: s.sort }
}

/** A click on a column: ascending, descending, default. */
export function nextSort(current: string, name: string, fallback: string): string {
  if (current === name) return `-${name}`
  if (current === `-${name}`) return fallback
  return name
}
