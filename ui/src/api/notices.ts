// What people are told in the page, and who is on duty.
import { call, get, type Query } from './http'
import type { Grade } from './types'

export interface NoticeRec {
  id: string
  kind: string
  kind_label?: string | null
  grade?: Grade | null
  title: string
  text?: string | null
  plural?: string | null
  record_id?: string | null
  /** Told in place of somebody who is away. */
  for?: string | null
  at: string
  read_at?: string | null
}
export interface NoticePage { items: NoticeRec[]; next: string | null; unread: number }

export const listNotices = (query: Query): Promise<NoticePage> => get('/api/notifications', query)
export const readNotice = (id: string): Promise<unknown> => call('POST', `/api/notifications/${encodeURIComponent(id)}/actions/read`, { body: {} })
export const readAllNotices = (): Promise<unknown> => call('POST', '/api/notifications/read-all', { body: {} })

export interface DutyPerson { id: string; name: string; phone?: string | null; place?: string; place_label?: string | null; starts_at: string; ends_at: string }
export interface DutyBody { body: string; body_title: string; phone?: string | null; now: DutyPerson[]; next: DutyPerson[]; hole: boolean }
export const onDutyNow = async (): Promise<DutyBody[]> => (await get<{ items: DutyBody[] }>('/api/on-duty')).items
