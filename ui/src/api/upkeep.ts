import { call, get } from './http'
import type { Text } from '@/i18n'

export interface Upkeep {
  disk: {
    t: string
    total: number
    free: number
    data: number
    /** bytes a day; null: not known yet */
    per_day: number | null
    /** null: not known yet, or it does not grow (known tells which) */
    days_left: number | null
    known: boolean
    state: 'ok' | 'warn' | 'alert'
    warn_percent: number
    alert_percent: number
    warn_days: number
  }
  parts: { name: string; title: Text | string; bytes: number; per_day: number | null }[]
  /** days 0: for ever; setting '': fixed in the program */
  retention: { name: string; title: Text | string; days: number; setting: string }[]
  backup: {
    nightly: boolean
    folder: string
    time: string
    keep: number
    keys: boolean
    running: boolean
    fresh: boolean
    last_good: string | null
    target: string
    files: number
    bytes: number
    seconds: number
    last_failed: string | null
    error: string
  }
}

export const upkeepNow = (): Promise<Upkeep> => get<Upkeep>('/api/upkeep')
export const backUpNow = (): Promise<{ target: string; files: number; bytes: number }> => call('POST', '/api/upkeep/backup')
