// Empty, in error, cut off, and without WebGL 2.
import assert from 'node:assert/strict'
import { launch, login, openPage, settled, visit } from '../lib/browser.mjs'

export async function emptyScenario(t, { browser, empty }) {
  const s = await openPage(browser, empty.base)
  const { page } = s
  await login(s, empty.account, empty.password)
  await t.test('an empty city says what to do', async () => {
    await settled(page, 60_000)
    await page.getByText('尚无测点').waitFor()
    await page.getByText('当前没有未处置的报警').waitFor()
    await visit(s, '/registers/points')
    await page.getByText('还没有测点').waitFor()
    await visit(s, '/unclaimed')
    await page.getByText('没有待认领的数据源').waitFor()
    await visit(s, '/alarms')
    await page.getByText('没有符合条件的报警').waitFor()
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

export async function errorScenario(t, { browser, server }) {
  const s = await openPage(browser, server.base)
  const { page, context } = s
  await login(s, 'watch', server.password)
  await t.test('a failing service is told, and trying again helps', async () => {
    const problem = { status: 503, contentType: 'application/problem+json', body: '{"title":"服务繁忙","code":"busy","detail":"请稍后重试。"}' }
    await context.route('**/api/points?*', (r) => r.fulfill(problem))
    await visit(s, '/registers/points')
    await page.getByRole('alert').getByText('服务繁忙').waitFor()
    await context.unroute('**/api/points?*')
    await page.getByRole('button', { name: '重试' }).click()
    await page.locator('tbody tr').first().waitFor()
  })
  await t.test('a record that is not there is told, not shown empty', async () => {
    await visit(s, '/points/1')
    await page.getByText('没有这一页，或不在您的权限范围内').waitFor()
  })
  await t.test('a cut connection is told and comes back by itself', async () => {
    await context.route('**/api/events?*', (r) => r.abort())
    await visit(s, '/alarms')
    await page.getByText('连接中断，正在重连').waitFor()
    await context.unroute('**/api/events?*')
    await page.getByText('连接中断，正在重连').waitFor({ state: 'detached', timeout: 30_000 })
  })
  await t.test('an ended session leads to the login and back', async () => {
    await visit(s, '/alarms')
    await settled(page)
    await context.clearCookies()
    await page.getByRole('button', { name: /红/ }).click()
    await page.waitForURL('**/login?next=**')
    await page.fill('#name', 'watch')
    await page.fill('#password', server.password)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/alarms?grade=1')
  })
  assert.deepEqual(s.faults, [])
  await context.close()
}

export async function plainMapScenario(t, { server }) {
  const browser = await launch(['--disable-3d-apis'])
  try {
    const s = await openPage(browser, server.base)
    await login(s, 'watch', server.password)
    await t.test('without WebGL 2 a plain map of districts takes its place', async () => {
      await s.page.getByText('此浏览器不支持 WebGL 2').waitFor()
      const districts = s.page.locator('.plain .district')
      await districts.nth(1).waitFor()
      await districts.nth(1).press('Enter')
      await s.page.locator('.plain .district').nth(1).and(s.page.locator('[aria-pressed=true]')).waitFor()
      await s.page.locator('.plain .list button').first().click()
      await s.page.locator('.card').waitFor()
    })
    assert.deepEqual(s.faults, [])
  } finally {
    await browser.close()
  }
}
