// From an alarm to a warning, and whom a warning goes to.
import { call, get } from './http'
import { newKey } from './records'
import type { Grade, Rec } from './types'

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

export interface Step { step: string; label: string; t: string | null; since_ms: number | null }
export const stepsOf = async (id: string): Promise<Step[]> => (await get<{ items: Step[] }>(`/api/warnings/${encodeURIComponent(id)}/steps`)).items
export interface CapMessage { number: number; type: string; identifier: string; sent_at: string; headline: string }
export const capOf = async (id: string): Promise<CapMessage[]> => (await get<{ items: CapMessage[] }>(`/api/warnings/${encodeURIComponent(id)}/cap`)).items
