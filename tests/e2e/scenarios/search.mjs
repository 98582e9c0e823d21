// One box over everything: one character is enough, hits by kind, marked, by keyboard; nothing found says so.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { noSideways } from '../lib/shots.mjs'

export async function searchScenario(t, { browser, server }) {
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await login(s, 'watch', server.password)
  await settled(page, 60_000)
  await t.test('Enter in the box leads to all results', async () => {
    const box = page.getByRole('combobox', { name: '搜索事项、测点、对象' })
    await box.fill('燃')
    await page.locator('#search-hits li mark').first().waitFor()
    await box.press('Enter')
    await page.waitForURL('**/search?q=*')
    await page.locator('.hit mark').first().waitFor()
    await settled(page)
    await checkAccess(page, 'search')
  })
  await t.test('a kind narrows it, its count stands on it', async () => {
    const kinds = page.locator('.kinds button')
    await kinds.nth(1).waitFor()
    const count = Number((await kinds.nth(1).locator('span').textContent()).replace(/\D/g, ''))
    assert.ok(count > 0)
    await kinds.nth(1).click()
    await page.waitForURL('**kind=*')
    await page.getByText(new RegExp(`${count} 条`)).first().waitFor()
  })
  await t.test('arrow keys walk the hits, Enter opens one', async () => {
    await page.locator('.hit').first().waitFor()
    await page.locator('.kinds button').first().focus()
    await page.keyboard.press('ArrowDown')
    const href = await page.evaluate(() => document.activeElement.getAttribute('href'))
    assert.ok(href)
    await page.keyboard.press('Enter')
    await page.waitForURL((u) => u.pathname + u.search === href)
  })
  await t.test('nothing found says what to do', async () => {
    await visit(s, '/search?q=' + encodeURIComponent('没有这样的事项甲乙丙'))
    await page.getByText('没有找到“没有这样的事项甲乙丙”').waitFor()
    await visit(s, '/search')
    await page.getByText('搜索全部事项与台账').waitFor()
  })
  await t.test('on the phone', async () => {
    await page.setViewportSize(PHONE)
    await visit(s, '/search?q=' + encodeURIComponent('燃'))
    await page.locator('.hit').first().waitFor()
    await noSideways(page, 'search')
    await checkAccess(page, 'search, phone')
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
