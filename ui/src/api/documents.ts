// Policy papers: upload, reading, correcting, confirming; two years side by side; how their tasks stand.
import { call, get } from './http'
import { newKey } from './records'
import type { Rec } from './types'

export type Role = 'lead' | 'support' | 'responsible'
export interface Assigned { body: string; title?: string; role: Role }
export interface UnitRead { role: Role; name: string; reason: string; confidence: number; bodies: string[] }
export interface Cadence { text: string; per: string; every: number; times?: number; at_least: boolean }
export interface DocumentRec extends Rec {
  code: string; title: string; number?: string | null; issuer?: string | null; issued_on?: string | null; kind?: string | null; year?: number | null
  items: number; duties: number; doubtful: number; waiting: number; confirmed: number; version_no: number; previous?: string | null; file_name?: string | null; file_hash?: string | null
}
export interface ItemRec extends Rec {
  title: string; state: 'proposed' | 'confirmed' | 'rejected' | 'merged'; kind: 'duty' | 'text'; path?: string | null; heading?: string | null; text?: string | null
  place: number; source_from: number; source_to: number; clause?: string | null; units?: UnitRead[] | null; assigned?: Assigned[] | null; cadence?: Cadence[] | null
  deadlines?: { text: string; date: string }[] | null; targets?: { text: string }[] | null; unsure?: string | null; doubt: number
  due_at?: string | null; per?: string | null; every?: number | null; times?: number | null; tasks: number; edited?: boolean
}
/** may: this person may work on it; the others read. */
export interface Reading { document: DocumentRec; text: string; may: boolean; items: ItemRec[] }

const base = (id: string): string => `/api/documents/${encodeURIComponent(id)}`
export const readingOf = (id: string): Promise<Reading> => get<Reading>(`${base(id)}/reading`)
export const uploadPaper = (file: File, replaces?: string): Promise<DocumentRec> =>
  call<DocumentRec>('POST', '/api/documents', { query: { name: file.name, replaces }, raw: file, idempotencyKey: newKey() })

export interface Confirmed { confirmed: number; tasks: number; skipped: { id: string; why: string }[] }
export const confirmItems = (id: string, what: { items?: string[]; all?: boolean; sure?: boolean }): Promise<Confirmed> =>
  call<Confirmed>('POST', `${base(id)}/confirm`, { body: what, idempotencyKey: newKey() })
export interface UnknownUnit { name: string; reason: string; n: number; first: string }
export const unknownUnits = async (id: string): Promise<UnknownUnit[]> => (await get<{ items: UnknownUnit[] }>(`${base(id)}/unknown-units`)).items
export const teachUnit = (id: string, name: string, body: string): Promise<{ changed: number }> => call('POST', `${base(id)}/units`, { body: { name, body } })

/** A row of a table of the paper, as an indicator it could become. */
export interface IndicatorDraft {
  table: number; caption: string; base_year: number; target_year: number; no: number; name: string; unit: string; nature: string; kind: string; base: number | null; target: number | null
  relative: boolean; base_of_other: boolean; owner: string; source: string; from: number; to: number; made: string
}
export const indicatorDrafts = async (id: string): Promise<IndicatorDraft[]> => (await get<{ items: IndicatorDraft[] }>(`${base(id)}/indicators`)).items
export const makeIndicators = (id: string, what: { base_year: number; target_year: number; rows: { from: number; values: Record<string, unknown> }[] }): Promise<{ plan: string; made: number }> =>
  call('POST', `${base(id)}/indicators`, { body: what, idempotencyKey: newKey() })

export interface Compared {
  kind: 'added' | 'dropped' | 'changed' | 'same'; score?: number
  old?: { id: string; title: string; path: string; text: string; clause: string | null }
  new?: { id: string; title: string; path: string; text: string; clause: string | null }
  changes?: { what: 'figure' | 'cadence' | 'deadline' | 'units'; old: string; new: string }[]
}
export interface Comparison { items: Compared[]; added: number; dropped: number; changed: number; same: number }
export const compareWith = (id: string, other: string): Promise<Comparison> => get<Comparison>(`${base(id)}/compare`, { with: other })

export interface BoardRow {
  key: string | null; title: string | null; n: number; open: number; ordered: number; doing: number; applied: number; late: number; closed: number; on_time: number; judged: number
}
export const taskBoard = async (by: string, document?: string): Promise<BoardRow[]> => (await get<{ items: BoardRow[] }>('/api/tasks/board', { by, document })).items
