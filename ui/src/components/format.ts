// How a value of a field is written for a person.
import { tx, t } from '@/i18n'
import { instant, timeWords } from '@/i18n/time'
import { labelOf } from '@/api/meta'
import type { Field, Rec } from '@/api/types'

/** Up to four significant decimals, never an exponent for ordinary sizes, no trailing zeros. */
export function figure(v: unknown): string {
  if (v === null || v === undefined || v === '') return '—'
  const n = Number(v)
  if (!Number.isFinite(n)) return String(v)
  const abs = Math.abs(n)
  if (abs !== 0 && (abs < 1e-4 || abs >= 1e9)) return n.toPrecision(4)
  const decimals = abs >= 1000 ? 1 : abs >= 100 ? 2 : abs >= 1 ? 3 : 4
  return String(Number(n.toFixed(decimals)))
}

export function fieldText(field: Field, rec: Rec, now: number): string {
  const v = rec[field.name]
  if (v === null || v === undefined || v === '') return '—'
  switch (field.type) {
    case 'bool': return v ? t('bool.true') : t('bool.false')
    case 'time': return timeWords(instant(v), now)
    case 'enum': return labelOf(field.ref, v)
    case 'ref': return rec.titles?.[field.name] ?? String(v)
    case 'real': return figure(v)
    case 'json': return typeof v === 'object' ? textOrJson(v) : String(v)
    case 'text': return field.name === 'kinds' ? String(v).split(' ').map((k) => labelOf('vehicle_kind', k)).join(t('punct.list')) : String(v)
    default: return String(v)
  }
}

function textOrJson(v: object): string {
  if ('radius' in v) return `${t('fence.circle')} ${String((v as { radius: unknown }).radius)} m`
  if ('zh' in v || 'en' in v) return tx(v as { zh: string; en: string })
  return JSON.stringify(v)
}

export const isNumeric = (f: Field): boolean => f.type === 'int' || f.type === 'real'
