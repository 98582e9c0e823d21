// From rows of readings to what a chart draws: gaps become gaps, bad readings stand apart. Pure, so that it can be tested.
export type Row = [t: number, v: number | null, q?: number]
export type Spot = [t: number, v: number | null]

export interface Split {
  line: Spot[]
  bad: [number, number][]
  uncertain: [number, number][]
  /** Readings with a gap on both sides, which a line would not show. */
  lonely: [number, number][]
}

const BAD = 2
const UNCERTAIN = 1

const NEAR = 5
const GAP = 2.5

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/**
 * Puts a hole wherever two readings are much further apart than their neighbours are, before and after: a point that changes from
 * one reading in five minutes to one a second has no gap in its quiet hours. `step` is the least that may count as usual.
 */
export function withGaps(rows: Spot[], step: number): Spot[] {
  const d = rows.slice(1).map((r, i) => r[0] - rows[i]![0])
  const out: Spot[] = []
  for (const [i, row] of rows.entries()) {
    const usual = Math.max(step, median(d.slice(Math.max(0, i - 1 - NEAR), Math.max(0, i - 1))), median(d.slice(i, i + NEAR)))
    if (i > 0 && usual > 0 && d[i - 1]! > usual * GAP) out.push([rows[i - 1]![0] + Math.max(step, 1), null])
    out.push(row)
  }
  return out
}

export function split(rows: Row[], step = 0): Split {
  const good: Spot[] = []
  const bad: [number, number][] = []
  const uncertain: [number, number][] = []
  for (const [t, v, q = 0] of rows) {
    if (q >= BAD || v === null) {
      if (v !== null) bad.push([t, v])
      continue
    }
    if (q === UNCERTAIN) uncertain.push([t, v])
    good.push([t, v])
  }
  const line = withGaps(good, step)
  return { line, bad, uncertain, lonely: lonely(line) }
}

function lonely(line: Spot[]): [number, number][] {
  const empty = (i: number): boolean => (line[i]?.[1] ?? null) === null
  return line.filter((p, i): p is [number, number] => p[1] !== null && empty(i - 1) && empty(i + 1))
}

export interface Limit { grade: 1 | 2 | 3 | 4; limit: number; dir: 'high' | 'low' }
export interface Zone { grade: 1 | 2 | 3 | 4; from: number; to: number }

/** The range of the axis: the data, and the nearest limit on each side, so that one sees how far away it is. */
export function axisRange(values: number[], limits: Limit[]): [number, number] {
  let lo = Infinity
  let hi = -Infinity
  for (const v of values) {
    if (v < lo) lo = v
    if (v > hi) hi = v
  }
  const highs = limits.filter((l) => l.dir === 'high').map((l) => l.limit)
  const lows = limits.filter((l) => l.dir === 'low').map((l) => l.limit)
  if (highs.length > 0) hi = Math.max(hi, Math.min(...highs))
  if (lows.length > 0) lo = Math.min(lo, Math.max(...lows))
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) [lo, hi] = [Math.min(lo, hi, 0), Math.max(lo, hi, 1)].map((x) => (Number.isFinite(x) ? x : 0)) as [number, number]
  const pad = (hi - lo) * 0.08 || Math.abs(hi) * 0.1 || 1
  return [round(lo - pad, hi - lo), round(hi + pad, hi - lo)]
}

function round(x: number, spanOf: number): number {
  const unit = 10 ** Math.floor(Math.log10(Math.max(spanOf, 1e-9)) - 1)
  return Number((Math.round(x / unit) * unit).toPrecision(12))
}

/** The pale zones between limits, cut to the axis; the most severe one reaches to its end. */
export function zones(limits: Limit[], [lo, hi]: [number, number]): Zone[] {
  const out: Zone[] = []
  for (const dir of ['high', 'low'] as const) {
    const own = limits.filter((l) => l.dir === dir).sort((a, b) => b.grade - a.grade)
    own.forEach((l, i) => {
      const next = own[i + 1]?.limit ?? (dir === 'high' ? Infinity : -Infinity)
      const from = Math.max(lo, Math.min(l.limit, next))
      const to = Math.min(hi, Math.max(l.limit, next))
      if (to > from) out.push({ grade: l.grade, from, to })
    })
  }
  return out
}

/** The column of each label, so that two in one column are never nearer than `crowd` (all as shares of the axis). */
export function labelColumns(at: number[], crowd: number): number[] {
  const columns: number[] = []
  at.forEach((y, i) => {
    let c = 0
    while (at.slice(0, i).some((other, j) => columns[j] === c && Math.abs(other - y) < crowd)) c++
    columns.push(c)
  })
  return columns
}

/** The ranges one can choose, and how finely each is asked for; step 0 is the readings themselves. */
export const RANGES = [
  { id: '1h', ms: 3_600_000, step: 0 },
  { id: '24h', ms: 86_400_000, step: 60_000 },
  { id: '7d', ms: 7 * 86_400_000, step: 600_000 },
  { id: '30d', ms: 30 * 86_400_000, step: 3_600_000 },
  { id: '1y', ms: 365 * 86_400_000, step: 86_400_000 },
] as const
export type RangeId = (typeof RANGES)[number]['id']

export interface Stats { n: number; min: number; max: number; mean: number; bad: number }

export function stats(rows: Row[]): Stats {
  let n = 0
  let sum = 0
  let min = Infinity
  let max = -Infinity
  let bad = 0
  for (const [, v, q = 0] of rows) {
    if (v === null || q >= BAD) {
      bad++
      continue
    }
    n++
    sum += v
    if (v < min) min = v
    if (v > max) max = v
  }
  return { n, min, max, mean: n > 0 ? sum / n : Number.NaN, bad }
}

/** The readings as CSV, with a mark for programs that guess the encoding. */
export function csv(code: string, unit: string, rows: Row[], time: (ms: number) => string): string {
  const head = `\uFEFFtime,point,value,unit,quality\r\n`
  return head + rows.map(([t, v, q]) => `${time(t)},${code},${v ?? ''},${unit},${q ?? 0}`).join('\r\n') + '\r\n'
}
