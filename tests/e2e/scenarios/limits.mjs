// Time limits with their ladders, and the calendar of a year: the office marks a day, enters a year, and takes the day back.
import assert from 'node:assert/strict'
import { checkAccess, counted, login, openPage, settled, visit } from '../lib/browser.mjs'

export async function limitScenario(t, { browser, server }) {
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await login(s, 'office', server.password)
  await t.test('each limit shows its ladder from the start beyond its end', async () => {
    await visit(s, '/settings/limits')
    await settled(page, 60_000)
    const group = page.locator('.group', { hasText: 'alarm.judge' })
    await group.locator('.row').first().waitFor()
    await counted(group.locator('.row'), 2)
    await counted(group.locator('.rung.due'), 2)
    assert.ok((await group.locator('.rung.late').count()) >= 2)
    await checkAccess(page, 'limits')
    await page.getByRole('searchbox', { name: '名称或代码' }).fill('judge')
    await counted(page.locator('.group'), 1)
  })
  await t.test('a year that was not entered counts Monday to Friday until it is', async () => {
    await visit(s, '/settings/calendar?year=2032')
    await settled(page)
    await page.getByText('未录入，暂按周一至周五').waitFor()
    await page.getByText('工作日 262 天').waitFor()
    await page.getByRole('button', { name: /2032-10-01/ }).click()
    await page.getByRole('radio', { name: '放假' }).check()
    await page.getByRole('textbox', { name: '名称' }).fill('国庆节')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('工作日 261 天').waitFor()
    await page.getByRole('button', { name: /2032-10-01 放假 国庆节/ }).waitFor()
    await page.getByRole('button', { name: '本年已录全' }).click()
    await page.getByRole('textbox', { name: '放假安排的文件名称和文号' }).fill('样例')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('依据：样例').waitFor()
    await checkAccess(page, 'calendar')
    await page.getByRole('button', { name: /2032-10-01 放假 国庆节/ }).click()
    await page.getByRole('radio', { name: '按周一至周五' }).check()
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText('工作日 262 天').waitFor()
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
