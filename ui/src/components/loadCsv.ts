// The load as a table for a spreadsheet: the figures with their targets, then the rows behind them.
import type { AlarmLoad, LoadTag } from '@/api/alarms'
import { t, type MessageKey } from '@/i18n'
import { GRADES, gradeFull } from './grade'
import { targetOf } from './loadTargets'

const FIGURES = [
  ['per_day', 'load.perday'], ['per_hour', 'load.perhour'], ['per_10min', 'load.rate'], ['peak_10min', 'load.peak'], ['flood_share', 'load.flood'],
  ['top_share', 'load.topshare'], ['chattering', 'load.chatter'], ['stale', 'load.stale'],
] as const satisfies readonly (readonly [keyof AlarmLoad, MessageKey])[]

/** Quoted where need be; what a spreadsheet would take for a formula gets a quote mark before it. */
export function cell(v: string | number | null | undefined): string {
  if (typeof v === 'number') return String(v)
  const text = v ?? ''
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const row = (...cells: (string | number | null | undefined)[]): string => cells.map(cell).join(',')

function tags(title: string, list: LoadTag[]): string[] {
  return [
    '', title,
    row(t('alarm.col.point'), t('load.name'), t('nav.rules'), t('alarm.col.count'), t('load.share'), t('load.burst'), t('sure.judged'), t('verdict.false')),
    ...list.map((x) => row(x.point, x.name, x.rule, x.count, x.share, x.most_in_minute, x.judged, x.judged_false)),
  ]
}

export function loadCsv(load: AlarmLoad): string {
  const lines = [
    row(t('load.title'), load.from, load.to), row(t('load.operators'), load.operators), '',
    row(t('load.figure'), t('load.value'), t('load.target.title'), t('load.most.title')),
    row(t('load.total'), load.activations),
    ...FIGURES.map(([name, key]) => row(t(key), load[name], targetOf(name)?.target, targetOf(name)?.most)),
    ...GRADES.map((g) => row(gradeFull(g), load.by_grade[g] ?? 0)),
    ...tags(t('load.top'), load.top), ...tags(t('load.chatter'), load.chattering_items),
    '', t('load.stale'), row(t('alarm.col.point'), t('nav.rules'), t('alarm.col.grade'), t('alarm.col.since')),
    ...load.stale_items.map((a) => row(a.name, a.rule, a.grade, a.raised_at)),
  ]
  return `\uFEFF${lines.join('\r\n')}\r\n`
}
