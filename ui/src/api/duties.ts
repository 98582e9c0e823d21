// Duty lists and their performance: occurrences of a month, figures, what an edition changed, duties in a paper.
import { call, get } from './http'
import { listRecords } from './records'
import type { Rec } from './types'

export type DutyRec = Rec & {
  code: string; title: string; state: string; post: string; period: string; due_at: string; begins_at: string; done_at: string | null
  on_time: boolean | null; backfilled: boolean; needed: number; records: number; list: string; body: string
}
export type DutyList = Rec & { code: string; name: string; state: string; post: string; body: string; edition: number; items: number }

/** A month's occurrences by due date, all pages of them up to a bound that no post reaches. */
export async function dutiesDue(from: string, to: string, list: string): Promise<DutyRec[]> {
  const out: DutyRec[] = []
  let cursor: string | undefined
  do {
    const page = await listRecords<DutyRec>('duties', { 'due_at.gte': from, 'due_at.lt': to, ...(list ? { list } : {}), limit: 200, ...(cursor ? { cursor } : {}) })
    out.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor && out.length < 1000)
  return out
}

export interface DutyFigure {
  key: string | null; title: string | null; post: string | null; n: number; done: number; late: number; backfilled: number; missing: number; coming: number
  done_rate: number | null; on_time_rate: number | null
}
export const dutyFigures = async (by: string, from: string, to: string): Promise<DutyFigure[]> =>
  (await get<{ items: DutyFigure[] }>('/api/duties/figures', { by, from, to })).items

export interface DutyHolder { holder: string; n: number }
export const dutyHolders = async (document: string): Promise<DutyHolder[]> =>
  (await get<{ items: DutyHolder[] }>(`/api/documents/${encodeURIComponent(document)}/duty-holders`)).items
export const adoptDuties = (document: string, holder: string): Promise<DutyList> =>
  call<DutyList>('POST', `/api/documents/${encodeURIComponent(document)}/duty-lists`, { body: { holder } })

export interface DutyChange {
  change: 'same' | 'changed' | 'added' | 'removed'
  before: { no: number; text: string; per_label: string | null; times: number; basis: string | null } | null
  after: DutyChange['before']
}
export const dutyCompare = (id: string): Promise<{ before: string | null; after: string; items: DutyChange[] }> =>
  get(`/api/duty-lists/${encodeURIComponent(id)}/compare`)
