// What a ledger entry says to a person: pure, so that it can be tested.
import { messages } from '@/i18n/messages'
import { fieldOf } from '@/api/meta'
import { t, type MessageKey } from '@/i18n'
import type { HistoryEntry, Rec } from '@/api/types'
import { fieldText } from './format'

export interface Change { field: string; from: string; to: string }
const NOISE: ReadonlySet<string> = new Set(['id', 'version', 'created_at', 'updated_at', 'titles', 'actions'])

export function eventWord(action: string): string {
  const key = `event.${action}`
  return key in messages ? t(key as MessageKey) : action
}

export function whoOf(h: HistoryEntry): string {
  const who = h.who ?? h.by ?? ''
  return typeof who === 'object' && who !== null ? String((who as { name?: string }).name ?? '') : String(who)
}

function parsed(v: unknown): Record<string, unknown> | null {
  if (typeof v === 'string' && v.startsWith('{')) {
    try {
      return JSON.parse(v) as Record<string, unknown>
    } catch {
      return null
    }
  }
  return typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : null
}

function shown(plural: string, name: string, rec: Record<string, unknown>): string {
  const field = fieldOf(plural, name)
  const v = rec[name]
  if (field) return fieldText(field, rec as Rec, Date.now())
  return v === null || v === undefined || v === '' ? '—' : typeof v === 'object' ? JSON.stringify(v) : String(v)
}

/** The fields that differ between before and after; nothing for a creation, whose facts stand beside it. */
export function changesOf(h: HistoryEntry, plural: string): Change[] {
  const before = parsed(h.before)
  const after = parsed(h.after)
  if (!before || !after) return []
  return Object.keys({ ...before, ...after })
    .filter((k) => !NOISE.has(k) && JSON.stringify(before[k] ?? null) !== JSON.stringify(after[k] ?? null))
    .map((k) => ({ field: k, from: shown(plural, k, before), to: k in after ? shown(plural, k, after) : '—' }))
}
