// The browser tab tells how many alarms wait and how grave they are, so that another window in front does not hide them: in words,
// which change quietly, and in the shape and colour of the worst grade in place of the icon.
import { watch } from 'vue'
import { lang, t } from '@/i18n'
import { gradeFill } from '@/styles/tokens'
import { gradePath, gradeWord, isGrade } from '@/components/grade'
import type { Grade } from '@/api/types'
import { pending, waiting } from './board'
import { onDuty } from './duty'
import { callGrade } from './pending'

const STILL = typeof matchMedia === 'function' ? matchMedia('(prefers-reduced-motion: reduce)') : null

/** turn 0 and 1 alternate; a person who wants nothing to move keeps the first. */
export function titleText(calling: number, worst: Grade | 5, waits: number, turn: number): string {
  const name = t('app.name')
  if (calling === 0) return waits > 0 ? t('app.waiting', { n: waits, title: name }) : name
  const word = isGrade(worst) ? gradeWord(worst) : ''
  return t(turn % 2 ? 'app.calling.other' : 'app.calling', { n: calling, word, title: name })
}

function icon(worst: Grade | 5): string {
  if (!isGrade(worst)) return '/favicon.svg'
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="${gradePath[worst]}" fill="${gradeFill[worst].ground}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

function setIcon(href: string): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="icon"]')
  if (link && link.getAttribute('href') !== href) link.href = href
}

let turn = 0

export function showTitle(): void {
  const calling = onDuty.value ? pending.value : []
  const worst = calling.reduce<Grade | 5>((w, a) => (callGrade(a) < w ? callGrade(a) : w), 5)
  const text = titleText(calling.length, worst, waiting.value.length, STILL?.matches ? 0 : Math.floor(turn / 3))
  if (document.title !== text) document.title = text
  setIcon(icon(worst))
}

/** Every three seconds the other words: `beatTitle` once a second. */
export function beatTitle(): void {
  turn++
  showTitle()
}

export function startTitle(): () => void {
  const stop = watch([pending, waiting, lang, onDuty], showTitle, { immediate: true })
  return () => {
    stop()
    document.title = t('app.name')
    setIcon('/favicon.svg')
  }
}
