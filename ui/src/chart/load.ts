// Readings of a range: the readings themselves where they are few enough, else mean, least and greatest of steps.
import { readings } from '@/api/city'
import type { Readings } from '@/api/types'
import type { Row } from './data'

export interface Series {
  rows: Row[]
  /** Least and greatest by step; empty for raw readings. */
  min: Row[]
  max: Row[]
  step: number
  /** The least distance of neighbours that counts as usual: the step or the point's own period. */
  gap: number
  unit: string
  truncated: boolean
}

const PAGES = 4
const LIMIT = 5000
const iso = (ms: number): string => new Date(ms).toISOString()

async function allPages(point: string, query: Record<string, string | number>, signal?: AbortSignal): Promise<Readings & { more: boolean }> {
  const first = await readings(point, { ...query, limit: LIMIT }, signal)
  const rows = [...first.rows]
  let next = first.next ?? null
  for (let i = 1; next && i < PAGES; i++) {
    const page = await readings(point, { ...query, limit: LIMIT, cursor: next }, signal)
    rows.push(...page.rows)
    next = page.next ?? null
  }
  return { ...first, rows, more: next !== null }
}

export async function loadSeries(point: string, from: number, to: number, step: number, period = 0, signal?: AbortSignal): Promise<Series> {
  const span = { from: iso(from), to: iso(to) }
  if (step === 0) {
    const raw = await allPages(point, span, signal)
    return { rows: raw.rows.map(([t, v, q]) => [t, v, q ?? 0]), min: [], max: [], step: 0, gap: period, unit: raw.unit ?? '', truncated: raw.more }
  }
  const band = await allPages(point, { ...span, step: `${step / 1000}s`, agg: 'band' }, signal)
  return {
    rows: band.rows.map(([t, v, q]) => [t, v, q ?? 0]), min: band.rows.map(([t, , , least]) => [t, least ?? null]),
    max: band.rows.map(([t, , , , greatest]) => [t, greatest ?? null]), step, gap: Math.max(step, period), unit: band.unit ?? '', truncated: band.more,
  }
}
