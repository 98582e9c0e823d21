// The audit administrator walks the ledger, has it checked and looks at its signed heads; the system administrator gets no such page. A
// token of another system is made, used and revoked meanwhile, and stands in it.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, settled, visit } from '../lib/browser.mjs'

async function tokenStory(t, { browser, server }, name) {
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await t.test('a token is shown once, works, and is shut out when it is revoked', async () => {
    await login(s, 'security', server.password)
    await visit(s, '/settings/tokens')
    await settled(page)
    await page.getByRole('button', { name: '新建令牌' }).click()
    await page.fill('#k-name', name)
    await page.fill('#k-purpose', '校验对接')
    await page.getByRole('button', { name: '值守员', exact: true }).click()
    await page.getByRole('button', { name: '建立', exact: true }).click()
    const token = await page.locator('.told code').textContent()
    await page.getByRole('button', { name: '已保存，关闭' }).click()
    const ask = () => fetch(`${server.base}/api/session`, { headers: { Authorization: `Bearer ${token}` } }).then((r) => r.status)
    assert.equal(await ask(), 200)
    const row = page.locator('li', { hasText: name })
    await checkAccess(page, 'tokens')
    assert.ok(!(await page.content()).includes(token))
    await row.getByRole('button', { name: '吊销' }).click()
    await page.locator('.el-message-box').getByRole('button', { name: '吊销' }).click()
    await row.waitFor({ state: 'detached' })
    assert.equal(await ask(), 401)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

export async function auditScenario(t, world) {
  const { browser, server } = world
  const name = `e2e-${Date.now()}`
  await tokenStory(t, world, name)
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await t.test('the audit administrator walks the ledger', async () => {
    await login(s, 'audit', server.password)
    await visit(s, '/ledger')
    await settled(page)
    await checkAccess(page, 'ledger')
    await page.getByRole('textbox', { name: '账号' }).fill('security')
    await page.getByRole('textbox', { name: '登记项' }).fill('tokens')
    await page.getByRole('button', { name: '筛选' }).click()
    await page.waitForURL(/entity=tokens/)
    await settled(page)
    const found = await page.evaluate(async () => (await (await fetch('/api/ledger?entity=tokens&who=security')).json()).items)
    assert.deepEqual(found.slice(0, 2).map((e) => e.action), ['archive', 'create'])
    assert.ok(JSON.stringify(found).includes(name))
  })
  await t.test('the chain is checked and the signed heads are listed', async () => {
    await page.getByRole('button', { name: '校验哈希链' }).click()
    await page.getByText(/^台账完整：\d+ 条/).first().waitFor({ timeout: 60_000 })
    await page.getByRole('tab', { name: '签名链头' }).or(page.getByRole('button', { name: '签名链头' })).first().click()
    await page.waitForURL(/tab=heads|heads/)
    await settled(page)
    const heads = await page.evaluate(async () => (await (await fetch('/api/ledger/heads')).json()).items.length)
    if (heads === 0) await page.getByText('尚无签名链头', { exact: true }).waitFor()
    else await page.getByText(/至第 \d+ 条/).first().waitFor()
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
  await t.test('the system administrator gets no such page', async () => {
    const other = await openPage(browser, server.base, { drawn: false })
    await login(other, 'system', server.password)
    await visit(other, '/settings/users')
    await settled(other.page)
    assert.equal(await other.page.locator('a[href="/ledger"]').count(), 0)
    assert.equal(await other.page.evaluate(() => fetch('/api/ledger').then((r) => r.status)), 403)
    assert.equal(await other.page.evaluate(() => fetch('/api/ledger/heads').then((r) => r.status)), 403)
    await visit(other, '/ledger')
    await settled(other.page)
    assert.equal(await other.page.getByText(/security/).count(), 0)
    await other.context.close()
  })
}
