// Sound for what nobody has answered: orange two tones, red three, every 20 s. A mute ends by itself.
import { computed, ref, watch } from 'vue'
import { now } from './clock'
import { worstWaiting } from './board'

export const MUTE_MAX = 10 * 60_000
const REPEAT = 20_000
const TONES: Record<number, number[]> = { 1: [880, 988, 1047], 2: [784, 880] }

export const mutedUntil = ref(0)
export const muted = computed(() => mutedUntil.value > now.value)
export const blocked = ref(false)
let audio: AudioContext | null = null
let lastPlayed = 0

export function tonesFor(grade: number): number[] {
  return TONES[grade] ?? []
}

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

/** Plays the tones of a grade; browsers refuse until the person has touched the page, and then it says so. */
export async function play(grade: number): Promise<void> {
  const hz = tonesFor(grade)
  if (hz.length === 0 || typeof AudioContext === 'undefined') return
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) {
    blocked.value = true
    return
  }
  audio ??= new AudioContext()
  if (audio.state === 'suspended') {
    await Promise.race([audio.resume().catch(() => undefined), new Promise((r) => setTimeout(r, 300))])
  }
  blocked.value = audio.state !== 'running'
  if (blocked.value) return
  const start = audio.currentTime + 0.05
  hz.forEach((f, i) => tone(audio!, f, start + i * 0.28))
}

export function mute(ms = MUTE_MAX): void {
  mutedUntil.value = Date.now() + Math.min(ms, MUTE_MAX)
}

export function unmute(): void {
  mutedUntil.value = 0
}

/** Whether the tones are due: at once when it got worse, else every 20 s. */
export function due(worst: number, previousWorst: number, sinceLast: number): boolean {
  if (tonesFor(worst).length === 0) return false
  return worst < previousWorst || sinceLast >= REPEAT
}

/** Any touch of the page is what a browser waits for. */
function touched(): void {
  if (blocked.value) blocked.value = false
}

export function startSound(): () => void {
  let previous = 5
  document.addEventListener('pointerdown', touched)
  document.addEventListener('keydown', touched)
  const stop = watch([now, worstWaiting], ([time, worst]) => {
    const ring = !muted.value && due(worst, previous, time - lastPlayed)
    previous = worst
    if (!ring) return
    lastPlayed = time
    void play(worst)
  })
  return () => {
    stop()
    document.removeEventListener('pointerdown', touched)
    document.removeEventListener('keydown', touched)
  }
}
