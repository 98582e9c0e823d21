import { expect, test } from 'vitest'
import { contrast, luminance } from '../src/styles/contrast'
import { dark, gradeDark, gradeDarkSun, gradeFill, gradeFillSun, gradeInk, gradeInkSun, gradeZone, light, map, mapDark, sun } from '../src/styles/tokens'

const AA = 4.5
const MARK = 3
/** On a telephone in the sun. */
const SUN = 7

test('the measure itself', () => {
  expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21, 5)
  expect(contrast('#777777', '#FFFFFF')).toBeCloseTo(4.48, 2)
  expect(luminance('#FFFFFF')).toBeCloseTo(1, 5)
})

const grounds = [light.panel, light.page, light.hover, light['accent-pale']]
test.each([light.text, light.secondary, light.accent, light.danger, light.ok].flatMap((ink) => grounds.map((g) => [ink, g])))('text %s on %s', (ink, ground) => {
  expect(contrast(ink!, ground!)).toBeGreaterThanOrEqual(AA)
})

test.each([1, 2, 3, 4] as const)('grade %d is readable as text, as a fill and on its zone', (g) => {
  for (const ground of [light.panel, light.page]) expect(contrast(gradeInk[g], ground)).toBeGreaterThanOrEqual(AA)
  expect(contrast(gradeFill[g].ink, gradeFill[g].ground)).toBeGreaterThanOrEqual(AA)
  expect(contrast(gradeInk[g], gradeZone[g])).toBeGreaterThanOrEqual(AA)
})

test('white stands on the accent and on the alarm badge', () => {
  expect(contrast('#FFFFFF', light.accent)).toBeGreaterThanOrEqual(AA)
  expect(contrast('#FFFFFF', light.danger)).toBeGreaterThanOrEqual(AA)
})

test('the edge of an input can be seen', () => {
  expect(contrast(light['field-line'], light.panel)).toBeGreaterThanOrEqual(MARK)
})

test.each([map.label, map['water-ink']])('map label %s on land and water', (ink) => {
  for (const ground of [map.land, map.water]) expect(contrast(ink, ground)).toBeGreaterThanOrEqual(MARK)
  expect(contrast(ink, map.halo)).toBeGreaterThanOrEqual(AA)
})

test('on the wall everything is readable, from six metres too', () => {
  for (const ground of [dark.page, dark.panel]) {
    for (const ink of [dark.text, dark.secondary, dark.ok, ...Object.values(gradeDark)]) expect(contrast(ink, ground)).toBeGreaterThanOrEqual(AA)
  }
  for (const ink of [mapDark.label, mapDark['water-ink']]) expect(contrast(ink, mapDark.ground)).toBeGreaterThanOrEqual(AA)
})

test('on a telephone everything stands out 7:1, on every ground it may lie on', () => {
  const under = [sun.panel, sun.page, sun.hover, sun['accent-pale'], ...Object.values(gradeZone)]
  for (const ground of under) {
    for (const ink of [sun.text, sun.secondary, sun.accent, sun.danger, sun.ok, sun.warn, ...Object.values(gradeInkSun)]) expect(contrast(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(SUN)
  }
  for (const fill of Object.values(gradeFillSun)) expect(contrast(fill.ink, fill.ground)).toBeGreaterThanOrEqual(SUN)
  for (const ink of [sun.accent, sun.danger, sun.ok, sun.secondary]) expect(contrast('#FFFFFF', ink)).toBeGreaterThanOrEqual(SUN)
  for (const ink of [dark.text, dark.secondary, ...Object.values(gradeDarkSun)]) expect(contrast(ink, dark.panel)).toBeGreaterThanOrEqual(SUN)
})
