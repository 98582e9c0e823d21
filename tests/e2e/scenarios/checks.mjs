// From a plan to a danger at 390 pixels: the inspector releases a plan, does a check on the telephone with the network cut while it is
// handed in, and finds the danger; the grid worker scans a code; coverage and figures on the desk.
import assert from 'node:assert/strict'
import { checkAccess, DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { noSideways } from '../lib/shots.mjs'

const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64')

async function until(what, fn, ms = 20_000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) if (await fn()) return
  assert.fail(`${what} did not come`)
}
async function enter(world, name, options) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, ...options })
  await login(s, name, world.server.password)
  return s
}
const ask = (page, method, path, body) => page.evaluate(async ([m, p, b]) => {
  const { csrf } = await (await fetch('/api/session')).json()
  const res = await fetch(p, { method: m, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: b ? JSON.stringify(b) : undefined })
  return { status: res.status, body: await res.json() }
}, [method, path, body])

/** Answers every item of the page: the one with this number fails with a note and a photo. */
async function answer(page, bad, note) {
  for (let n = 1; await page.locator('[data-item]').count(); n++) {
    if (n !== bad) {
      await page.locator('[data-verdict=ok]').click()
      continue
    }
    await page.locator('[data-verdict=bad]').click()
    await page.getByRole('textbox', { name: '情况说明' }).fill(note)
    await page.locator('.shoot input').setInputFiles({ name: 'bad.png', mimeType: 'image/png', buffer: PHOTO })
    await page.locator('.shots img').waitFor()
    await page.getByRole('button', { name: '下一项' }).click()
  }
}

export async function checkScenario(t, world) {
  const { api } = world
  const inspector = await enter(world, 'inspector', { viewport: PHONE })
  const { page } = inspector
  let check = ''
  await t.test('a released plan is on the desk', async () => {
    const now = new Date(Date.now() + 8 * 3600_000)
    const plan = await ask(page, 'POST', '/api/check-plans', { name: '燃气场站检查', year: now.getUTCFullYear(), month: now.getUTCMonth() + 1, enterprises: 'BODY-GAS', list: 'CL-TANK' })
    assert.equal(plan.status, 201, JSON.stringify(plan.body))
    const done = await ask(page, 'POST', `/api/check-plans/${plan.body.id}/actions/release`, {})
    assert.equal(done.status, 200, JSON.stringify(done.body))
    const found = await api.get(`/api/checks?plan=${plan.body.code}`)
    assert.equal(found.items.length, 1)
    check = found.items[0].id
    await visit(inspector, `/check-plans/${plan.body.code}`)
    await settled(page)
    await noSideways(page, 'plan')
    await checkAccess(page, 'plan')
  })
  await t.test('it is done item by item, handed in without a network, and arrives once', async () => {
    await visit(inspector, `/check/${check}`)
    await settled(page)
    await page.locator('[data-item]').waitFor()
    await noSideways(page, 'check')
    await checkAccess(page, 'check')
    await answer(page, 2, '二号罐组围堰有裂缝')
    await page.getByRole('textbox', { name: '受检单位签名' }).fill('沈兰')
    await checkAccess(page, 'finish')
    await inspector.context.setOffline(true)
    await page.locator('.send button').click()
    await page.getByText('已保存在本机').waitFor()
    await inspector.context.setOffline(false)
    await until('the check', async () => (await api.get(`/api/checks/${check}`)).state === 'finished')
    const c = await api.get(`/api/checks/${check}`)
    assert.equal(c.failed, 1)
    assert.equal(c.unit_person, '沈兰')
    const results = (await api.get(`/api/check-results?visit=${c.code}&verdict=bad`)).items
    assert.equal(results.length, 1)
    await until('the photo', async () => (await api.get(`/api/dangers/${results[0].danger}`)).files === 1)
    assert.equal((await api.get(`/api/dangers/${results[0].danger}`)).source, 'inspection')
    await visit(inspector, `/matters/checks/${check}`)
    await settled(page)
    await page.getByRole('link', { name: results[0].danger }).first().waitFor()
    await noSideways(page, 'record')
    await inspector.context.close()
  })
  await t.test('fetched ahead: opened by its code without a network, filled, and one record when it is back', async () => {
    const now = new Date(Date.now() + 8 * 3600_000)
    const boss = await enter(world, 'inspector', { viewport: PHONE })
    const plan = await ask(boss.page, 'POST', '/api/check-plans', { name: '离线检查', year: now.getUTCFullYear(), month: now.getUTCMonth() + 1, enterprises: 'BODY-HEAT', list: 'CL-TANK' })
    assert.equal(plan.status, 201, JSON.stringify(plan.body))
    const released = await ask(boss.page, 'POST', `/api/check-plans/${plan.body.id}/actions/release`, {})
    assert.equal(released.status, 200, JSON.stringify(released.body))
    await boss.context.close()
    const mine = async () => (await api.get(`/api/checks?plan=${plan.body.code}`)).items
    const [{ id, code }] = await mine()
    // Only the desk was ever opened on this telephone.
    const s = await enter(world, 'inspector', { viewport: PHONE, serviceWorkers: 'allow' })
    await s.page.locator('[data-ahead]').waitFor()
    await s.context.setOffline(true)
    await s.page.close()
    let phone = await s.context.newPage()
    await phone.goto(`${world.server.base}/q/BODY-HEAT`)
    await phone.locator('[data-kept] a', { hasText: code }).click()
    await phone.locator('[data-item]').waitFor()
    await answer(phone, 1, '灭火器压力不足')
    await phone.locator('.send button').click()
    await phone.getByText('已保存在本机').waitFor()
    await phone.close()
    assert.notEqual((await mine())[0].state, 'finished')
    await s.context.setOffline(false)
    phone = await s.context.newPage()
    await phone.goto(`${world.server.base}/desk`)
    await until('the check', async () => (await mine())[0].state === 'finished')
    const found = async () => (await api.get(`/api/check-results?visit=${code}&verdict=bad`)).items
    await until('the photo', async () => (await api.get(`/api/dangers/${(await found())[0].danger}`)).files === 1)
    await phone.reload()
    await settled(phone)
    assert.equal((await mine()).length, 1)
    assert.equal((await found()).length, 1)
    assert.equal((await api.get(`/api/checks/${id}`)).failed, 1)
    await s.context.close()
  })
  await t.test('a grid worker scans a code', async () => {
    const worker = await enter(world, 'grid', { viewport: PHONE })
    const point = (await ask(worker.page, 'GET', '/api/patrol-points?limit=1&sort=code')).body.items[0]
    await visit(worker, `/q/${point.enterprise}`)
    await worker.page.locator('[data-patrol]').waitFor()
    await checkAccess(worker.page, 'place')
    await worker.page.locator('[data-patrol]').click()
    await worker.page.locator('[data-item]').waitFor()
    await answer(worker.page, 0, '')
    await worker.page.locator('.send button').click()
    await worker.page.locator('[data-done]').waitFor()
    await until('the patrol', async () => (await api.get(`/api/patrol-points?code=${point.code}`)).items[0].patrols > (point.patrols ?? 0))
    assert.deepEqual(worker.faults, [])
    await worker.context.close()
  })
  await t.test('coverage and figures', async () => {
    const office = await enter(world, 'office', { viewport: DESK })
    for (const path of ['/grid', '/checks/figures?by=plan', '/matters/checks']) {
      await visit(office, path)
      await settled(office.page)
      await noSideways(office.page, path)
      await checkAccess(office.page, path)
    }
    assert.deepEqual(office.faults, [])
    await office.context.close()
  })
}
