// Required meetings by period, and what stands below one meeting.
import { get } from './http'
import type { Rec } from './types'

export type CellState = 'done' | 'unminuted' | 'hole' | 'planned' | 'due' | 'future' | 'none'
export interface MatrixCell { from: string; to: string; counted: number; state: CellState; meetings: { id: string; code: string; title: string; state: string }[] }
export interface MatrixRow { rule: string; body: string; body_title: string; kind: string; per: string; times: number; basis: string; cells: MatrixCell[] }
export interface MeetingMatrix { year: number; rows: MatrixRow[]; holes: number; over: number }
export const meetingMatrix = (year: number): Promise<MeetingMatrix> => get<MeetingMatrix>('/api/meetings/matrix', { year })

export interface MeetingRec extends Rec {
  code: string; title: string; state: string; kind: string; body: string; agenda?: string | null; minutes?: string | null; expected?: number | null; present?: number | null
  chair?: string | null; place?: string | null; held_at?: string | null; minuted_by?: string | null
}
export interface AttendeeRec extends Rec { name: string; post?: string | null; body?: string | null; present: boolean; note?: string | null }
export interface DecisionRec extends Rec {
  no?: number | null; title: string; text?: string | null; body: string; due_at?: string | null; task?: string | null; task_id?: string; task_state?: string; task_state_label?: string
}
