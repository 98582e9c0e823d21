// The roster, its faults, and the channels of notices.
import { call, get, type Query } from './http'
import type { Rec } from './types'

export interface Shift extends Rec { body: string; person: string; place: string; starts_at: string; ends_at: string; note?: string | null }
export interface Fault { kind: 'hole' | 'overlap' | 'twice'; place: string; from: string; to: string; shift?: string; other?: string }
export interface LogEntry extends Rec { at: string; kind: string; text: string; writer_name?: string | null }
export interface Handover extends Rec { code: string; title: string; giver_name?: string | null; successor: string; state: string; shift_to?: string | null; state_label?: string }
export interface Delivery {
  id: string; channel: string | null; way: string | null; kind: string; target: string; title: string; state: string
  attempts: number; next_at: string; words: string | null; at: string; done_at: string | null
}

export const faultsOf = (body: string, from: string, to: string): Promise<{ items: Fault[]; count: number }> =>
  get('/api/duty-shifts/check', { body, from, to })
export const copyWeek = (body: string, from: string, to: string): Promise<{ created: number; skipped: number }> =>
  call('POST', '/api/duty-shifts/copy-week', { body: { body, from, to } })
export const deliveriesOf = (query: Query): Promise<{ items: Delivery[]; next: string | null }> => get('/api/deliveries', query)
export const settleDelivery = (id: string, action: 'retry' | 'drop'): Promise<void> =>
  call('POST', `/api/deliveries/${encodeURIComponent(id)}/actions/${action}`, { body: {} })
