// The ledger for the audit administrator: entries in words, the check of the chain, signed heads.
import { call, get, type Query } from './http'

export interface LedgerChange { field: string; label: string; before: string | null; after: string | null }
export interface LedgerLine {
  n: number
  t: string
  who: string | null
  full_name: string | null
  peer: string | null
  entity: string
  entity_title: string | null
  record_id: string
  action: string
  action_label: string
  code: string | null
  title: string | null
  why: string | null
  hash: string
  changes: LedgerChange[]
}
export interface LedgerPage { items: LedgerLine[]; next: string | null }
export interface LedgerReport { ok: boolean; count: number; head: string; heads: number; bad?: number; fault?: string; message?: string }
export interface LedgerCheck {
  state: 'idle' | 'running' | 'done' | 'failed'
  by?: string
  started_at?: string
  ended_at?: string | null
  checked?: number
  total?: number
  report?: LedgerReport
}
export interface SignedHead { n: number; hash: string; t: string; day: string; why: 'day' | 'stop' | 'export'; key: string; signature: string }
export interface HeadPage { items: SignedHead[]; next: string | null; export: string | null; public_key: string | null }

export const ledgerPage = (query: Query): Promise<LedgerPage> => get('/api/ledger', query)
export const ledgerHeads = (query: Query): Promise<HeadPage> => get('/api/ledger/heads', query)
export const ledgerCheck = (): Promise<LedgerCheck> => get('/api/ledger/verify')
export const beginCheck = (): Promise<LedgerCheck> => call('POST', '/api/ledger/verify', {}).then((r) => r as LedgerCheck)
