// Works in sunlight, with a glove: on every page that an inspector, a grid worker, an enterprise or a leader opens on the telephone, text
// stands out 7:1 and what is pressed has 44 px; nothing lies beyond the edge of the screen. The pages are found by walking: the whole
// menu of each, and behind each list the first record. In both languages, because English is the longer one.
import assert from 'node:assert/strict'
import { login, openPage, PHONE, settled } from '../lib/browser.mjs'
import { beyond, shortcomings } from '../lib/sun.mjs'

const WHO = { inspector: 'zh', town: 'en', enterprise: 'zh', leader: 'en' }
const MORE = ['/report', '/search?q=%E7%87%83%E6%B0%94']
/** What one walks on a telephone; an office's tables of settings are looked at where they are used. */
const DETAIL = /^\/(alarms\/\d+|matters\/[a-z-]+\/\d+|enterprises\/\d+|check\/\d+|risk\/units\/\d+|documents\/\d+\/read|duties\/figures|checks\/figures|dangers\/(lists|figures))/
const kindOf = (path) => path.replace(/[?#].*/, '').replace(/\d{3,}/g, '*')

/** As a person walks, without loading the program again. */
async function walkTo(page, path) {
  await page.evaluate((to) => {
    history.pushState({}, '', to)
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  }, path)
  await settled(page, 60_000, 60)
}

export async function sunlightScenario(t, { browser, server }) {
  const seen = new Set()
  // Beside each other: they wait for the pages more than they compute.
  await Promise.all(Object.entries(WHO).map(([who, lang]) =>
    t.test(`${who}, ${lang}`, async () => {
      const s = await openPage(browser, server.base, { viewport: PHONE })
      const { page } = s
      await s.context.addInitScript((l) => localStorage.setItem('anlan.lang', l), lang)
      await login(s, who, server.password)
      await settled(page)
      const links = (within) => page.locator(`${within} a[href^="/"]`).evaluateAll((list) => list.map((a) => a.getAttribute('href')))
      const todo = [...new Set([...(await links('nav')), ...MORE])]
      const fresh = (path) => !seen.has(lang + kindOf(path)) && seen.add(lang + kindOf(path))
      const short = []
      for (const path of todo) {
        if (!fresh(path)) continue
        await walkTo(page, path)
        const found = await shortcomings(page)
        short.push(...[...found.text, ...found.targets, ...(await beyond(page))].map((x) => `${path}: ${x}`))
        for (const next of await links('.page')) if (DETAIL.test(next) && !seen.has(lang + kindOf(next)) && !todo.some((p) => kindOf(p) === kindOf(next))) todo.push(next)
      }
      assert.ok(todo.length > 10, `${who} found ${todo.length} pages only`)
      assert.deepEqual(short, [])
      assert.deepEqual(s.faults, [])
      await s.context.close()
    })))
}
