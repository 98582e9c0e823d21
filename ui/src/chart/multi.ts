// Many points on one time axis: how finely they are asked for, which axis each has, how they look. Pure, so that it can be tested.
import type { EChartsCoreOption } from 'echarts/core'
import { gradeInk, gradeZone, light } from '@/styles/tokens'
import { timeExact } from '@/i18n/time'
import { figure } from '@/components/format'
import { gradeFull, gradePath, gradeWord, roman } from '@/components/grade'
import { axisRange, labelColumns, split, withGaps, zones, type Limit, type Spot } from './data'
import type { Series } from './load'
import { escape, OFFSET, shift, type Flag } from './option'

export const MOST_POINTS = 12
/** About as many as a screen can show side by side: a year by the day, a month by the hour. */
export const BUCKETS = 720
const RAW_MOST = 2000
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const STEPS = [
  SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  24 * HOUR, 48 * HOUR, 168 * HOUR,
]

/** The finest step of which the span holds no more than so many; 0, the readings themselves, where they are few enough. */
export function stepFor(span: number, buckets = BUCKETS, period = 0): number {
  if (period > 0 && span / period <= RAW_MOST) return 0
  return STEPS.find((s) => span / s <= buckets && s >= period) ?? STEPS.at(-1)!
}

/** No grade colour among them: those mean a grade. The second six are dashed. */
const COLOURS = ['#1F5FBF', '#00796B', '#7B3FA0', '#6D4C41', '#455A64', '#AD1457']
export const lookOf = (i: number): { colour: string; dash: boolean } => ({ colour: COLOURS[i % COLOURS.length]!, dash: i >= COLOURS.length })

export interface Line { code: string; name: string; unit: string; series: Series; look: { colour: string; dash: boolean } }
export interface MultiInput { lines: Line[]; from: number; to: number; focus: string | null; limits: Limit[]; flags: Flag[] }

/** One axis a unit: up to two on one panel, left and right; more units get a panel each. */
export function layout(lines: Line[]): { units: string[]; panels: boolean } {
  const units = [...new Set(lines.map((l) => l.unit))]
  return { units, panels: units.length > 2 }
}

const valuesOf = (s: Series): number[] => [...s.rows, ...s.min, ...s.max].flatMap(([, v, q]) => (v === null || (q ?? 0) >= 2 ? [] : [v]))
const axisText = { color: light.secondary, fontSize: 12 }

function lineSeries(l: Line, at: { xAxisIndex: number; yAxisIndex: number }, strong: boolean): object[] {
  const parts = split(l.series.rows, l.series.gap)
  const common = { ...at, animation: false, name: l.code }
  const band: object[] = []
  if (l.series.step > 0) {
    const low = shift(withGaps(l.series.min.map(([t, v]) => [t, v]), l.series.gap))
    const diff: Spot[] = l.series.max.map(([t, v], i) => [t, v === null || l.series.min[i]![1] === null ? null : v - l.series.min[i]![1]!])
    const base = { ...at, type: 'line', symbol: 'none', stack: `band-${l.code}`, silent: true, lineStyle: { width: 0 }, animation: false, stackStrategy: 'all' }
    band.push({ ...base, name: 'low', data: low },
      { ...base, name: 'high', data: shift(withGaps(diff, l.series.gap)), areaStyle: { color: l.look.colour, opacity: strong ? 0.16 : 0.08 } })
  }
  return [
    ...band,
    {
      ...common, type: 'line', data: shift(parts.line), showSymbol: false, connectNulls: false, z: strong ? 5 : 4, sampling: l.series.step ? undefined : 'lttb',
      lineStyle: { width: strong ? 2 : 1.4, color: l.look.colour, type: l.look.dash ? 'dashed' : 'solid' }, itemStyle: { color: l.look.colour },
    },
    { ...common, type: 'scatter', data: shift(parts.lonely), symbolSize: 4, z: 5, itemStyle: { color: l.look.colour } },
    { ...common, type: 'scatter', data: shift(parts.bad), symbol: 'emptyCircle', symbolSize: 7, z: 5, itemStyle: { color: l.look.colour } },
  ]
}

function limitMarks(limits: Limit[], range: [number, number], unit: string): object {
  const seen = limits.filter((l) => l.limit >= range[0] && l.limit <= range[1])
  const columns = labelColumns(seen.map((l) => (l.limit - range[0]) / (range[1] - range[0])), 0.06)
  return {
    markLine: {
      silent: true, symbol: 'none', animation: false,
      data: seen.map((l, i) => ({
        yAxis: l.limit, lineStyle: { color: gradeInk[l.grade], width: 1, type: 'dashed' },
        label: {
          position: 'insideEndTop', color: gradeInk[l.grade], fontSize: 12, distance: 2, offset: [-112 * columns[i]!, 0],
          formatter: `${gradeWord(l.grade)}${roman(l.grade)} ${l.dir === 'high' ? '≥' : '≤'} ${figure(l.limit)}${unit ? ` ${unit}` : ''}`,
        },
      })),
    },
    markArea: { silent: true, animation: false, data: zones(limits, range).map((z) => [{ yAxis: z.from, itemStyle: { color: gradeZone[z.grade] } }, { yAxis: z.to }]) },
  }
}

