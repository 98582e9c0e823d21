// A meeting counts only with its minutes: the matrix shows the hole, the meeting is planned and held in the browser, a decision is written
// down for a street by the name people say, and with the minutes the hole closes and the decision stands on the street's desk.
import assert from 'node:assert/strict'
import { checkAccess, DESK, login, openPage, settled, until, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'
import { noSideways } from '../lib/shots.mjs'
import { act } from './chain.mjs'
import { threeForms } from './duty.mjs'

const DECIDED = '完成沿街餐饮场所燃气软管更换'

export async function meetingScenario(t, world) {
  const office = await session(world.server, 'office')
  const s = await openPage(world.browser, world.server.base, { viewport: DESK })
  const { page } = s
  await login(s, 'office', world.server.password)
  const year = new Date().getFullYear()
  const row = async () => (await office.get(`/api/meetings/matrix?year=${year}`)).rows.find((r) => r.kind === 'joint' && r.body === 'BODY-EMERG')
  let meeting
  await t.test('the matrix shows what is missing', async () => {
    await office.call('POST', '/api/meeting-rules', { body: 'BODY-EMERG', kind: 'joint', per: 'year', times: 1, since: `${year}-01-01T00:00:00+08:00`, basis: '市安委会工作规则' })
    assert.equal((await row()).cells[0].state, 'due')
    await visit(s, '/meetings')
    await settled(page)
    await page.locator('[data-cell=hole]').first().waitFor()
    await checkAccess(page, 'meetings')
    await noSideways(page, 'meetings')
  })
  await t.test('planned, held, decided; without minutes it does not count', async () => {
    const made = await office.call('POST', '/api/meetings', { title: '岁末风险会商研判', kind: 'joint', body: 'BODY-EMERG', planned_at: new Date(Date.now() - 3_600_000).toISOString() })
    meeting = made.id
    await visit(s, `/matters/meetings/${meeting}`)
    await settled(page)
    await act(page, 'hold', { expected: '12', present: '11' })
    await page.locator('[data-add-decision]').click()
    await page.locator('[name=decision-title]').fill(DECIDED)
    const unit = page.locator('[data-decisions]').getByRole('combobox')
    await unit.click()
    await page.keyboard.type('清源街道')
    const choices = page.locator('.el-select-dropdown:visible .el-select-dropdown__item', { hasText: '清源街道' })
    await choices.nth(1).waitFor()
    // The street stands before its grid station.
    assert.match(await choices.nth(0).innerText(), /清源街道办事处/)
    await choices.nth(0).click()
    await page.locator('[data-decisions] form').getByRole('button', { name: '保存' }).click()
    await page.locator('[data-decisions] li', { hasText: DECIDED }).getByText('清源街道办事处').waitFor()
    assert.equal((await row()).cells[0].state, 'unminuted')
  })
  await t.test('with the minutes it counts, and the decision stands on the street\'s desk', async () => {
    await act(page, 'minute', { minutes: '会议分析了岁末风险，议定：沿街餐饮场所燃气软管更换由清源街道负责。' })
    await page.locator('[data-decisions] [data-task]').waitFor()
    assert.equal((await row()).cells[0].state, 'done')
    await settled(page)
    await checkAccess(page, 'meeting')
    await noSideways(page, 'meeting')
    const code = (await page.locator('[data-decisions] [data-task]').innerText()).split(' ')[0]
    const town = await session(world.server, 'town')
    const item = await until(async () => (await town.get('/api/desk?box=todo&entity=tasks&limit=200')).items.find((i) => i.code === code), Boolean, 'the decision on the desk')
    const line = await office.get(`/api/tasks/${item.id}/timeline`)
    assert.ok(line.chain.some((c) => c.id === meeting), 'the task does not know its meeting')
    await threeForms(office, `/api/meetings/${meeting}/papers/minutes`, ['沿街餐饮场所'])
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
