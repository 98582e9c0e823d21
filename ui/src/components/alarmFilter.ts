// The filters of the alarm list, between the address bar and the server. "open" stands for the three states that people work on.
import type { Query } from '@/api/http'
import { CALLING } from '@/live/pending'

export interface AlarmFilter {
  grade: string
  state: string
  field: string
  district: string
  from: string
  to: string
  q: string
  point: string
  rule: string
  verdict: string
  /** Only what calls people now: red and orange that nobody has judged, the oldest first. */
  pending: string
}

export const OPEN_STATES = ['unacknowledged', 'returned', 'acknowledged'] as const
const KEYS = ['grade', 'field', 'district', 'from', 'to', 'q', 'point', 'rule', 'verdict', 'pending'] as const

export function readAlarmFilter(address: Record<string, unknown>): AlarmFilter {
  const text = (k: string): string => (typeof address[k] === 'string' ? (address[k] as string) : '')
  return {
    grade: text('grade'), state: text('state') || 'open', field: text('field'), district: text('district'),
    from: text('from'), to: text('to'), q: text('q'), point: text('point'), rule: text('rule'), verdict: text('verdict'), pending: text('pending'),
  }
}

export function alarmAddress(f: AlarmFilter): Record<string, string> {
  const out: Record<string, string> = {}
  for (const k of KEYS) if (f[k]) out[k] = f[k]
  if (f.state !== 'open') out.state = f.state
  return out
}

/** What the list and its export ask for. */
export function alarmQuery(f: AlarmFilter): Query {
  if (f.pending) return { 'worst_grade.lte': CALLING, 'state.in': OPEN_STATES.join(','), sort: 'raised_at' }
  return {
    grade: f.grade, field: f.field, district: f.district, 'raised_at.gte': f.from, 'raised_at.lte': f.to, q: f.q, point: f.point,
    rule: f.rule, verdict: f.verdict,
    sort: '-raised_at', ...stateQuery(f.state),
  }
}

function stateQuery(state: string): Query {
  if (state === 'any') return {}
  return state === 'open' ? { 'state.in': OPEN_STATES.join(',') } : { state }
}
