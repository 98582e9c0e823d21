// What people are told in the page, and who is on duty.
import { call, get, type Query } from './http'
import type { Grade, Page } from './types'

export interface NoticeRec {
  id: string
  kind: string
  grade?: Grade | null
  title: string
  text?: string | null
  plural?: string | null
  entity?: string | null
  record?: string | null
  record_id?: string | null
  created_at: string
  read_at?: string | null
}

export const listNotices = (query: Query): Promise<Page<NoticeRec>> => get('/api/notifications', query)
export const readNotice = (id: string): Promise<unknown> => call('POST', `/api/notifications/${encodeURIComponent(id)}/actions/read`, { body: {} })
export const readAllNotices = (): Promise<unknown> => call('POST', '/api/notifications/read-all', { body: {} })

export interface DutyPerson { name: string; full_name?: string; phone?: string | null; from?: string; until?: string; post?: string }
/** Nobody where there is no roster. */
export async function onDutyNow(): Promise<DutyPerson[]> {
  const answer = await call<{ items?: DutyPerson[] } & Partial<DutyPerson>>('GET', '/api/on-duty', { probing: true }).catch(() => null)
  if (!answer) return []
  return answer.items ?? (answer.name ? [answer as DutyPerson] : [])
}
