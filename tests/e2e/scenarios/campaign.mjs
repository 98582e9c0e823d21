// The yearly risk assessment: the office opens it, a street looks at the units behind a figure, writes its assessment and sends it up, is
// returned, sends it again; the office accepts, sums up without the others, reads the report and issues it, sealed.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'
import { noSideways } from '../lib/shots.mjs'

const CODE = 'E2E-PG'
const SAID = { situation: '逐一核对风险单元', changes: '新增一处', measures: '每月复核' }

async function prepare(world, office) {
  const firm = { kind: 'place', body: 'BODY-GAS', district: '990103', responsible: '顾明远', control: 'workshop', accident: '泄漏爆炸' }
  await world.api.call('POST', '/api/risk-units', { code: 'CAMP-U1', name: '评估试验单元', ...firm })
  const c = await office.call('POST', '/api/risk-campaigns', { code: CODE, title: '试验年度安全风险评估', kind: 'year', year: 2090, due_at: '2090-12-20T18:00:00+08:00' })
  await office.call('POST', `/api/risk-campaigns/${c.id}/actions/open`, {})
  return c
}

async function streetFills(world, part) {
  const s = await openPage(world.browser, world.server.base, { viewport: PHONE })
  const { page } = s
  await login(s, 'town', world.server.password)
  await visit(s, `/matters/campaign-parts/${part.id}`)
  await page.locator('[data-figure=ungraded]').click()
  await page.locator('[data-list]').waitFor()
  await page.locator('.source').getByText('评估试验单元').waitFor()
  await settled(page)
  await checkAccess(page, 'campaign part')
  await noSideways(page, 'campaign part')
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

async function officeSums(world, campaign) {
  const s = await openPage(world.browser, world.server.base)
  const { page } = s
  await login(s, 'office', world.server.password)
  await visit(s, `/matters/risk-campaigns/${campaign.id}`)
  await page.locator('[data-part=accepted]').waitFor()
  await page.locator('[data-waiting]').getByText('6 个单位未报').waitFor()
  await page.getByRole('button', { name: '汇总编制报告', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('textarea').fill('其余区县另行补报')
  await dialog.getByRole('button', { name: '汇总编制报告' }).click()
  await page.locator('.lines .figure').first().waitFor()
  await page.locator('.lines').getByText('其余区县另行补报').waitFor()
  await settled(page)
  await checkAccess(page, 'campaign')
  await page.getByRole('button', { name: '印发报告', exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '印发报告' }).click()
  await page.locator('.state').getByText('已印发').waitFor()
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

export async function campaignScenario(t, world) {
  const office = await session(world.server, 'office'), town = await session(world.server, 'town')
  const c = await prepare(world, office)
  const part = await town.get(`/api/campaign-parts/code:${CODE}-BODY-TOWN-990103`)
  const at = `/api/campaign-parts/${part.id}/actions`
  await t.test('a street looks behind a figure on the telephone', () => streetFills(world, part))
  await t.test('it is returned and sent up again', async () => {
    await town.call('POST', `${at}/fill`, SAID)
    await town.call('POST', `${at}/submit`, {})
    await office.call('POST', `${at}/return`, { reason: '请补充措施' })
    await town.call('POST', `${at}/fill`, { ...SAID, measures: '每月复核，补装终端' })
    await town.call('POST', `${at}/submit`, {})
    await office.call('POST', `${at}/accept`, {})
    assert.equal((await town.get(`/api/campaign-versions?part=${part.id}`)).items.length, 2)
  })
  await t.test('the office sums up, says why some are missing, and issues', () => officeSums(world, c))
  await t.test('the report is sealed', async () => {
    const made = await office.call('POST', `/api/risk-campaigns/${c.id}/papers/report`, {})
    assert.ok(made.number)
  })
}
