import { describe, expect, it } from 'vitest'
import type { TimelineItem } from '../src/api/matters'
import type { ActionMeta, Entity } from '../src/api/types'
import { clockOf, clockTone, clockWords, shareNow } from '../src/components/clock'
import { pieces } from '../src/components/mark'
import { commonActions, isDirect, offeredActions, stagesOf } from '../src/components/matter'
import { byDay } from '../src/components/timeline'
import { setLangForTest } from './lang'

const HOUR = 3_600_000
const at = Date.parse('2026-11-22T10:00:00+08:00')
const clock = (due: number, share: number | null, more = {}) => ({ due: at + due, share, asked: at, paused: false, provisional: false, ...more })

describe('running clocks', () => {
  it('have four tones, and a fifth while they stand', () => {
    expect(clockTone(clock(25 * HOUR, 0.1), at)).toBe('far')
    expect(clockTone(clock(5 * HOUR, 0.5), at)).toBe('near')
    expect(clockTone(clock(5 * HOUR, 0.8), at)).toBe('short')
    expect(clockTone(clock(-1, 1), at)).toBe('over')
    expect(clockTone(clock(-1, 1, { paused: true }), at)).toBe('paused')
    expect(clockTone(clock(Number.NaN, null), at)).toBe('none')
    // A long one that is nearly used up is short, however many days are left.
    expect(clockTone(clock(30 * HOUR, 0.9), at)).toBe('short')
  })
  it('run on between two answers of the server', () => {
    const c = clock(4 * HOUR, 0.5)
    expect(shareNow(c, at)).toBeCloseTo(0.5)
    expect(shareNow(c, at + 2 * HOUR)).toBeCloseTo(0.75)
    expect(clockTone(c, at + 3 * HOUR)).toBe('short')
    expect(shareNow(c, at + 4 * HOUR)).toBe(1)
    expect(shareNow(clock(-HOUR, 1.5), at)).toBe(1.5)
  })
  it('say the time left, or over with a plus', () => {
    setLangForTest('zh')
    expect(clockWords(at + 729_000, at)).toBe('12:09')
    expect(clockWords(at + 5 * HOUR + 249_000, at)).toBe('5:04:09')
    expect(clockWords(at - 61_000, at)).toBe('+01:01')
    expect(clockWords(at - 76 * HOUR, at)).toBe('+3天4小时')
  })
  it('are read from a record and from a row of the desk alike', () => {
    const due = '2026-11-22T11:00:00+08:00'
    expect(clockOf({ clock: { due_at: due, share: 0.2, paused: true, provisional: true } }, at)).toEqual({ due: Date.parse(due), share: 0.2, asked: at, paused: true, provisional: true })
    expect(clockOf({ due_at: due, share: 0.3, clock: 'order.sign' }, at)).toEqual({ due: Date.parse(due), share: 0.3, asked: at, paused: false, provisional: false })
    expect(clockTone(clockOf({ due_at: null, clock: null }, at), at)).toBe('none')
  })
})

const text = (zh: string) => ({ zh, en: zh })
const move = (name: string, from: string[], to: string | null, flags: ActionMeta['flags'] = [], params: ActionMeta['params'] = []): ActionMeta =>
  ({ name, label: text(name), can: true, params, from, to, flags })
const entity: Entity = {
  name: 'order', plural: 'orders', title: text('orders'), can_write: false, fields: [],
  actions: [move('urge', [], null), move('void', ['new'], 'void', ['confirm']), move('sign', ['new'], 'signed', ['main']), move('answer', ['signed'], 'answered', ['main', 'evidence']),
    move('back', ['answered'], 'signed', ['reason']), move('close', ['answered'], 'closed', ['main'])],
  flow: { state: 'state', states: ['new', 'signed', 'answered', 'closed', 'void'].map((name, i) => ({ name, label: text(name), initial: i === 0, final: i > 2 })) },
}
const went = (from: string, to: string, id = '1'): TimelineItem => ({ t: '2026-11-22T10:00:00+08:00', kind: 'action', record_id: id, from, to })
const names = (state: string, items: TimelineItem[] = []): string[] => stagesOf(entity, state, items, '1').map((s) => `${s.when[0]} ${s.state.name}`)

describe('where a matter stands', () => {
  it('shows the usual way without a timeline', () => {
    expect(names('new')).toEqual(['n new', 'n signed', 'n answered', 'n closed'])
    expect(names('answered')).toEqual(['p new', 'p signed', 'n answered', 'n closed'])
  })
  it('shows what really happened, nothing to come after an end, and the way once more when it was sent back', () => {
    expect(names('void', [went('new', 'void')])).toEqual(['p new', 'n void'])
    expect(names('signed', [went('new', 'signed'), went('signed', 'answered'), went('answered', 'signed')])).toEqual(['p new', 'n signed', 'n answered', 'n closed'])
  })
  it('knows states by their labels too', () => {
    const other = { ...entity, flow: { ...entity.flow!, states: entity.flow!.states.map((s) => ({ ...s, label: { zh: `状态${s.name}`, en: `State ${s.name}` } })) } }
    const stages = stagesOf(other, 'closed', [went('状态new', 'State signed'), went('状态signed', '状态closed')], '1')
    expect(stages.map((s) => s.state.name)).toEqual(['new', 'signed', 'closed'])
  })
  it('passes over what happened to others of the chain', () => {
    expect(names('signed', [went('answered', 'closed', '2')])).toEqual(['p new', 'n signed', 'n answered', 'n closed'])
  })
})

describe('actions', () => {
  it('come with the usual next step first and what only chases last', () => {
    expect(offeredActions(entity, ['urge', 'void', 'sign']).map((a) => a.name)).toEqual(['sign', 'void', 'urge'])
    expect(offeredActions(entity, undefined)).toEqual([])
  })
  it('are done at once only when nothing is asked', () => {
    expect(entity.actions.filter(isDirect).map((a) => a.name)).toEqual(['urge', 'sign', 'back', 'close'])
  })
  it('are offered for several when all of them have them and none needs a file', () => {
    expect(commonActions(entity, [{ actions: ['sign', 'urge'] }, { actions: ['urge', 'void'] }]).map((a) => a.name)).toEqual(['urge'])
    expect(commonActions(entity, [{ actions: ['answer'] }])).toEqual([])
    expect(commonActions(entity, [])).toEqual([])
  })
})

describe('texts', () => {
  it('mark what was searched for', () => {
    expect(pieces('中山路燃气站', '燃')).toEqual([{ text: '中山路', hit: false }, { text: '燃', hit: true }, { text: '气站', hit: false }])
    expect(pieces('Gas gas', 'GAS').filter((p) => p.hit)).toHaveLength(2)
    expect(pieces('abc', '')).toEqual([{ text: 'abc', hit: false }])
    expect(pieces('中山路', '山 路').filter((p) => p.hit).map((p) => p.text)).toEqual(['山', '路'])
  })
  it('take the marks of the server where it set them', () => {
    expect(pieces('云澜\u0002燃\u0003气', 'x')).toEqual([{ text: '云澜', hit: false }, { text: '燃', hit: true }, { text: '气', hit: false }])
    expect(pieces('\u0002燃', '燃')).toEqual([{ text: '燃', hit: false }])
  })
  it('stand under their Beijing day', () => {
    const item = (t: string): TimelineItem => ({ t, kind: 'record' })
    const days = byDay([item('2026-11-21T15:59:00Z'), item('2026-11-21T16:01:00Z'), item('2026-11-22T02:00:00Z')])
    expect(days.map((d) => d.items.length)).toEqual([1, 2])
  })
})
