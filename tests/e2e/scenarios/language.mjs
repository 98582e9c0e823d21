// The whole interface in English: no Chinese is left but what the data holds.
import assert from 'node:assert/strict'
import { login, openPage, settled, visit } from '../lib/browser.mjs'

export async function languageScenario(t, { browser, server }) {
  const s = await openPage(browser, server.base)
  const { page } = s
  await login(s, 'watch', server.password)
  await t.test('the switch turns all words and stays', async () => {
    await settled(page, 60_000)
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('link', { name: /^Alarms/ }).first().waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en')
    for (const path of ['/alarms', '/alarms/load', '/registers', '/registers/rules/new', '/unclaimed', '/settings']) {
      await visit(s, path)
      await settled(page)
      const texts = await page.locator('nav, h1, h2, h3, thead, label, button:visible, .empty').allInnerTexts()
      const left = texts.flatMap((x) => x.split('\n')).filter((x) => /[\u4e00-\u9fff]/.test(x) && x !== '中文')
      assert.deepEqual(left, [], path)
    }
    await page.getByRole('button', { name: '中文', exact: true }).click()
    await page.getByRole('heading', { name: '设置' }).waitFor()
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
