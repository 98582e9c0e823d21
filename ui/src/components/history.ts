// What a ledger entry says to a person: pure, so that it can be tested.
import { messages } from '@/i18n/messages'
import { fieldOf } from '@/api/meta'
import { t, type MessageKey } from '@/i18n'
import type { HistoryEntry } from '@/api/types'
import { fieldText } from './format'

export interface Change { field: string; from: string; to: string }

export function eventWord(action: string): string {
  const key = `event.${action}`
  return key in messages ? t(key as MessageKey) : action
}

export const whoOf = (h: HistoryEntry): string => h.full_name || h.who || ''

function shown(plural: string, name: string, v: unknown): string {
  const field = fieldOf(plural, name)
  // A reference comes as the code and the name already.
  if (field && field.type !== 'ref') return fieldText(field, { id: '', version: 0, [name]: v }, Date.now())
  return v === null || v === undefined || v === '' ? '—' : String(v)
}

/** The fields that differ; nothing for a creation, whose facts stand beside it. */
export function changesOf(h: HistoryEntry, plural: string): Change[] {
  if (h.action === 'create' || h.changes.every((c) => c.before === null)) return []
  return h.changes.map((c) => ({ field: c.field, from: shown(plural, c.field, c.before), to: shown(plural, c.field, c.after) }))
}
