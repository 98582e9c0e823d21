// The filters of the alarm list, between the address bar and the server. "open" stands for the three states that people work on.
import type { Query } from '@/api/http'

export interface AlarmFilter {
  grade: string
  state: string
  field: string
  district: string
  from: string
  to: string
  q: string
  point: string
}

export const OPEN_STATES = ['unacknowledged', 'returned', 'acknowledged'] as const
const KEYS = ['grade', 'field', 'district', 'from', 'to', 'q', 'point'] as const

export function readAlarmFilter(address: Record<string, unknown>): AlarmFilter {
  const text = (k: string): string => (typeof address[k] === 'string' ? (address[k] as string) : '')
  return {
    grade: text('grade'), state: text('state') || 'open', field: text('field'), district: text('district'),
    from: text('from'), to: text('to'), q: text('q'), point: text('point'),
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
  return {
    grade: f.grade, field: f.field, district: f.district, 'raised_at.gte': f.from, 'raised_at.lte': f.to, q: f.q, point: f.point,
    sort: '-raised_at', ...stateQuery(f.state),
  }
}

function stateQuery(state: string): Query {
  if (state === 'any') return {}
  return state === 'open' ? { 'state.in': OPEN_STATES.join(',') } : { state }
}
