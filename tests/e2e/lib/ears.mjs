// What a page sounds and shows, with the moment of each: the tones an AudioContext is told to play, and when the calling bar came and went.
export async function listen(context) {
  await context.addInitScript(() => {
    globalThis.heard = []
    globalThis.seen = []
    const make = AudioContext.prototype.createOscillator
    AudioContext.prototype.createOscillator = function () {
      const o = make.call(this)
      const start = o.start
      const ctx = this
      o.start = function (at = 0) {
        globalThis.heard.push({ at: Date.now() + Math.max(0, at - ctx.currentTime) * 1000, hz: o.frequency.value, state: ctx.state })
        return start.call(this, at)
      }
      return o
    }
    let last = null
    const look = () => {
      const id = document.querySelector('[data-alarm]')?.dataset.alarm ?? null
      if (id !== last) globalThis.seen.push({ at: Date.now(), id })
      last = id
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-alarm'] })
  })
}

export const tones = (page) => page.evaluate(() => globalThis.heard)
export const bars = (page) => page.evaluate(() => globalThis.seen)
export const forget = (page) => page.evaluate(() => {
  globalThis.heard.length = 0
  globalThis.seen.length = 0
})

/** Judges whatever calls now, so that what comes next is the test's own. */
export async function quiet(api) {
  const open = 'state.in=unacknowledged,returned,acknowledged&grade.lte=2&limit=500'
  for (const a of (await api.get(`/api/alarms?${open}`)).items) {
    if (!a.verdict || a.state !== 'acknowledged') await api.call('POST', `/api/alarms/${a.id}/actions/judge`, { verdict: 'test', reason: '清场' })
  }
}
