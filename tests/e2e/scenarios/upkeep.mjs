// Disk and backups: what the administrator sees and does, and that nobody else is offered it.
import assert from 'node:assert/strict'
import { checkAccess, DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { noSideways } from '../lib/shots.mjs'

export async function upkeepScenario(t, { browser, server, empty }) {
  await t.test('the administrator makes a backup, on the telephone too', async () => {
    const s = await openPage(browser, empty.base, { drawn: false, viewport: PHONE })
    const { page } = s
    await login(s, empty.account, empty.password)
    await visit(s, '/upkeep')
    await settled(page)
    await page.getByText('数据目录占用').first().waitFor()
    await page.getByText('运行满 6 小时后给出').waitFor()
    assert.ok((await page.locator('[data-retention] tr').count()) >= 6)
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/upkeep/backup'))
    await page.getByRole('button', { name: '立即备份' }).click()
    const made = await answer
    assert.equal(made.status(), 200, await made.text())
    await page.locator('[data-last]', { hasText: /anlan-\d{8}-\d{6}/ }).waitFor()
    const { backup } = await page.evaluate(async () => (await fetch('/api/upkeep')).json())
    assert.ok(backup.last_good && backup.files > 0 && backup.bytes > 0, JSON.stringify(backup))
    for (const [name, viewport] of [['phone', PHONE], ['desk', DESK]]) {
      await page.setViewportSize(viewport)
      await noSideways(page, `upkeep ${name}`)
      await checkAccess(page, `upkeep ${name}`)
    }
    assert.deepEqual(s.faults, [])
    await s.context.close()
  })
  await t.test('nobody else is offered it; who asks all the same is told', async () => {
    const s = await openPage(browser, server.base, { drawn: false, viewport: DESK })
    await login(s, 'watch', server.password)
    await visit(s, '/upkeep')
    await s.page.locator('.error, [role=alert]').first().waitFor()
    assert.equal(await s.page.getByRole('button', { name: '立即备份' }).count(), 0)
    assert.equal(await s.page.locator('a[href="/upkeep"]').count(), 0)
    await s.context.close()
  })
}
