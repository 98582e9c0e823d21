// Risk assessment campaigns: what is summed up, and what one body assesses.
import { get } from './http'
import type { Matter, Rec } from './types'

export const COUNTS = ['red', 'orange', 'yellow', 'blue', 'ungraded', 'units', 'overdue'] as const
export type CountName = (typeof COUNTS)[number]
export type Counts = Record<CountName, number>
export interface CampaignPart {
  id: string; code: string; role: 'area' | 'line'; state: string; state_label: string; body: string; body_title: string; district: string; district_title: string
  industries: string; answered: boolean; late: boolean; due_at: string | null; chase: 0 | 1 | 2 | 3; rounds: number; counted_at: string | null; submitted_at: string | null
  n: Counts; was: Counts | null
}
export interface CampaignSums {
  parts: CampaignPart[]; asked: number; answered: number; late: number; total: Counts; was: Counts | null
  previous: { id: string; code: string; title: string; year: number } | null
}
export const campaignSums = (id: string): Promise<CampaignSums> => get<CampaignSums>(`/api/risk-campaigns/${encodeURIComponent(id)}/sums`)

export interface TopRisk { id: string; code: string; name: string; grade: 1 | 2 | 3 | 4; accident: string; body: string }
export type PartRec = Matter & Counts & { lists: Partial<Record<CountName, string>>; was: Counts | null; top: TopRisk[] | null; counted_at: string | null; situation?: string | null; top_text?: string | null; changes?: string | null; measures?: string | null }
export interface VersionRec extends Rec { round: number; t: string; who: string | null; content: Counts & Partial<Record<'situation' | 'top_text' | 'changes' | 'measures', string>> }
