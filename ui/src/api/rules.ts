// What a rule would have done, what speaks against it, and one rule as many.
import { call } from './http'
import type { Grade } from './types'

export type Verdict = 'unjudged' | 'true' | 'false' | 'other'
export interface TryAlarm { point: string; from: number; to: number | null; grade: Grade; value: number | null; verdict: Verdict; alarm?: string }
export interface TryScore {
  raises: number
  escalations: number
  /** Active already when the span begins. */
  at_start: number
  unjudged: number
  true: number
  false: number
  other: number
  hours: number
  by_grade: Record<string, number>
  hours_by_grade: Record<string, number>
  alarms: TryAlarm[]
  truncated: boolean
}
export interface TryAnswer {
  from: number
  to: number
  reached: number
  complete: boolean
  readings: number
  /** Points of the rule; those tried may be some of them. */
  matched: number
  /** Points that were meant but lie outside the scope of who asks. */
  outside: number
  /** 0: every reading; else one value stands for all of so many ms. */
  step_ms: number
  points: { id: string; code: string; name: string; unit: string }[]
  tried: TryScore
  /** The stored rule of the same code on the points it matches. */
  now: TryScore | null
}
export interface TryQuestion { points?: string | string[]; from: number; to: number }

export const tryRule = (draft: Record<string, unknown>, q: TryQuestion, signal?: AbortSignal): Promise<TryAnswer> =>
  call<TryAnswer>('POST', '/api/rules/try', { body: { ...draft, ...q }, ...(signal ? { signal } : {}) })

export interface Advice { points: number; outside: number; warnings: { field: string; code: string; message: string }[] }
export const adviseRule = (draft: Record<string, unknown>, signal?: AbortSignal): Promise<Advice> =>
  call<Advice>('POST', '/api/rules/advise', { body: draft, ...(signal ? { signal } : {}) })

export interface CopyRow {
  point: string
  name: string | null
  code: string
  action: 'create' | 'change' | 'same' | 'error'
  fields: string[]
  error: { field: string | null; code: string; message: string } | null
}
export interface CopyAnswer { items: CopyRow[]; applied: boolean; created: number; changed: number; same: number; failed: number; covered: number }
export const copyRule = (from: string, points: string | string[], apply: boolean): Promise<CopyAnswer> =>
  call<CopyAnswer>('POST', '/api/rules/copy', { body: { from, points, apply } })
