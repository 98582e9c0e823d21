import { expect, test } from 'vitest'
import { anotherIsAble, claim, due, holds, REPEAT, sayAble, type Store } from '../src/live/turns'

const shared = (): Store => {
  const m = new Map<string, string>()
  return { getItem: (k) => m.get(k) ?? null, setItem: (k, v) => void m.set(k, v) }
}

test('rings are due at once for what is new, then every 20 s, never for yellow', () => {
  expect(due(2, REPEAT, false)).toBe(true)
  expect(due(1, 2_000, false)).toBe(false)
  expect(due(2, 5_000, true)).toBe(true)
  expect(due(2, 19_999, false)).toBe(false)
  expect(due(2, 500, true)).toBe(false)
  expect(due(3, 1e9, true)).toBe(false)
  expect(due(2, -60_000, false)).toBe(true)
})

test('of several tabs one rings', () => {
  const s = shared()
  expect(claim(s, 'a', 1e6, 1, ['n:1:1'])).toBe(true)
  expect(claim(s, 'b', 1e6 + 5, 1, ['n:1:1'])).toBe(false)
  expect(holds(s, 'a', 1e6)).toBe(true)
  expect(claim(s, 'b', 1e6 + REPEAT, 1, [])).toBe(true)
  expect(claim(s, 'a', 1e6 + REPEAT + 1, 1, [])).toBe(false)
})

test('two tabs that read at the same moment: the later writer holds the turn, the other keeps quiet', () => {
  const s = shared()
  claim(s, 'a', 1e6, 2, [])
  const stale: Store = { getItem: () => null, setItem: s.setItem }
  expect(claim(stale, 'b', 1e6, 2, [])).toBe(true)
  expect([holds(s, 'a', 1e6), holds(s, 'b', 1e6)]).toEqual([false, true])
})

test('a tab that knows of no alarm does not make the others ring', () => {
  const s = shared()
  expect(claim(s, 'a', 1e6, 1, ['x:1'])).toBe(true)
  expect(claim(s, 'b', 1e6 + 1_000, 5, [])).toBe(false)
  expect(claim(s, 'a', 1e6 + 3_000, 1, ['x:1'])).toBe(false)
})

test('what rose just after a ring is told as soon as the tones are over, once', () => {
  const s = shared()
  claim(s, 'a', 1e6, 2, [])
  expect(claim(s, 'a', 1e6 + 500, 2, ['x:1:2'])).toBe(false)
  expect(claim(s, 'b', 1e6 + 2_000, 2, ['x:1:2'])).toBe(true)
  expect(claim(s, 'a', 1e6 + 5_000, 2, ['x:1:2'])).toBe(false)
})

test('a tab that hears of it late does not ring for it again', () => {
  const s = shared()
  expect(claim(s, 'a', 1e6, 1, ['x:1:1'])).toBe(true)
  expect(claim(s, 'b', 1e6 + 3_000, 1, ['x:1:1'])).toBe(false)
  expect(claim(s, 'b', 1e6 + 3_000, 1, ['x:1:1', 'y:1:2'])).toBe(true)
})

test('rubbish in the storage silences nobody', () => {
  const s = shared()
  s.setItem('anlan.sound.turn', '{"id":7}')
  expect(claim(s, 'a', 1e6, 1, [])).toBe(true)
})

test('a tab that may sound speaks for the others for a while', () => {
  const s = shared()
  expect(anotherIsAble(s, 1e6)).toBe(false)
  sayAble(s, 1e6)
  expect(anotherIsAble(s, 1e6 + 14_000)).toBe(true)
  expect(anotherIsAble(s, 1e6 + 15_000)).toBe(false)
})
