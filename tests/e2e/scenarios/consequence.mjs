// What a release would reach: a school stands downwind; the page computes by the server, a wrong figure stands at its field, the scenario
// is kept and prints; on a telephone the same page is one column.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, settled, visit, PHONE } from '../lib/browser.mjs'

async function prepare(api) {
  const target = { code: 'CONS-T1', name: '下风向小学', kind: 'school', class: 'high-sensitive', district: '990103', people_day: 640, people_night: 8, lon: 117.14, lat: 31.135 }
  await api.call('POST', '/api/protected-targets', target)
}

async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const at = page.locator(`[data-input=${name}]`)
    if ((await at.evaluate((e) => e.tagName)) === 'SELECT') await at.selectOption(value)
    else await at.fill(value)
  }
}

export async function consequenceScenario(t, { browser, server, api }) {
  await prepare(api)
  const s = await openPage(browser, server.base, { drawn: false, viewport: PHONE })
  const { page } = s
  await login(s, 'office', server.password)
  await visit(s, '/risk/consequences')
  await t.test('a wrong figure stands at its field', async () => {
    await page.locator('[data-model]').selectOption('plume-zones')
    await fill(page, { lon: '117.14', lat: '31.14', wind_from: '0', class: 'D', terrain: 'rural', rate_kg_s: '-1', wind_m_s: '3', height_m: '0', substance: '氯', minutes: '30' })
    await page.getByRole('button', { name: '计算' }).click()
    await page.locator('.field.bad [data-input=rate_kg_s]').waitFor()
  })
  await t.test('the school downwind is inside, the zones say where they are from', async () => {
    await fill(page, { rate_kg_s: '1' })
    await page.getByRole('button', { name: '计算' }).click()
    await page.locator('[data-zone="4"]').waitFor()
    await page.locator('.inside').getByText('下风向小学').waitFor()
    await page.locator('[data-zone="2"]').getByText('凭记忆').waitFor()
    await settled(page)
    await checkAccess(page, 'consequence')
  })
  await t.test('kept, it prints', async () => {
    const q = { model: 'plume-zones', lon: 117.14, lat: 31.14, wind_from: 0, inputs: { class: 'D', terrain: 'rural', rate_kg_s: 1, wind_m_s: 3, height_m: 0, substance: '氯', minutes: 30 } }
    const made = await api.call('POST', '/api/consequences', { ...q, code: 'CONS-1', name: '液氯泄漏', district: '990103' })
    assert.ok(made.people >= 640)
    await visit(s, `/risk/consequences/${made.id}`)
    await page.locator('[data-totals]').waitFor()
    const pdf = await page.request.get(`${server.base}/api/consequences/${made.id}/papers/report?format=pdf`)
    assert.equal((await pdf.body()).subarray(0, 4).toString(), '%PDF')
  })
  assert.deepEqual(s.faults, [])
  await s.page.context().close()
}
