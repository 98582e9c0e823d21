// Unclaimed sources by who sends them. Pure, so that it can be tested.
import type { Rec } from '@/api/types'
import { codeFromKey } from './claim'

/** What each source of a sender would be called: one without a code, or with the code of another, is left to a person. */
export function proposals(rows: readonly Rec[]): { rec: Rec; code: string }[] {
  const all = rows.map((rec) => ({ rec, code: codeFromKey(String(rec.key ?? '')) }))
  const often = new Map<string, number>()
  for (const p of all) often.set(p.code, (often.get(p.code) ?? 0) + 1)
  return all.filter((p) => p.code !== '' && often.get(p.code) === 1)
}
