import { expect, test } from 'vitest'
import { gradeFull, gradeOf, gradeWord, worse } from '../src/components/grade'
import { shortCount } from '../src/map/marks'
import { setLangForTest } from './lang'

test.each([[1, 2, 1], [4, 3, 3], [null, 4, 4], [2, null, 2], [null, null, null]] as const)('the worse of %s and %s', (a, b, w) => {
  expect(worse(a, b)).toBe(w)
})

test.each([[1, 1], ['2', 2], [0, null], [5, null], ['', null], [null, null], [undefined, null], [1.5, null]])('grade of %s', (v, g) => {
  expect(gradeOf(v)).toBe(g)
})

test('a grade always has its word', () => {
  expect(gradeFull(1)).toBe('红 Ⅰ 级')
  setLangForTest('en')
  expect(gradeWord(3)).toBe('Yellow')
  expect(gradeFull(4)).toBe('Blue, grade Ⅳ')
  setLangForTest('zh')
})

test.each([[7, '7'], [999, '999'], [1000, '1k'], [1250, '1.2k'], [12_900, '12k']])('%d in a cluster', (n, s) => {
  expect(shortCount(n)).toBe(s)
})
