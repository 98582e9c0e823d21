// What the pages of device links share: asking again and again, hex, order.
import { onMounted, onUnmounted, shallowRef, type ShallowRef } from 'vue'
import type { GatewayPeer, GatewayState } from '@/api/gateways'
import { asProblem, type Problem } from '@/api/problem'
import type { MessageKey } from '@/i18n'

export const REFRESH_MS = 2000
export const STATE_WORDS: Record<GatewayState, MessageKey> = { on: 'gateway.state.on', off: 'gateway.state.off', fault: 'gateway.state.fault' }

/** Asks every two seconds while the page is seen; what was got last stays when an answer fails. */
export function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>): { data: ShallowRef<T | null>; problem: ShallowRef<Problem | null>; at: ShallowRef<number>; again: () => void } {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const at = shallowRef(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort: AbortController | null = null
  let ended = false

  async function run(): Promise<void> {
    clearTimeout(timer)
    abort?.abort()
    const mine = (abort = new AbortController())
    try {
      const got = await ask(mine.signal)
      if (abort !== mine) return
      data.value = got
      problem.value = null
      at.value = Date.now()
    } catch (e) {
      if (abort !== mine) return
      problem.value = asProblem(e)
    }
    if (!ended && !document.hidden) timer = setTimeout(() => void run(), REFRESH_MS)
  }
  const again = (): void => void run()
  const seen = (): void => {
    if (!document.hidden) again()
  }
  onMounted(() => {
    document.addEventListener('visibilitychange', seen)
    again()
  })
  onUnmounted(() => {
    ended = true
    clearTimeout(timer)
    abort?.abort()
    abort = null
    document.removeEventListener('visibilitychange', seen)
  })
  return { data, problem, at, again }
}

/** "0000  2323 3031 …" as rows of offset, pairs and the bytes that are letters. */
export interface HexRow { at: string; bytes: string[]; text: string }
export function hexRows(hex: string, width: number): HexRow[] {
  const rows: HexRow[] = []
  for (let i = 0; i < hex.length; i += width * 2) {
    const bytes = hex.slice(i, i + width * 2).match(/../g) ?? []
    rows.push({
      at: (i / 2).toString(16).padStart(4, '0'),
      bytes,
      text: bytes.map((b) => {
        const c = parseInt(b, 16)
        return c >= 0x20 && c < 0x7f ? String.fromCharCode(c) : '·'
      }).join(''),
    })
  }
  return rows
}

/** Those connected first, then by identity as a person counts. */
export function byIdentity(peers: readonly GatewayPeer[]): GatewayPeer[] {
  const name = (p: GatewayPeer): string => p.identity || p.address
  return [...peers].sort((a, b) => Number(b.connected) - Number(a.connected) || name(a).localeCompare(name(b), 'en', { numeric: true }))
}

/** 12,345 without a comma would be hard to read; a rate keeps one decimal while it is small. */
export const count = (n: number): string => n.toLocaleString('en-US')
export const rateText = (r: number): string => (r < 0.05 ? '0' : r < 10 ? r.toFixed(1) : Math.round(r).toLocaleString('en-US'))