function flagSeries(flags: Flag[], floor: number): object {
  return {
    name: 'flags', type: 'scatter', animation: false, z: 6, clip: false, symbolSize: 11, symbolOffset: [0, -6], xAxisIndex: 0, yAxisIndex: 0,
    data: flags.map((f) => ({
      value: [f.t + OFFSET, floor], symbol: `path://${gradePath[f.grade]}`, name: `${gradeFull(f.grade)} ${f.text}`,
      itemStyle: { color: gradeInk[f.grade], borderColor: light.panel, borderWidth: 1 },
    })),
  }
}

interface TipItem { seriesName?: string; name?: string; value?: [number, number | null]; color?: string }

function tip(params: TipItem[], input: MultiInput): string {
  const at = params.find((p) => p.value)?.value?.[0]
  if (at === undefined) return ''
  const rows = input.lines.flatMap((l) => {
    const p = params.find((x) => x.seriesName === l.code && x.value?.[1] != null)
    return p ? [`<span style="color:${l.look.colour}">${l.look.dash ? '┅' : '━'}</span> ${escape(l.name)} <b>${figure(p.value![1])}</b> ${escape(l.unit)}`] : []
  })
  const flags = params.filter((p) => p.seriesName === 'flags').map((p) => escape(p.name ?? ''))
  return [timeExact(at - OFFSET), ...rows, ...flags].join('<br>')
}

function xAxisOf(input: MultiInput, gridIndex: number, last: boolean): object {
  return {
    type: 'time', gridIndex, min: input.from + OFFSET, max: input.to + OFFSET, axisLine: { onZero: false, lineStyle: { color: light.line } },
    axisLabel: {
      ...axisText, show: last, hideOverlap: true,
      formatter: { year: '{yyyy}', month: '{yyyy}-{MM}', day: '{M}-{d}', hour: '{HH}:{mm}', minute: '{HH}:{mm}', second: '{HH}:{mm}:{ss}' },
    },
    splitLine: { show: false }, axisPointer: { label: { show: false } },
  }
}

export function multiOption(input: MultiInput, height: number): EChartsCoreOption {
  const { units, panels } = layout(input.lines)
  const focusUnit = input.lines.find((l) => l.code === input.focus)?.unit
  const count = panels ? units.length : 1
  const room = (height - 40 - 24 * count) / count
  const ranges = units.map((u) => axisRange(input.lines.filter((l) => l.unit === u).flatMap((l) => valuesOf(l.series)), u === focusUnit ? input.limits : []))
  const at = (l: Line): { xAxisIndex: number; yAxisIndex: number } => {
    const u = units.indexOf(l.unit)
    return { xAxisIndex: panels ? u : 0, yAxisIndex: u }
  }
  const marks = focusUnit === undefined ? {} : limitMarks(input.limits, ranges[units.indexOf(focusUnit)]!, focusUnit)
  return {
    useUTC: true, animation: false, aria: { enabled: false }, textStyle: { fontFamily: 'inherit' },
    grid: Array.from({ length: count }, (_, i) => ({ left: 64, right: !panels && units.length === 2 ? 64 : 16, top: 24 + i * (room + 24), height: room })),
    axisPointer: { link: [{ xAxisIndex: 'all' }], lineStyle: { color: light.secondary } },
    tooltip: { trigger: 'axis', confine: true, transitionDuration: 0, textStyle: { color: light.text, fontSize: 13 }, formatter: (p: unknown) => tip(p as TipItem[], input) },
    xAxis: Array.from({ length: count }, (_, i) => xAxisOf(input, i, i === count - 1)),
    yAxis: units.map((u, i) => ({
      type: 'value', gridIndex: panels ? i : 0, position: !panels && i === 1 ? 'right' : 'left', min: ranges[i]![0], max: ranges[i]![1], scale: true, name: u,
      nameTextStyle: { ...axisText, align: !panels && i === 1 ? 'right' : 'left' }, nameGap: 8, splitNumber: panels ? 3 : 6,
      axisLabel: { ...axisText, formatter: (v: number) => figure(v), showMinLabel: false, showMaxLabel: false }, splitLine: { show: panels || i === 0, lineStyle: { color: '#EDF0F3' } },
    })),
    series: [
      ...input.lines.flatMap((l) => {
        const parts = lineSeries(l, at(l), l.code === input.focus || input.lines.length === 1)
        if (l.code !== input.focus) return parts
        return parts.map((p) => ('connectNulls' in p ? { ...p, ...marks } : p))
      }),
      flagSeries(input.flags, ranges[0]?.[0] ?? 0),
    ],
  }
}

export interface View { from: number; to: number }
const LEAST = 10 * SECOND
const MOST = 3 * 366 * 24 * HOUR

/** The view made wider or narrower around a moment; never finer than ten seconds, coarser than three years, or in the future. */
export function zoomed(v: View, factor: number, around: number, now: number): View {
  const span = Math.min(MOST, Math.max(LEAST, (v.to - v.from) * factor))
  const share = (around - v.from) / (v.to - v.from)
  return clamped({ from: around - span * share, to: around + span * (1 - share) }, now)
}

export const panned = (v: View, by: number, now: number): View => clamped({ from: v.from + by, to: v.to + by }, now)

function clamped(v: View, now: number): View {
  const over = v.to - now - (v.to - v.from) * 0.05
  const by = over > 0 ? over : 0
  return { from: Math.round(v.from - by), to: Math.round(v.to - by) }
}
