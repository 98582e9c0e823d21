// Sound for what nobody has judged: orange two tones, red three, at once and then every 20 s, in one tab of all that are open,
// also in a hidden one. A mute is shown, holds for all tabs and over a reload, and ends by itself.
import { computed, ref } from 'vue'
import { on } from '@/api/events'
import type { Alarm } from '@/api/types'
import { now } from './clock'
import { pending } from './board'
import { onDuty } from './duty'
import { callGrade, isPending } from './pending'
import { anotherIsAble, APART, claim, holds, isDue, sayAble, type Store } from './turns'

export const MUTE_MAX = 10 * 60_000
const MUTE = 'anlan.mute'
/** Long enough for two tabs that came at the same moment to see each other. */
const SETTLE = 40
const TONES: Record<number, number[]> = { 1: [880, 988, 1047], 2: [784, 880] }

const me = Math.random().toString(36).slice(2)
const memory = new Map<string, string>()
/** Private windows may refuse storage: then each tab is alone. */
const store: Store = (() => {
  try {
    localStorage.setItem('anlan.probe', '1')
    localStorage.removeItem('anlan.probe')
    return localStorage
  } catch {
    return { getItem: (k) => memory.get(k) ?? null, setItem: (k, v) => void memory.set(k, v) }
  }
})()

const storedMute = (): number => Math.min(Number(store.getItem(MUTE)) || 0, Date.now() + MUTE_MAX)
export const mutedUntil = ref(storedMute())
export const muted = computed(() => mutedUntil.value > now.value)
/** The browser refuses sound until somebody touches the page. */
export const blocked = ref(false)
/** And no other tab sounds instead. */
export const soundOff = ref(false)
let audio: AudioContext | null = null

export const tonesFor = (grade: number): number[] => TONES[grade] ?? []

function tone(ctx: AudioContext, hz: number, at: number): void {
  const osc = ctx.createOscillator()
  const gain = ctx.createGain()
  osc.frequency.value = hz
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(0.22, at + 0.02)
  gain.gain.setValueAtTime(0.22, at + 0.14)
  gain.gain.linearRampToValueAtTime(0, at + 0.18)
  osc.connect(gain).connect(ctx.destination)
  osc.start(at)
  osc.stop(at + 0.2)
}

const pause = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))
const able = (): boolean => audio?.state === 'running'

/** A busy machine may take its time to wake the sound, and may put it to sleep again. Null where there is none to be had. */
function opened(): AudioContext | null {
  try {
    const ctx = new AudioContext()
    ctx.onstatechange = beat
    return ctx
  } catch {
    return null
  }
}

let asked = false
/** May this tab sound? Asks the browser; a gesture before makes it say yes. */
export async function wake(): Promise<boolean> {
  audio ??= opened()
  if (audio && !able()) await Promise.race([audio.resume().catch(() => undefined), pause(300)])
  asked = true
  blocked.value = !able()
  return !blocked.value
}

/** Plays the tones of a grade now. */
export async function play(grade: number): Promise<void> {
  const hz = tonesFor(grade)
  if (hz.length === 0 || !(await wake())) return
  const start = audio!.currentTime + 0.05
  hz.forEach((f, i) => tone(audio!, f, start + i * 0.28))
}

function setMute(until: number): void {
  mutedUntil.value = until
  store.setItem(MUTE, String(until))
}
export const mute = (ms = MUTE_MAX): void => setMute(Date.now() + Math.min(ms, MUTE_MAX))
export const unmute = (): void => setMute(0)
export const toggleMute = (): void => (mutedUntil.value > Date.now() ? unmute() : mute())

/** What rose lately, so that it rings at once; other tabs may have rung for it already. */
const news: string[] = []
const NEWS_MOST = 20

/** Whoever has the lock keeps it until the next ring may come; the others leave this one to him. */
async function ring(worst: number): Promise<void> {
  if (!isDue(store, Date.now(), worst, news)) return
  if (!('locks' in navigator)) return void (await take(worst))
  await navigator.locks.request('anlan.sound', { ifAvailable: true }, async (lock) => {
    if (lock && await take(worst)) await pause(APART)
  })
}

async function take(worst: number): Promise<boolean> {
  const at = Date.now()
  if (!claim(store, me, at, worst, news)) return false
  await pause(SETTLE)
  if (!holds(store, me, at)) return false
  await play(worst)
  return true
}

/** Once a second: who may sound says so, who may not as well; what waits rings. Nobody who is on duty sits before a page that is
 *  silent and does not say so, whatever became of the first question to the browser. */
export function beat(): void {
  if (!onDuty.value) {
    soundOff.value = false
    return
  }
  if (!asked) return void wake().then(beat)
  blocked.value = !able()
  if (able()) sayAble(store, Date.now())
  soundOff.value = blocked.value && !anotherIsAble(store, Date.now())
  const worst = pending.value.reduce<number>((w, a) => Math.min(w, callGrade(a)), 5)
  if (!able() || mutedUntil.value > Date.now()) return
  void ring(worst)
}

function heard(data: unknown): void {
  const e = data as Alarm & { announce?: boolean }
  if (!e.announce || !isPending(e)) return
  news.push(`${e.id}:${e.version}`)
  news.splice(0, Math.max(0, news.length - NEWS_MOST))
  // The board takes the event too; the tones wait for neither the next beat nor the picture.
  setTimeout(beat, 0)
}

/** A page that goes away speaks for nobody any more, not even for itself after a reload. */
function gone(): void {
  if (able()) sayAble(store, 0)
}

function shared(e: StorageEvent): void {
  if (e.key === MUTE) mutedUntil.value = storedMute()
}

export function startSound(): () => void {
  const touched = (): void => {
    if (!able()) void wake().then(beat)
  }
  const stop = on('alarm', heard)
  mutedUntil.value = storedMute()
  // Not at the press: the hint that then goes away would move the page under the finger, and the click would miss.
  document.addEventListener('click', touched, true)
  document.addEventListener('keydown', touched)
  addEventListener('storage', shared)
  addEventListener('pagehide', gone)
  beat()
  return () => {
    stop()
    document.removeEventListener('click', touched, true)
    document.removeEventListener('keydown', touched)
    removeEventListener('storage', shared)
    removeEventListener('pagehide', gone)
  }
}
