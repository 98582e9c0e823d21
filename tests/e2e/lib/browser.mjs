// One browser; every page refuses to speak to anybody but its own server, and remembers what went wrong in it.
import assert from 'node:assert/strict'
import { axeSource, chromium } from './modules.mjs'

const ARGS = ['--no-sandbox', '--disable-gpu', '--enable-unsafe-swiftshader', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']
export const DESK = { width: 1366, height: 768 }
export const PHONE = { width: 390, height: 844 }

export const launch = (args = []) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...ARGS, ...args] })

/** As a browser without a graphics card: the plain map of districts stands where the drawn one would. */
function refuseWebGl() {
  const get = HTMLCanvasElement.prototype.getContext
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return /^(experimental-)?webgl/.test(kind) ? null : get.call(this, kind, ...rest)
  }
}

/** A page with its guard; `drawn: false` spares the processor the maps where a story is not about them. `faults` collects foreign requests, uncaught errors and policy violations. */
export async function openPage(browser, base, { drawn = true, ...options } = {}) {
  const context = await browser.newContext({ viewport: DESK, locale: 'zh-CN', acceptDownloads: true, reducedMotion: 'reduce', serviceWorkers: 'block', ...options })
  if (!drawn) await context.addInitScript(refuseWebGl)
  const page = await context.newPage()
  page.setDefaultTimeout(45_000)
  const faults = []
  context.on('request', (r) => {
    const url = r.url()
    if (!url.startsWith(base) && !url.startsWith('data:') && !url.startsWith(`blob:${base}`)) faults.push(`foreign request ${url}`)
  })
  page.on('pageerror', (e) => faults.push(`uncaught ${e.message}`))
  page.on('console', (m) => {
    // A component that fails to render says so here; an answer that is not 200 is told by the browser itself and is tested elsewhere.
    if (m.type() === 'error' && !/^Failed to load resource/.test(m.text())) faults.push(`console: ${m.text()}`)
  })
  return { context, page, faults, base }
}

export async function login(s, name, password) {
  await s.page.goto(`${s.base}/login`)
  await s.page.fill('#name', name)
  await s.page.fill('#password', password)
  await s.page.click('button[type=submit]')
  await s.page.waitForURL((u) => u.pathname !== '/login')
}

/** Inside the application: no reload, as a person walks. */
export async function visit(s, path) {
  await s.page.goto(s.base + path)
}

const CALM_MS = 250

/** Until the page stands there and nothing loads any more: no skeleton, and the map, where there is one, at rest, for a while on end. */
export async function settled(page, timeout = 60_000, rest = CALM_MS) {
  await page.evaluate(() => (globalThis.calmSince = 0))
  await page.waitForFunction((ms) => {
    // Before the program has drawn anything there is no skeleton either: neither the frame nor the page in it may be empty.
    const view = document.querySelector('.view')
    const there = document.querySelector('#app')?.firstElementChild && (!view || view.firstElementChild)
    const calm = there && !document.querySelector('.skeleton') && [...document.querySelectorAll('[data-idle]')].every((m) => m.dataset.idle === 'true')
    if (!calm) globalThis.calmSince = 0
    else globalThis.calmSince ||= performance.now()
    return calm && performance.now() - globalThis.calmSince > ms
  }, rest, { timeout, polling: Math.min(rest, 50) })
}

/** Asks until what is seen is what is wanted; the failure says what was seen last. Gives it. */
export async function until(look, wanted, what, ms = 45_000) {
  let seen
  for (const end = Date.now() + ms; ; await new Promise((r) => setTimeout(r, 50))) {
    seen = await look()
    if (await wanted(seen)) return seen
    if (Date.now() > end) assert.fail(`${what} did not come; seen last: ${JSON.stringify(seen)}`)
  }
}

/** So many of what the locator finds, and no other number. */
export const counted = (locator, n, ms = 45_000) => until(() => locator.count(), (seen) => seen === n, `${n} × ${locator}`, ms)

/** A step's button, once the record is there: in sight, or among the further actions. */
export async function press(page, button) {
  const more = page.getByRole('button', { name: '更多操作' })
  await button.or(more).filter({ visible: true }).first().waitFor()
  if (!(await button.isVisible())) await more.click()
  await button.click()
}

/** What a person with a screen reader would trip over; serious and critical findings fail. */
export async function checkAccess(page, where) {
  await page.evaluate(axeSource)
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  const bad = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  assert.deepEqual(bad.map((v) => `${where}: ${v.id} ${v.nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`), [])
}
