// Plans and their indicators: the plan's own table with pace and forecast.
import { get } from './http'
import type { Rec } from './types'

export interface IndicatorRow {
  indicator: Rec & { name: string; code: string; no: number | null; unit: string | null; nature: string; kind: string; base: number | null; target: number; relative: boolean; source: string | null; document?: string | null; item?: string | null }
  figures: { year: number; value: number }[]
  target_value: number | null; actual: number | null; expected: number | null; share: number | null; forecast: number | null
  will_reach: boolean | null; verdict: 'no_data' | 'reached' | 'on_way' | 'behind'
}
export interface IndicatorTable { plan: Rec & { name: string; base_year: number; target_year: number; paper: string | null }; rows: IndicatorRow[] }
export const indicatorTable = (id: string): Promise<IndicatorTable> => get<IndicatorTable>(`/api/indicator-plans/${encodeURIComponent(id)}/table`)
