// The four-colour map of risk, regions, and the methods of assessment.
import { call, get, type Query } from './http'
import type { Grade, Rec } from './types'

/** id, code, name, lon, lat, colour now, assessed grade, industry, body, district, level of control, geometry */
export type RiskRow = [string, string, string, number | null, number | null, Grade | null, Grade | null, string | null, string | null, string | null, string | null, GeoJSON.Geometry | null]
export type RiskCounts = Record<'none' | '1' | '2' | '3' | '4', number>
export interface RiskMap { t: string; rows: RiskRow[]; counts: RiskCounts }
export const riskMap = (at?: string): Promise<RiskMap> => get<RiskMap>('/api/risk/map', { at })

export type RegionRule = 'worst' | 'area' | 'population' | 'count'
export interface Region { id: string; code: string; name: string; colour: Grade | null; worst: Grade | null; score: number | null; counts: RiskCounts; geometry?: GeoJSON.Geometry }
export interface Regions { rule: RegionRule; rule_code: string; rule_default: boolean; scores: number[]; from: number[]; items: Region[] }
export const riskRegions = (query: Query): Promise<Regions> => get<Regions>('/api/risk/regions', query)

export interface Reason { rule: string; source: 'alarm' | 'danger' | 'activity' | 'weather'; code: string; title: string; grade: number; reason: { zh: string; en: string }; at_least?: Grade; raise?: number }
export type RiskUnit = Rec & {
  code: string; name: string; grade: Grade | null; colour: Grade | null; reasons: Reason[] | null; moved_at: string | null; reassess_at: string | null
  responsible: string; accident: string; engineering: string | null; management: string | null; training: string | null; protection: string | null; emergency: string | null
}
export interface Move extends Rec { t: string; grade: Grade | null; from_grade: Grade | null; base: Grade | null; reasons: Reason[] | null }

export interface Anchor { score: number; meaning: { zh: string; en: string } }
export interface Source { text: string; mark: 'corroborated' | 'memory' | 'proposed' }
export interface Method {
  method: string; title: { zh: string; en: string }; scales: { name: string; title: { zh: string; en: string }; anchors: Anchor[] }[]
  scales_source: Source; bands_source: Source
}
export const riskMethods = async (): Promise<Method[]> => (await get<{ items: Method[] }>('/api/risk/methods')).items
export interface Computed {
  d?: number; r?: number; colour: string; grade: Grade; band?: string
  defaults: { key: string; value?: number | string; mark: string; source?: string; about?: string }[]
  [more: string]: unknown
}
export const riskCompute = (method: string, body: Record<string, number>): Promise<Computed> =>
  call<Computed>('POST', `/api/risk/compute/${method}`, { body })
