// Checks: what the telephone needs to do one, patrols by the code on the wall, and figures.
import { call, get } from './http'
import type { Rec } from './types'

export type Verdict = 'ok' | 'bad' | 'none'
export interface SheetItem {
  id: string; no: number; text: string; how: string | null; basis: string | null; category: string | null
  criterion?: string; criterion_text?: string
}
export interface Sheet {
  check: Rec & { title?: string; state?: string; code?: string }
  list: { code: string; name: string; edition: number; is_default: boolean; basis: string | null; items: SheetItem[] } | null
  open_dangers: { id: string; code: string; title: string }[]
}
export const sheetOf = (id: string): Promise<Sheet> => get<Sheet>(`/api/checks/${encodeURIComponent(id)}/sheet`)

export interface PatrolOfPlace { point: (Rec & { name?: string }) | null; check: string | null; may: boolean }
export const patrolOf = (code: string): Promise<PatrolOfPlace> => get<PatrolOfPlace>(`/api/places/${encodeURIComponent(code)}/patrol`)
export const beginPatrol = (code: string): Promise<Rec> => call<Rec>('POST', `/api/places/${encodeURIComponent(code)}/patrol`, { body: {} })

export interface CheckFigure {
  key: string | null; title: string | null; n: number; done: number; late: number; items: number; failed: number; dangers: number
  done_rate: number | null; on_time_rate: number | null
}
export const checkFigures = async (by: string, days: number, kind: string): Promise<CheckFigure[]> =>
  (await get<{ items: CheckFigure[] }>('/api/checks/figures', { by, days, ...(kind ? { kind } : {}) })).items

export interface PlanTarget { code: string; title: string; twice: boolean; others: { id: string; code: string; body_title: string | null; due_at: string | null }[] }
export interface PlanPreview { period: string | null; from: string | null; until: string | null; count: number; items: PlanTarget[] }
export const planPreview = (id: string): Promise<PlanPreview> => get<PlanPreview>(`/api/check-plans/${encodeURIComponent(id)}/preview`)

export interface Coverage {
  key: string; title: string; villages: number; cells: number; staffed: number; enterprises: number; placed: number; points: number; missed: number
  patrols: number; dangers: number
}
export const gridCoverage = async (): Promise<Coverage[]> => (await get<{ items: Coverage[] }>('/api/grid/coverage')).items
export interface Gap { kind: string; plural: string; code: string; title: string; detail: string | null; id: string }
export interface Gaps { counts: Record<string, number>; items: Gap[] }
export const gridGaps = (): Promise<Gaps> => get<Gaps>('/api/grid/gaps')
