// Filters that a person saved: on the server, so that the phone has them too.
import { call } from './http'
import { listRecords } from './records'
import type { Rec } from './types'

export interface SavedView extends Rec { page: string; name: string; query: string }
export const viewsOf = async (page: string): Promise<SavedView[]> => (await listRecords<SavedView>('saved-views', { page, limit: 100 })).items
export const saveView = (page: string, name: string, query: string): Promise<SavedView> => call<SavedView>('POST', '/api/saved-views', { body: { page, name, query } })
