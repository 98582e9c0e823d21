// A source nobody knows becomes a point in one dialog.
import assert from 'node:assert/strict'
import { login, openPage, settled, visit } from '../lib/browser.mjs'

export async function sourceScenario(t, { browser, server, api }) {
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await login(s, 'office', server.password)
  await t.test('an unknown source is listed while one looks on, claimed, and its readings arrive', async () => {
    await visit(s, '/unclaimed')
    await settled(page)
    await api.write(`probe,site=e2e level=3.25 ${Date.now()}`)
    const row = page.getByRole('row', { name: /probe,site=e2e/ })
    await row.waitFor()
    await row.getByRole('button', { name: '建为测点' }).click()
    const dialog = page.getByRole('dialog')
    assert.equal(await page.inputValue('#act-code'), 'probe-e2e-level')
    await page.fill('#act-name', '液位探头')
    await dialog.getByRole('button', { name: '建为测点' }).click()
    await page.getByRole('heading', { level: 1, name: '液位探头' }).waitFor()
    await api.write(`probe,site=e2e level=3.75 ${Date.now()}`)
    await page.locator('.live b', { hasText: '3.75' }).waitFor()
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
