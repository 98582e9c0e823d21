// What can be told before the server is asked. The server decides; this saves a round trip and says it beside the field.
import { t, tx } from '@/i18n'
import type { Field } from '@/api/types'

function checkNumber(f: Field, v: unknown, label: string): string {
  const n = typeof v === 'number' ? v : Number(v)
  if (!Number.isFinite(n)) return t('reg.err.number', { label })
  if (f.type === 'int' && !Number.isInteger(n)) return t('reg.err.int', { label })
  if (f.min !== undefined && f.min !== null && n < f.min) return t('reg.err.min', { label, n: f.min })
  if (f.max !== undefined && f.max !== null && n > f.max) return t('reg.err.max', { label, n: f.max })
  return ''
}

function checkText(f: Field, v: unknown, label: string): string {
  const limit = f.max ?? 2000
  return [...String(v)].length > limit ? t('reg.err.long', { label, n: limit }) : ''
}

function checkJson(v: unknown, label: string): string {
  if (typeof v !== 'string') return ''
  try {
    JSON.parse(v)
    return ''
  } catch {
    return t('reg.err.json', { label })
  }
}

/** The message for a value, or nothing when it is fine. */
export function checkField(f: Field, v: unknown): string {
  const label = tx(f.label)
  if (v === null || v === undefined || v === '') return f.required ? t('reg.err.required', { label }) : ''
  switch (f.type) {
    case 'int':
    case 'real': return checkNumber(f, v, label)
    case 'text': return checkText(f, v, label)
    case 'json': return checkJson(v, label)
    default: return ''
  }
}

/** JSON fields are typed as text and sent as values. */
export function toWire(f: Field, v: unknown): unknown {
  if (f.type === 'json' && typeof v === 'string' && v !== '') return JSON.parse(v) as unknown
  return v === '' ? null : v
}
