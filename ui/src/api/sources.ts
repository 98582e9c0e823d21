import { get } from './http'

export interface Sender { sender: string; sources: number; readings: number; first_seen: string; last_seen: string }
export const sendersOf = async (): Promise<Sender[]> => (await get<{ items: Sender[] }>('/api/unclaimed/senders')).items
