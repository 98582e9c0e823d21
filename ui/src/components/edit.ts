// What a form starts with and what of it goes to the server. Pure, so that it can be tested.
import type { Entity, Field, Rec } from '@/api/types'
import { toWire } from './validate'

function fallbackOf(f: Field): unknown {
  if (f.fallback === null || f.fallback === undefined) return f.type === 'bool' ? false : null
  if (f.type === 'bool') return f.fallback === 'true' || f.fallback === '1'
  if (f.type === 'int' || f.type === 'real') return Number(f.fallback)
  return f.fallback
}

export function initialValues(e: Entity, record: Rec | null): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of e.fields) if (!f.readonly) out[f.name] = record ? record[f.name] ?? null : fallbackOf(f)
  return out
}

/** Values that came in the address: only of fields that may be written. */
export function presetValues(e: Entity, query: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of e.fields) {
    const v = query[f.name]
    if (f.readonly || typeof v !== 'string' || v === '') continue
    out[f.name] = f.type === 'int' || f.type === 'real' ? Number(v) : f.type === 'bool' ? v === 'true' : v
  }
  return out
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** What differs from the record; for a new one all that is filled in and shown. */
export function changedFields(e: Entity, record: Rec | null, values: Record<string, unknown>, hidden?: (f: Field) => boolean): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of e.fields) {
    if (f.readonly || !(f.name in values)) continue
    const v = toWire(f, values[f.name])
    if (record ? !same(v, record[f.name]) && !f.create_only : v !== null && v !== undefined && !hidden?.(f)) out[f.name] = v
  }
  return out
}
