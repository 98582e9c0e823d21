// The versions of a record, worked out backwards from its present state and the ledger. Pure, so that it can be tested.
import type { Entity, Field, HistoryEntry, Rec } from '@/api/types'
import { instant } from '@/i18n/time'

export interface Version {
  /** From 1, the oldest that the history reaches. */
  n: number
  entry: HistoryEntry
  values: Record<string, unknown>
}

/** The ledger keeps what is stored, a record what is told: times are milliseconds there. */
function told(f: Field | undefined, v: unknown): unknown {
  if (v === null || v === undefined) return null
  if (f?.type === 'time') return new Date(instant(typeof v === 'string' && /^-?\d+$/.test(v) ? Number(v) : v)).toISOString()
  if (f?.type === 'bool') return v === true || v === 1
  return v
}

/** Newest first. Entries that changed nothing of the record's fields (an archive) make no version. */
export function versionsOf(e: Entity, record: Rec, history: HistoryEntry[]): Version[] {
  const fields = new Map(e.fields.map((f) => [f.name, f]))
  const steps = [...history].sort((a, b) => b.n - a.n).filter((h) => h.changes.some((c) => fields.has(c.field)))
  let values: Record<string, unknown> = {}
  for (const f of e.fields) values[f.name] = told(f, record[f.name])
  return steps.map((entry, i) => {
    const version = { n: steps.length - i, entry, values }
    values = { ...values }
    for (const c of entry.changes) if (fields.has(c.field)) values[c.field] = told(fields.get(c.field), c.before)
    return version
  })
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** Names of the fields in which two versions differ, in the order of the form. */
export const differing = (e: Entity, a: Version, b: Version): string[] =>
  e.fields.filter((f) => !same(a.values[f.name], b.values[f.name])).map((f) => f.name)

/** What must be written to bring the record back to the version. */
export function backTo(e: Entity, record: Rec, v: Version): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const f of e.fields) {
    if (f.readonly || f.create_only || same(told(f, record[f.name]), v.values[f.name])) continue
    out[f.name] = v.values[f.name]
  }
  return out
}
