// What an accident would reach: models with what they ask for, the server's answer, kept scenarios.
import { call, get } from './http'
import type { Text } from '@/i18n'
import type { Rec } from './types'

export interface Member {
  type: 'number' | 'integer' | 'string' | 'array'; description?: string; enum?: string[]; minimum?: number; exclusiveMinimum?: number; maximum?: number
  default?: number | string; 'x-unit'?: string; 'x-default-key'?: string; 'x-default-mark'?: string
}
export interface Model { model: string; title: Text; schema: { required: string[]; properties: Record<string, Member> } }
export const models = async (): Promise<Model[]> => (await get<{ items: Model[] }>('/api/consequence/models')).items

export interface Zone {
  level: number; unit: string; ppm?: number; harm: string; source: string; mark: string; distance_m: number | null; width_m?: number; beyond?: boolean
  targets: number; people: number; unknown: number; geometry: GeoJSON.Polygon | null
}
export interface Inside { zone: number; kind: string; class: string; code: string; name: string; distance_m: number; people: number | null; lon: number; lat: number }
export interface Used { key: string; value: number | string; unit?: string; mark: string; source: string; about: string }
export interface Answer {
  model: string; version: string; lon: number; lat: number; wind_from?: number; answer: { defaults: Used[]; notes?: string[] }
  zones: Zone[]; inside: Inside[]; totals: { targets: number; people: number; unknown: number; cut: boolean }
}
export interface Question { model: string; lon: number; lat: number; wind_from: number | null; inputs: Record<string, unknown> }
export const compute = (q: Question): Promise<Answer> => call<Answer>('POST', '/api/consequence/compute', { body: q })

export type Consequence = Rec & Question & {
  code: string; name: string; hazard: string | null; unit: string | null; body: string | null; district: string; result: Answer; computed_at: string
}
