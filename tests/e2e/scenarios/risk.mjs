// The chain of a risk: an enterprise enters a unit and assesses it in the form, the office approves, the map is coloured; a gas alarm
// turns the unit orange and says why; the gas is gone and the unit is yellow again.
import assert from 'node:assert/strict'
import { reading, session } from '../lib/http.mjs'
import { checkAccess, login, openPage, settled, visit } from '../lib/browser.mjs'

const UNIT = 'RISK-U1'

async function prepare(api, server) {
  await api.call('POST', '/api/objects', { code: 'RISK-O1', name: '试验调压站', kind: 'gas_governor', field: 'gas', owner: 'BODY-GAS', district: '990103', lon: 117.12, lat: 31.12 })
  await api.call('POST', '/api/points', { code: 'RISK-P1', name: '试验调压站甲烷', object: 'RISK-O1', unit: '%LEL', interval_s: 60 })
  await api.call('POST', '/api/rules', { code: 'RISK-R1', name: '试验甲烷浓度', point: 'RISK-P1', kind: 'level', dir: 'high', limit2: 5 })
  await api.write(reading('RISK-P1', 0.1))
  const firm = await session(server, 'enterprise')
  const office = await session(server, 'office')
  const asked = await firm.call('POST', '/api/risk-unit-requests', {
    unit_code: UNIT, name: '试验调压站设备', unit_kind: 'equipment', district: '990103', responsible: '顾明远', control: 'workshop', object: 'RISK-O1', accident: '泄漏爆炸',
  })
  await firm.call('POST', `/api/risk-unit-requests/${asked.id}/actions/submit`, {})
  await office.call('POST', `/api/risk-unit-requests/${asked.id}/actions/approve`, {})
  return firm.get(`/api/risk-units/code:${UNIT}`)
}

async function assess(s, id) {
  const { page } = s
  await visit(s, `/risk/units/${id}/assess`)
  for (const [score, value] of [['l', '3'], ['e', '6'], ['c', '7']]) await page.locator(`[data-score=${score}]`).selectOption(value)
  await page.locator('.result .figure').getByText('126').waitFor()
  await page.locator('.result').getByText('默认值').first().waitFor()
  await settled(page)
  await checkAccess(page, 'risk form')
}

export async function riskScenario(t, { browser, server, api }) {
  const unit = await prepare(api, server)
  const s = await openPage(browser, server.base)
  const { page } = s
  await login(s, 'enterprise', server.password)
  await t.test('the form computes and says what a default decided', () => assess(s, unit.id))
  await t.test('approved, the unit has its colour', async () => {
    const firm = await session(server, 'enterprise'), office = await session(server, 'office')
    const a = await firm.call('POST', '/api/risk-assessments', {
      code: 'RISK-A1', unit: UNIT, method: 'lec', l: 3, e: 6, c: 7, assessor: '评估组', grounds: '现场查勘', reviewer: 'BODY-EMERG',
    })
    await firm.call('POST', `/api/risk-assessments/${a.id}/actions/submit`, {})
    await office.call('POST', `/api/risk-assessments/${a.id}/actions/approve`, {})
    await visit(s, `/risk/units/${unit.id}`)
    await page.locator('[data-colour="3"]').waitFor()
    await page.locator('[data-mechanism=warn]:not(.lacks)').waitFor()
    await page.locator('[data-mechanism=prevent] .hole').waitFor()
    await page.locator('[data-mechanism=judge]:not(.lacks)').waitFor()
  })
  await t.test('a gas alarm turns it orange, with its reason', async () => {
    await api.write(reading('RISK-P1', 9))
    await page.locator('[data-colour="2"]').waitFor()
    await page.locator('.top .reasons').getByText('二级报警未恢复').waitFor()
    await settled(page)
    await checkAccess(page, 'risk unit')
  })
  await t.test('the gas is gone, the colour goes back', async () => {
    await api.write(reading('RISK-P1', 0.1))
    await page.locator('[data-colour="3"]').waitFor()
    assert.equal(await page.locator('.top .reasons').count(), 0)
    await visit(s, '/risk')
    await page.locator('[data-count="3"]').getByText(/^[1-9]/).waitFor()
    await settled(page)
    await checkAccess(page, 'risk map')
  })
  assert.deepEqual(s.faults, [])
  await s.page.context().close()
}
