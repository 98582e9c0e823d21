// Every demo account signs in and finds its first page in order and the live connection up; those who see least and those who see
// other things than the watch officer walk through their whole menu.
import assert from 'node:assert/strict'
import { login, openPage, settled, visit } from '../lib/browser.mjs'

const WALK = new Set(['enterprise', 'security', 'leader'])

export async function roleScenario(t, { browser, server, api }) {
  const { accounts } = await api.get('/api/hello')
  assert.ok(accounts.length >= 9)
  for (const { name } of accounts) {
    await t.test(name, async () => {
      const s = await openPage(browser, server.base, { drawn: false })
      const { page } = s
      await login(s, name, server.password)
      await settled(page, 60_000)
      const menu = await page.locator('nav a').evaluateAll((links) => links.map((a) => a.getAttribute('href')))
      assert.ok(menu.includes('/registers'))
      for (const path of WALK.has(name) ? menu : ['/']) {
        const live = page.waitForResponse((r) => r.url().includes('/api/events?') && r.ok())
        await visit(s, path)
        await live
        await settled(page, 60_000)
        assert.equal(await page.locator('.state[role=alert]').count(), 0, `${name} ${path} is in error`)
      }
      assert.equal(await page.locator('.banner').count(), 0, `${name} is not connected`)
      assert.deepEqual(s.faults, [])
      await s.context.close()
    })
  }
}
