// Signing in: demo accounts, wrong password, the way back to the page one came for, signing out.
import assert from 'node:assert/strict'
import { checkAccess, openPage } from '../lib/browser.mjs'

export async function loginScenario(t, { browser, server }) {
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await t.test('the demo lists its accounts and a click fills one in', async () => {
    await page.goto(`${server.base}/alarms?grade=1`)
    await page.waitForURL('**/login?**')
    await page.getByRole('button', { name: 'watch' }).click()
    assert.equal(await page.inputValue('#name'), 'watch')
    assert.equal(await page.inputValue('#password'), server.password)
    await checkAccess(page, 'login')
  })
  await t.test('a wrong password is told and nothing else happens', async () => {
    await page.fill('#password', 'wrong')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.querySelector('[role=alert]')?.textContent.trim() !== '')
    assert.equal(new URL(page.url()).pathname, '/login')
  })
  await t.test('signing in leads to the page one came for', async () => {
    await page.fill('#password', server.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/alarms?grade=1')
    await page.getByRole('heading', { level: 1, name: '报警' }).waitFor()
  })
  await t.test('signing out ends the session', async () => {
    await page.getByRole('button', { name: '退出登录' }).click()
    await page.waitForURL('**/login')
    assert.equal(await page.evaluate(() => fetch('/api/session').then((r) => r.status)), 401)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
