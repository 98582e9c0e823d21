// Hidden dangers: what may be the same, which clauses fit, who found it, figures, and the file of an enterprise.
import { call, get, type Query } from './http'
import type { Rec } from './types'

export interface Similar {
  id: string; code: string; title: string; description: string; grade: number; state: string; state_label: string
  found_at: string; reported_by: string | null; score: number; why: string
}
export const similarTo = async (draft: Record<string, unknown>): Promise<Similar[]> =>
  (await call<{ items: Similar[] }>('POST', '/api/dangers/similar', { body: draft })).items

export interface Clause {
  id: string; code: string; industry: string; industry_label: string | null; number: string | null; text: string; source: string | null; score: number; words: string | null
}
export const clausesFor = async (text: string, industry: string): Promise<Clause[]> =>
  (await get<{ items: Clause[] }>('/api/danger-criteria/match', { text, industry })).items

export interface Finder { name: string; body_title: string | null; source: string; source_label: string | null; words: string | null; found_at: string }
export const findersOf = async (id: string): Promise<Finder[]> => (await get<{ items: Finder[] }>(`/api/dangers/${encodeURIComponent(id)}/finders`)).items

export interface Figure {
  key: string | null; title: string | null; n: number; major: number; open: number; late: number; closed: number; open_major: number; late_major: number
  rectified_rate: number | null; on_time_rate: number | null; ages: number[]
}
export const figuresBy = async (by: string, days: number): Promise<Figure[]> =>
  (await get<{ items: Figure[] }>('/api/dangers/figures', { by, days })).items

/** What a code on a wall stands for. */
export interface PlaceOfCode {
  plural: string; id: string; code: string; title: string; lon: number | null; lat: number | null
  enterprise: { code: string; title: string } | null; object: { code: string; title: string } | null; industry: string | null
}
export const placeOfCode = (code: string): Promise<PlaceOfCode> => get<PlaceOfCode>(`/api/places/${encodeURIComponent(code)}`)

export interface FilePart { plural: string; count: number; open: number | null; items: (Rec & { title?: string; name?: string; code?: string; state_label?: string })[] }
export interface EnterpriseFile { body: Rec; parts: FilePart[]; figures: Figure }
export const enterpriseFile = (id: string): Promise<EnterpriseFile> => get<EnterpriseFile>(`/api/bodies/${encodeURIComponent(id)}/file`)

export interface Twin { id: string; code: string; name: string; other_id: string; other_code: string; other_name: string; why: string; score: number }
export const twins = async (query: Query = {}): Promise<Twin[]> => (await get<{ items: Twin[] }>('/api/bodies/duplicates', query)).items

export const LISTS = ['problems', 'measures', 'major'] as const
export type ListKind = (typeof LISTS)[number]
export interface ListSheet {
  title: string; count: number
  columns: { title: string; group: string; type: 'text' | 'time' | 'real' }[]
  rows: { id: string; cells: (string | number | null)[] }[]
}
export const listOf = (list: ListKind, all: boolean): Promise<ListSheet> => get<ListSheet>('/api/dangers/lists', { list, format: 'json', all: all || undefined })

/** id, code, title, lon, lat, grade, state, late */
export type DangerSpot = [string, string, string, number, number, number, string, boolean]
export const dangerSpots = async (): Promise<DangerSpot[]> => (await get<{ rows: DangerSpot[] }>('/api/dangers/map')).rows

export type DangerMade = Rec & { code?: string; title?: string; grade?: number; state_label?: string }
/** The dangers that were made of an alarm, a warning or an order. */
export const dangersFrom = async (plural: string, id: string): Promise<DangerMade[]> =>
  (await get<{ items: DangerMade[] }>('/api/dangers/from', { plural, id })).items
