import { get, type Query } from './http'
import type { Text } from '@/i18n'

export type GatewayState = 'off' | 'on' | 'fault'
export interface Gateway {
  name: string
  title: Text
  /** What a peer is called: a data logger, a terminal. */
  peer_title: Text
  state: GatewayState
  address: string
  fault: string
  connections: number
  /** Peers that left within the day. */
  gone: number
  frames: number
  refused: number
  readings: number
  /** Frames a second, of about the last ten seconds. */
  rate: number
  last_at: string | null
}
export interface GatewayFrame {
  at: string | null
  /** Of the whole frame; hex may hold only its beginning. */
  length: number
  hex: string
  words: string
}
export interface GatewayPeer {
  id: string
  address: string
  identity: string
  connected: boolean
  since: string
  gone_at: string | null
  last_at: string | null
  frames: number
  refused: number
  readings: number
  last_frame: GatewayFrame | null
}
export interface RefusedFrame extends GatewayFrame {
  id: string
  address: string
  identity: string
  code: string
  text: string
  detail: string
}
export interface GatewayPage {
  gateway: Gateway
  peers_matching: number
  peers: GatewayPeer[]
  refused: RefusedFrame[]
}

export const gateways = (signal?: AbortSignal): Promise<{ items: Gateway[] }> => get<{ items: Gateway[] }>('/api/gateways', undefined, signal)
export const gatewayPage = (name: string, query: Query, signal?: AbortSignal): Promise<GatewayPage> =>
  get<GatewayPage>(`/api/gateways/${encodeURIComponent(name)}`, query, signal)
