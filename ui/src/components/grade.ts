import { t } from '@/i18n'
import type { MessageKey } from '@/i18n'
import type { Grade } from '@/api/types'

export const GRADES: readonly Grade[] = [1, 2, 3, 4]
const ROMAN = { 1: 'Ⅰ', 2: 'Ⅱ', 3: 'Ⅲ', 4: 'Ⅳ' } as const

/** The shape of a grade in a 16 × 16 box: ● ▲ ◆ ■, so that the colour is never the only sign. */
export const gradePath: Record<Grade, string> = {
  1: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z',
  2: 'M8 1.8 15 14H1Z',
  3: 'M8 1l7 7-7 7-7-7Z',
  4: 'M2.5 2.5h11v11h-11Z',
}

export const isGrade = (g: unknown): g is Grade => g === 1 || g === 2 || g === 3 || g === 4
export const gradeOf = (g: unknown): Grade | null => {
  const n = Number(g)
  return isGrade(n) ? n : null
}
export const roman = (g: Grade): string => ROMAN[g]
export const gradeWord = (g: Grade | 0): string => t(`grade.${g}` as MessageKey)
export const gradeFull = (g: Grade): string => t('grade.full', { word: gradeWord(g), roman: roman(g) })

/** The more severe of two; null means none. */
export function worse(a: Grade | null, b: Grade | null): Grade | null {
  if (a === null) return b
  if (b === null) return a
  return a < b ? a : b
}
