/** Calls fn once a second, also while the tab is hidden. */
export function startTicker(fn: () => void): () => void {
  try {
    const worker = new Worker(new URL('./tick.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = fn
    let plain: ReturnType<typeof setInterval> | undefined
    worker.onerror = () => {
      plain ??= setInterval(fn, 1000)
    }
    return () => {
      worker.terminate()
      clearInterval(plain)
    }
  } catch {
    const plain = setInterval(fn, 1000)
    return () => clearInterval(plain)
  }
}
