import { expect, test } from 'vitest'
import { differs, metres, shotOf } from '../src/report/exif'
// @ts-expect-error -- the browser tests' own photo, in plain JavaScript
import { exif } from '../../tests/e2e/lib/jpeg.mjs'

const SAID = { at: '2026:11:20 08:00:00', lon: 120.512345, lat: 31.204321 }
const made = (said: object): Uint8Array<ArrayBuffer> => Uint8Array.from([0xff, 0xd8, ...(exif(said) as Uint8Array), 0xff, 0xda, 0, 2])

test('time with its zone and place', () => {
  const s = shotOf(made(SAID).buffer)
  expect(s.at).toBe(Date.parse('2026-11-20T08:00:00+08:00'))
  expect(s.lon).toBeCloseTo(120.512345, 5)
  expect(s.lat).toBeCloseTo(31.204321, 5)
})

test('south and west are negative, another zone is its own', () => {
  const s = shotOf(made({ at: '2026:01:02 03:04:05', zone: '-05:00', lon: -70.5, lat: -33.25 }).buffer)
  expect(s).toEqual({ at: Date.parse('2026-01-02T08:04:05Z'), lon: -70.5, lat: -33.25 })
})

test.each(['0000:00:00 00:00:00', '2026-11-20 08:00:00', '2026:13:41 99:00:00'])('a camera without a clock says nothing: %s', (at) => {
  expect(shotOf(made({ ...SAID, at }).buffer).at).toBeUndefined()
})

test('no photo, no EXIF, nothing', () => {
  expect(shotOf(new ArrayBuffer(0))).toEqual({})
  expect(shotOf(new TextEncoder().encode('not a picture at all, only text').buffer as ArrayBuffer)).toEqual({})
  expect(shotOf(Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 2]).buffer)).toEqual({})
})

test('cut short anywhere, or with any byte turned over, it ends and claims no place outside the earth', () => {
  const whole = made(SAID)
  for (let n = 0; n < whole.length; n++) shotOf(whole.slice(0, n).buffer)
  for (let i = 2; i < whole.length; i++) {
    for (const x of [0xff, 0x80, 0x01]) {
      const bad = whole.slice()
      bad[i]! ^= x
      const s = shotOf(bad.buffer)
      if (s.lat !== undefined) expect(Math.abs(s.lat)).toBeLessThanOrEqual(90)
      if (s.lon !== undefined) expect(Math.abs(s.lon)).toBeLessThanOrEqual(180)
    }
  }
})

test('what differs from the telephone is told, what is within its own error is not', () => {
  const at = Date.parse('2026-11-20T08:00:00+08:00')
  const here = { lon: 120.5, lat: 31.2 }
  expect(metres(here, { lon: 120.5, lat: 31.201 })).toBeCloseTo(111.2, 0)
  expect(differs({ at, lon: 120.501, lat: 31.2 }, at + 60_000, here)).toEqual({ time: null, place: null })
  expect(differs({ at }, at + 3_600_000, here)).toEqual({ time: 3_600_000, place: null })
  expect(differs({ lon: 120.6, lat: 31.2 }, at, here).place).toBeGreaterThan(9000)
  expect(differs({ lon: 120.6, lat: 31.2 }, at, null)).toEqual({ time: null, place: null })
  expect(differs({}, at, here)).toEqual({ time: null, place: null })
})
