// The desk: who works on matters begins there, the boxes and filters, a new order appears by itself with a running clock, several at
// once, and two officers on one matter: one wins, the other is told.
import assert from 'node:assert/strict'
import { checkAccess, DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { reading } from '../lib/http.mjs'
import { noSideways } from '../lib/shots.mjs'
import { makeUnits } from './units.mjs'

async function alarmOf(api, point) {
  for (let i = 0; i < 150; i++) {
    const [a] = (await api.get(`/api/alarms?point=${point}`)).items
    if (a) return a
    await new Promise((r) => setTimeout(r, 200))
  }
  return assert.fail(`no alarm of ${point}`)
}

/** A published warning of the place, made by the machine side. */
async function warn(api, point) {
  await api.write(reading(point, 6.5))
  const alarm = await alarmOf(api, point)
  await api.call('POST', `/api/alarms/${alarm.id}/actions/judge`, { verdict: 'true' })
  return api.call('POST', '/api/warnings', { alarms: [alarm.id], publish: true })
}

export async function deskScenario(t, world, prefix = 'desk', district = '990196') {
  const { browser, server, api } = world
  const P = prefix.toUpperCase()
  const units = await makeUnits(api, server, prefix, district)
  const enter = async (role, viewport) => {
    const s = await openPage(browser, server.base, { drawn: false, viewport })
    const { name, password } = units.officer(role)
    await login(s, name, password)
    await settled(s.page, 60_000)
    return s
  }
  const gas = await enter('gas', PHONE)
  const dept = await enter('dept', DESK)
  await t.test('it is where work begins, and it says when there is none', async () => {
    assert.equal(new URL(gas.page.url()).pathname, '/desk')
    await gas.page.getByText('没有待办事项').waitFor()
    await noSideways(gas.page, 'empty desk')
    await checkAccess(gas.page, 'empty desk')
  })
  await t.test('an order appears by itself, with its clock', async () => {
    await warn(api, `${P}-1`)
    for (const { page } of [gas, dept]) {
      await page.locator('.row').first().waitFor()
      await page.locator('[data-box=todo] b').getByText('1', { exact: true }).waitFor()
      const chip = page.locator('.row .chip b').first()
      const before = await chip.textContent()
      await page.waitForFunction((text) => document.querySelector('.row .chip b')?.textContent !== text, before)
      await noSideways(page, 'desk')
      await checkAccess(page, 'desk')
    }
  })
  await t.test('filters stand in the address and can be cleared', async () => {
    await dept.page.locator('.bar select').nth(1).selectOption('1')
    await dept.page.getByText('没有符合条件的记录').waitFor()
    assert.match(dept.page.url(), /grade=1/)
    await dept.page.getByRole('button', { name: '清空条件' }).click()
    await dept.page.locator('.row').first().waitFor()
  })
  await t.test('a filter is kept under a name, there after a new visit, and taken away', async () => {
    const { page } = dept
    await page.locator('.bar select').nth(1).selectOption('1')
    await page.locator('[data-save-view]').click()
    await page.getByRole('dialog').getByRole('textbox').fill('只看一级')
    await page.getByRole('dialog').getByRole('button', { name: '保存筛选' }).click()
    await page.locator('[data-drop-view]').waitFor()
    await visit(dept, '/desk')
    await page.locator('.row').first().waitFor()
    await page.locator('[data-views] select').selectOption({ label: '只看一级' })
    await page.getByText('没有符合条件的记录').waitFor()
    assert.match(page.url(), /grade=1/)
    await page.locator('[data-drop-view]').click()
    await page.locator('[data-drop-view]').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '清空条件' }).click()
    await page.locator('.row').first().waitFor()
    assert.equal(await page.locator('[data-views] select').count(), 0)
  })
  await t.test('of two officers on one matter one wins, the other is told', async () => {
    const other = await enter('dept', DESK)
    for (const { page } of [dept, other]) {
      await page.locator('.row .title').first().click()
      await page.locator('[data-action=sign]').waitFor()
    }
    // The other page must not hear of it before it acts.
    await other.context.route('**/api/events?*', (r) => r.abort())
    await visit(other, new URL(other.page.url()).pathname)
    await other.page.locator('[data-action=sign]').waitFor()
    await dept.page.locator('[data-action=sign]').click()
    await dept.page.locator('.stages [aria-current=step]').getByText('已签收').waitFor()
    await other.page.locator('[data-action=sign]').click()
    const told = other.page.locator('.conflict')
    await told.getByText('此事项已由他人办理').waitFor()
    await told.getByText(/韩青.*签收/).waitFor()
    await checkAccess(other.page, 'conflict')
    await told.getByRole('button', { name: '载入最新情况' }).click()
    await other.page.locator('.stages [aria-current=step]').getByText('已签收').waitFor()
    await other.context.close()
  })
  await t.test('what was typed is there again', async () => {
    await dept.page.locator('[data-action=arrive]').click()
    await dept.page.locator('#act-note').fill('路上堵车，预计十分钟到场')
    await dept.page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
    await dept.page.locator('[data-action=arrive]').click()
    await dept.page.getByText('已恢复上次未提交的内容').waitFor()
    assert.equal(await dept.page.locator('#act-note').inputValue(), '路上堵车，预计十分钟到场')
    await dept.page.getByRole('dialog').getByRole('button', { name: '取消' }).click()
  })
  await t.test('several at once: each is done by itself', async () => {
    const office = await enter('office', DESK)
    await visit(office, '/matters/orders')
    await office.page.locator('tbody tr').nth(1).waitFor()
    await office.page.getByLabel('全选').check()
    await office.page.locator('.bulk').getByRole('button', { name: '催办' }).click()
    await office.page.locator('#bulk-message').fill('请尽快到场')
    await office.page.getByRole('dialog').locator('button[type=submit]').click()
    await office.page.getByText(/“催办”：\d+ 件完成，0 件未完成/).waitFor()
    await office.page.locator('tbody .chase').first().waitFor()
    await checkAccess(office.page, 'orders')
    assert.deepEqual(office.faults, [])
    await office.context.close()
  })
  for (const s of [gas, dept]) {
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
}
