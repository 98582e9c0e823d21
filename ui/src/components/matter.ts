// How a matter is offered: which actions come first, which states lie behind and ahead. Pure, so that it can be tested.
import type { TimelineItem } from '@/api/matters'
import type { ActionMeta, Entity, FlowState } from '@/api/types'

export const hasFlag = (a: ActionMeta, flag: NonNullable<ActionMeta['flags']>[number]): boolean => a.flags?.includes(flag) ?? false

/** These chase or hold a matter and take it nowhere; they stand behind the steps. */
const GENERIC: ReadonlySet<string> = new Set(['urge', 'supervise', 'pause', 'resume', 'ask-extension', 'grant-extension', 'refuse-extension'])
export const isGeneric = (a: ActionMeta): boolean => GENERIC.has(a.name)

/** The actions that are open now for this user: the usual next step first, what only chases last. */
export function offeredActions(e: Entity, names: readonly string[] | undefined): ActionMeta[] {
  const rank = (a: ActionMeta): number => (hasFlag(a, 'main') ? 0 : isGeneric(a) ? 2 : 1)
  return e.actions.filter((a) => a.can && (names ?? []).includes(a.name) && a.params.every((p) => p.type !== 'json'))
    .map((a, i) => ({ a, i })).sort((x, y) => rank(x.a) - rank(y.a) || x.i - y.i).map((x) => x.a)
}

/** Can it be done without being asked anything? */
export const isDirect = (a: ActionMeta): boolean => a.params.length === 0 && !hasFlag(a, 'confirm') && !hasFlag(a, 'evidence')

export interface Stage { state: FlowState; when: 'passed' | 'now' | 'next' }

/** The next state of the usual way: by the main action, or, where the program alone moves on, the one declared next. */
function nextState(e: Entity, at: string): string | undefined {
  const states = e.flow?.states ?? []
  const i = states.findIndex((s) => s.name === at)
  if (i < 0 || states[i]!.final) return undefined
  const step = e.actions.find((a) => a.to && a.to !== at && hasFlag(a, 'main') && a.from?.includes(at))
  const declared = states[i + 1]
  return step?.to ?? (declared && !declared.final ? declared.name : undefined)
}

function follow(e: Entity, from: string, seen: Set<string>): string[] {
  const out: string[] = []
  for (let at = nextState(e, from); at && !seen.has(at); at = nextState(e, at)) {
    seen.add(at)
    out.push(at)
  }
  return out
}

/** The states that it went through (from its timeline; without one, those of the usual way), where it is, and the usual way on. */
export function stagesOf(e: Entity, state: string, items: readonly TimelineItem[], id: string): Stage[] {
  const flow = e.flow
  if (!flow) return []
  const initial = flow.states.find((s) => s.initial)?.name ?? flow.states[0]?.name ?? state
  // The timeline is for reading: it names states by their labels.
  const named = (s: string): string => flow.states.find((x) => x.name === s || x.label.zh === s || x.label.en === s)?.name ?? s
  const moves = items.filter((x) => x.record_id === id && x.from && x.to && x.from !== x.to).map((x) => ({ from: named(x.from!), to: named(x.to!) }))
  const usual = [initial, ...follow(e, initial, new Set([initial]))]
  let passed = moves.length > 0 ? [moves[0]!.from, ...moves.map((x) => x.to)] : usual.includes(state) ? usual.slice(0, usual.indexOf(state)) : []
  // What was sent back goes the same way once more: that lies ahead, and no state stands in the strip twice.
  const next = follow(e, state, new Set([state]))
  passed = [...new Set(passed)].filter((s) => s !== state && !next.includes(s))
  const by = (name: string): FlowState => flow.states.find((s) => s.name === name) ?? { name, label: { zh: name, en: name } }
  return [
    ...passed.map((s): Stage => ({ state: by(s), when: 'passed' })), { state: by(state), when: 'now' }, ...next.map((s): Stage => ({ state: by(s), when: 'next' })),
  ]
}

/** Actions that every one of the chosen records offers and that ask for nothing, or for the same. */
export function commonActions(e: Entity, records: readonly { actions?: string[] }[]): ActionMeta[] {
  if (records.length === 0) return []
  return offeredActions(e, records[0]!.actions).filter((a) => !hasFlag(a, 'evidence') && records.every((r) => r.actions?.includes(a.name)))
}
