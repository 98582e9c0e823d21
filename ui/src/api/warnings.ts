// From an alarm to a warning, and whom a warning goes to.
import { call, get } from './http'
import { newKey } from './records'
import type { Alarm, Grade, Rec } from './types'

export interface WarningLine { id: string; code: string; title: string; grade: Grade; state: string; state_label: string }
export interface AlarmWarnings { linked: WarningLine[]; near: { why: string; warning: Rec & Partial<WarningLine> }[]; judge_by: string | null }
export const warningsOfAlarm = (id: string): Promise<AlarmWarnings> => get<AlarmWarnings>(`/api/alarms/${encodeURIComponent(id)}/warnings-near`)
export const makeWarning = (alarms: string[]): Promise<Rec> => call<Rec>('POST', '/api/warnings', { body: { alarms }, idempotencyKey: newKey() })

export interface Unit { body: string; body_title: string; role: string; role_title?: string | null; how: string; why?: string | null }
export interface Routing { orders: Unit[]; gaps: { role: string; role_title?: string | null }[] }
export const routingOf = (id: string): Promise<Routing> => get<Routing>(`/api/warnings/${encodeURIComponent(id)}/routing`)

export interface Answer {
  id: string; order: string; body: string; body_title: string; role: string; role_title?: string | null; state: string; state_label: string
  signed_at: string | null; answered_at?: string | null; due_at: string | null; chase: number; contact: string | null; phone: string | null; waiting: boolean; late: boolean
}
export const answersOf = async (id: string): Promise<Answer[]> => (await get<{ items: Answer[] }>(`/api/warnings/${encodeURIComponent(id)}/answers`)).items

export const alarmsOf = async (id: string): Promise<Alarm[]> => (await get<{ items: Alarm[] }>(`/api/warnings/${encodeURIComponent(id)}/alarms`)).items
export interface Candidate { why: 'object' | 'group' | 'owner' | 'line' | 'district' | 'other'; alarm: Alarm }
export const candidatesOf = async (id: string): Promise<Candidate[]> => (await get<{ items: Candidate[] }>(`/api/warnings/${encodeURIComponent(id)}/alarms-near`)).items

/** How long the orders of each body took, of the days. */
export interface StepSpread { n: number; median_ms: number | null; p90_ms: number | null }
export interface BodyFigure { key: string; title: string; n: number; open: number; late: number; steps: Record<'signed' | 'on_site' | 'answered' | 'accepted', StepSpread> }
export const figuresByBody = async (days: number): Promise<BodyFigure[]> => (await get<{ items: BodyFigure[] }>('/api/warnings/figures', { by: 'body', days })).items

export interface Step { step: string; label: string; t: string | null; since_ms: number | null }
export const stepsOf = async (id: string): Promise<Step[]> => (await get<{ items: Step[] }>(`/api/warnings/${encodeURIComponent(id)}/steps`)).items
export interface CapMessage { number: number; type: string; identifier: string; sent_at: string; headline: string }
export const capOf = async (id: string): Promise<CapMessage[]> => (await get<{ items: CapMessage[] }>(`/api/warnings/${encodeURIComponent(id)}/cap`)).items
