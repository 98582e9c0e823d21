// The option of the time chart. ECharts is given Beijing time as if it were UTC, so that its ticks fall on Beijing hours and
// days wherever the browser stands.
import type { EChartsCoreOption } from 'echarts/core'
import { gradeInk, gradeZone, light } from '@/styles/tokens'
import { t } from '@/i18n'
import { timeExact } from '@/i18n/time'
import { figure } from '@/components/format'
import { gradeFull, gradePath, gradeWord, roman } from '@/components/grade'
import { axisRange, labelColumns, split, withGaps, zones, type Limit, type Row, type Spot } from './data'
import type { Series } from './load'

export const OFFSET = 8 * 3_600_000
export const shift = <T extends Spot>(rows: T[]): T[] => rows.map(([time, v]) => [time + OFFSET, v] as T)

/** hollow: of another rule, to compare with */
export interface Flag { t: number; grade: 1 | 2 | 3 | 4; text: string; hollow?: boolean }
export interface ChartInput { series: Series; limits: Limit[]; flags: Flag[]; from: number; to: number; compact?: boolean }

const clean = (rows: Row[]): Spot[] => rows.map(([time, v]) => [time, v])
const valuesOf = (s: Series): number[] =>
  [...s.rows, ...s.min, ...s.max].flatMap(([, v, q]) => (v === null || (q ?? 0) >= 2 ? [] : [v]))

/** Least to greatest as a pale band: a clear base with the difference stacked on it. */
function band(s: Series): object[] {
  if (s.step === 0 || s.min.length !== s.max.length) return []
  const low = shift(withGaps(clean(s.min), s.gap))
  const diff: Spot[] = s.max.map(([time, v], i) => [time, v === null || s.min[i]![1] === null ? null : v - s.min[i]![1]!])
  const common = { type: 'line', symbol: 'none', stack: 'band', silent: true, lineStyle: { width: 0 }, animation: false, stackStrategy: 'all' }
  return [
    { ...common, name: 'low', data: low },
    { ...common, name: t('point.legend.band'), data: shift(withGaps(diff, s.gap)), areaStyle: { color: light.accent, opacity: 0.14 } },
  ]
}

/** Room of one written limit, in pixels: labels that would lie on each other go into columns. */
const LABEL = 112

function limitMarks(limits: Limit[], range: [number, number], unit: string, crowd: number): object {
  const seen = limits.filter((l) => l.limit >= range[0] && l.limit <= range[1])
  const columns = labelColumns(seen.map((l) => (l.limit - range[0]) / (range[1] - range[0])), crowd)
  return {
    markLine: {
      silent: true, symbol: 'none', animation: false,
      data: seen.map((l, i) => ({
        yAxis: l.limit,
        lineStyle: { color: gradeInk[l.grade], width: 1, type: 'dashed' },
        label: {
          position: 'insideEndTop', color: gradeInk[l.grade], fontSize: 12, distance: 2, offset: [-LABEL * columns[i]!, 0],
          formatter: `${gradeWord(l.grade)}${roman(l.grade)} ${l.dir === 'high' ? '≥' : '≤'} ${figure(l.limit)}${unit ? ` ${unit}` : ''}`,
        },
      })),
    },
    markArea: {
      silent: true, animation: false,
      data: zones(limits, range).map((z) => [{ yAxis: z.from, itemStyle: { color: gradeZone[z.grade] } }, { yAxis: z.to }]),
    },
  }
}

function flagSeries(flags: Flag[], floor: number): object {
  return {
    name: 'flags', type: 'scatter', animation: false, z: 6, clip: false, symbolSize: 11, symbolOffset: [0, -6],
    data: flags.map((f) => ({
      value: [f.t + OFFSET, floor], symbol: `path://${gradePath[f.grade]}`, name: `${gradeFull(f.grade)} ${f.text}`,
      symbolOffset: f.hollow ? [0, -20] : [0, -6],
      itemStyle: f.hollow ? { color: light.panel, borderColor: gradeInk[f.grade], borderWidth: 1.5 } : { color: gradeInk[f.grade], borderColor: light.panel, borderWidth: 1 },
    })),
  }
}

interface TipItem { seriesName?: string; name?: string; value: [number, number | null] }

function tip(params: TipItem | TipItem[], unit: string): string {
  const list = (Array.isArray(params) ? params : [params]).filter((p) => p.seriesName !== 'low' && p.value?.[1] != null)
  const at = list[0]?.value[0]
  if (at === undefined) return ''
  const lines = list.map((p) => p.seriesName === 'flags'
    ? escape(p.name ?? '')
    : p.seriesName === t('point.legend.band') ? '' : `${escape(p.seriesName ?? '')} <b>${figure(p.value[1])}</b> ${escape(unit)}`)
  return [timeExact(at - OFFSET), ...lines.filter(Boolean)].join('<br>')
}

export const escape = (s: string): string => s.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

export function timeOption(input: ChartInput): EChartsCoreOption {
  const { series: s, limits, flags, from, to, compact } = input
  const parts = split(s.rows, s.gap)
  const range = axisRange(valuesOf(s), limits)
  const name = s.step ? t('point.legend.mean') : t('point.legend.value')
  const axisText = { color: light.secondary, fontSize: 12 }
  return {
    useUTC: true,
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: compact ? 8 : 16, top: compact ? 12 : 20, bottom: compact ? 4 : 8, containLabel: true },
    tooltip: {
      trigger: 'axis', confine: true, transitionDuration: 0, axisPointer: { type: 'line', lineStyle: { color: light.secondary } },
      textStyle: { color: light.text, fontSize: 13 }, formatter: (p: unknown) => tip(p as TipItem[], s.unit),
    },
    xAxis: {
      type: 'time', min: from + OFFSET, max: to + OFFSET, axisLine: { onZero: false, lineStyle: { color: light.line } }, axisTick: { show: !compact },
      axisLabel: { ...axisText, hideOverlap: true, formatter: { year: '{yyyy}', month: '{M}-{d}', day: '{M}-{d}', hour: '{HH}:{mm}', minute: '{HH}:{mm}', second: '{HH}:{mm}:{ss}' } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value', min: range[0], max: range[1], scale: true, name: compact ? '' : s.unit, nameTextStyle: { ...axisText, align: 'left' }, nameGap: 8,
      splitNumber: compact ? 3 : 5,
      axisLabel: { ...axisText, formatter: (v: number) => figure(v), showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: '#EDF0F3' } },
    },
    series: [
      {
        name, type: 'line', data: shift(parts.line), showSymbol: false, connectNulls: false, animation: false, z: 4,
        sampling: s.step ? undefined : 'lttb', lineStyle: { width: 1.5, color: light.accent }, itemStyle: { color: light.accent },
        ...limitMarks(limits, range, s.unit, compact ? 0.13 : 0.075),
      },
      ...band(s),
      { name, type: 'scatter', data: shift(parts.lonely), symbolSize: 4, z: 4, animation: false, itemStyle: { color: light.accent } },
      {
        name: t('point.legend.bad'), type: 'scatter', data: shift(parts.bad).filter(([, v]) => v !== null && v >= range[0] && v <= range[1]),
        symbol: 'emptyCircle', symbolSize: 7, z: 5, animation: false, itemStyle: { color: light.secondary },
      },
      flagSeries(flags, range[0]),
    ],
  }
}
