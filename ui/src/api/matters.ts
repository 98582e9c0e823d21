// Matters of every kind: what stands on the desk, how one came about, and the search over all of them.
import { get, type Query } from './http'
import { meta } from './meta'
import type { Entity, Grade, Page, RunningClock } from './types'

export const BOXES = ['todo', 'supervised', 'overdue', 'done'] as const
export type Box = (typeof BOXES)[number]

export interface DeskItem {
  id: string
  entity: string
  plural: string
  code: string | null
  title: string
  state: string
  state_label: string
  grade: Grade | null
  district: string | null
  district_title?: string | null
  owner_title?: string | null
  turn_title?: string | null
  due_at: string | null
  clock?: RunningClock | string | null
  share?: number | null
  paused?: boolean
  provisional?: boolean
  chase: number
  opened_at: string
  changed_at: string
  closed_at?: string | null
  actions?: string[]
}

export type DeskSummary = Partial<Record<Box | 'open', { count: number; exact: boolean }>>

export const deskSummary = (): Promise<DeskSummary> => get<DeskSummary>('/api/desk/summary')
export const deskList = (query: Query, signal?: AbortSignal): Promise<Page<DeskItem & { version: number }>> =>
  get('/api/desk', query, signal)

export type TimelineKind = 'record' | 'action' | 'alarm' | 'reading' | 'clock' | 'notice' | 'file'
export interface ChainLink { entity: string; plural: string; id: string; code: string | null; title: string; state_label?: string | null; grade?: Grade | null }
export interface TimelineItem {
  t: string
  kind: TimelineKind
  plural?: string | null
  record_id?: string | null
  title?: string | null
  action?: string | null
  label?: string | null
  who?: string | null
  body?: string | null
  why?: string | null
  from?: string | null
  to?: string | null
  text?: string | null
}
export interface Timeline { chain: ChainLink[]; items: TimelineItem[] }

export const timelineOf = (plural: string, id: string): Promise<Timeline> =>
  get<Timeline>(`/api/${plural}/${encodeURIComponent(id)}/timeline`)

export interface SearchHit {
  id: string
  entity: string
  plural: string
  code: string | null
  title: string
  state_label?: string | null
  grade?: Grade | null
  snippet?: string | null
  updated_at?: string | null
}
export const searchAll = (query: Query, signal?: AbortSignal): Promise<Page<SearchHit>> => get('/api/search', query, signal)

/** The kinds of matters that the user may read. */
export const matterKinds = (): Entity[] => (meta.value?.entities ?? []).filter((e) => e.flow)

/** Where a record is read: matters and alarms have pages of their own, the rest opens in its register. */
export function recordPath(plural: string, id: string): string {
  if (plural === 'alarms' || plural === 'points' || plural === 'vehicles') return `/${plural}/${id}`
  const e = meta.value?.entities.find((x) => x.plural === plural)
  return e?.flow ? `/matters/${plural}/${id}` : `/registers/${plural}?open=${id}`
}
