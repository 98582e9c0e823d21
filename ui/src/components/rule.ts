// What a rule says, as one sentence, and which of its fields its kind uses. Pure, so that it can be tested.
import { isZh, t, type MessageKey } from '@/i18n'
import { span } from '@/i18n/time'
import { figure } from './format'
import { GRADES, gradeFull, gradeOf } from './grade'

export type RuleDraft = Record<string, unknown>

const LIMITS = ['limit1', 'limit2', 'limit3', 'limit4']
const DELAYS = ['on_delay_ms', 'off_delay_ms']
const BY_KIND: Record<string, readonly string[]> = {
  level: ['dir', ...LIMITS, 'deadband', ...DELAYS, 'max_gap_ms'],
  rate: ['dir', ...LIMITS, 'window_ms', 'off_delay_ms'],
  stuck: ['window_ms', 'eps', 'grade', 'max_gap_ms'],
  offline: ['timeout_ms', 'grade'],
  expr: ['expr', 'max_age_ms', 'dir', ...LIMITS, 'grade', ...DELAYS],
  deviation: ['k', 'warmup_ms', 'season_ms', ...LIMITS, ...DELAYS],
}
const SPECIFIC: ReadonlySet<string> = new Set(Object.values(BY_KIND).flat())
const DIRS: Record<string, readonly string[]> = { level: ['high', 'low'], rate: ['rise', 'fall', 'either'], expr: ['high', 'low'] }

/** Is this field of use to the kind? Fields that all rules have always are. */
export function usedBy(kind: unknown, field: string): boolean {
  if (!SPECIFIC.has(field)) return true
  return (BY_KIND[String(kind)] ?? []).includes(field)
}

export const dirsOf = (kind: unknown): readonly string[] => DIRS[String(kind)] ?? []

const has = (v: unknown): boolean => v !== null && v !== undefined && v !== ''
const ms = (v: unknown): string => (has(v) ? span(Number(v)) : t('rule.s.unset'))
const positive = (v: unknown): boolean => has(v) && Number(v) > 0

function who(r: RuleDraft): string {
  const point = has(r.point) ? String(r.point) : ''
  if (!point) return t('rule.s.anypoint')
  return t(/[*?]/.test(point) ? 'rule.s.points' : 'rule.s.point', { point })
}

function limits(r: RuleDraft): string {
  const given = GRADES.filter((g) => has(r[`limit${g}`]))
    .map((g) => t('rule.s.limit', { grade: gradeFull(g), limit: figure(r[`limit${g}`]) }))
  return given.length > 0 ? given.join(t('punct.comma')) : t('rule.s.none')
}

function grade(r: RuleDraft): string {
  const g = gradeOf(r.grade)
  return g ? gradeFull(g) : t('rule.s.unset')
}

function dir(r: RuleDraft): string {
  const kind = String(r.kind)
  if (!dirsOf(kind).includes(String(r.dir))) return t('rule.s.unset')
  return t(`rule.s.${kind === 'rate' ? 'rate' : 'level'}.${String(r.dir)}` as MessageKey)
}

const heads: Record<string, (r: RuleDraft) => string> = {
  level: (r) => t('rule.s.level', { who: who(r), dir: dir(r), limits: limits(r) }),
  rate: (r) => t('rule.s.rate', { who: who(r), window: ms(r.window_ms), dir: dir(r), limits: limits(r) }),
  stuck: (r) => t('rule.s.stuck', { who: who(r), window: ms(r.window_ms), eps: has(r.eps) ? figure(r.eps) : '0', grade: grade(r) }),
  offline: (r) => t('rule.s.offline', { who: who(r), timeout: ms(r.timeout_ms), grade: grade(r) }),
  expr: (r) => has(r.dir) || GRADES.some((g) => has(r[`limit${g}`]))
    ? t('rule.s.expr.num', { who: who(r), expr: String(r.expr ?? t('rule.s.unset')), dir: dir(r), limits: limits(r) })
    : t('rule.s.expr.bool', { who: who(r), expr: String(r.expr ?? t('rule.s.unset')), grade: grade(r) }),
  deviation: (r) => t('rule.s.deviation', { who: who(r), limits: limits(r) }),
}

/** Grades whose limits contradict their order: the more severe one may not have the less severe limit. */
export function limitFault(r: RuleDraft): string {
  const given = GRADES.filter((g) => usedBy(r.kind, `limit${g}`) && has(r[`limit${g}`]))
  const low = r.dir === 'low'
  for (let i = 1; i < given.length; i++) {
    const [worse, milder] = [given[i - 1]!, given[i]!]
    const [a, b] = [Number(r[`limit${worse}`]), Number(r[`limit${milder}`])]
    if (low ? a > b : a < b) return t(low ? 'rule.s.contra.low' : 'rule.s.contra.high', { worse: gradeFull(worse), milder: gradeFull(milder), limit: figure(b) })
  }
  return ''
}

function tails(r: RuleDraft): string[] {
  const use = (f: string): boolean => usedBy(r.kind, f)
  const out: string[] = []
  if (use('max_age_ms') && positive(r.max_age_ms)) out.push(t('rule.s.age', { age: ms(r.max_age_ms) }))
  if (use('warmup_ms') && positive(r.warmup_ms)) out.push(t('rule.s.warmup', { warmup: ms(r.warmup_ms) }))
  if (use('season_ms') && positive(r.season_ms)) out.push(t('rule.s.season', { season: ms(r.season_ms) }))
  if (use('on_delay_ms') && positive(r.on_delay_ms)) out.push(t('rule.s.on', { d: ms(r.on_delay_ms) }))
  if (use('off_delay_ms')) {
    const band = use('deadband') && positive(r.deadband) ? t('rule.s.band', { n: figure(r.deadband) }) : ''
    out.push(positive(r.off_delay_ms) ? t('rule.s.off', { band, d: ms(r.off_delay_ms) }) : t('rule.s.back', { band }))
  }
  if (use('max_gap_ms') && positive(r.max_gap_ms)) out.push(t('rule.s.gap', { d: ms(r.max_gap_ms) }))
  if (r.enabled === false) out.push(t('rule.s.off.disabled'))
  return out
}

/** The rule in words, or nothing while it has no kind. */
export function ruleSentence(r: RuleDraft): string {
  const head = heads[String(r.kind)]
  if (!head) return ''
  return [head(r), ...tails(r)].join(isZh.value ? '' : ' ')
}

/** The limits of a rule as the chart draws them: grade and figure, only where a limit is a value of the point. */
export function limitLines(r: RuleDraft): { grade: 1 | 2 | 3 | 4; limit: number; dir: 'high' | 'low' }[] {
  if (r.kind !== 'level' || r.enabled === false) return []
  const d = r.dir === 'low' ? 'low' : 'high'
  return GRADES.filter((g) => has(r[`limit${g}`])).map((g) => ({ grade: g, limit: Number(r[`limit${g}`]), dir: d }))
}
