// The watch officer's way: a rule is written, a reading comes in, the alarm rises on the map, is opened, judged, acknowledged,
// shelved; the list is filtered and acknowledged in bulk.
import assert from 'node:assert/strict'
import { counted, login, openPage, settled, visit } from '../lib/browser.mjs'
import { reading } from '../lib/http.mjs'

// How quick it is stands in docs/performance.md; here a busy machine may take its time.
const RISE_LIMIT_MS = 30_000

async function choose(page, field, option) {
  await page.locator('.el-select', { has: page.locator(`#f-${field}`) }).click()
  await page.locator('.el-select-dropdown:visible .el-select-dropdown__item', { hasText: option }).first().click()
}

async function writeRule(s) {
  const { page } = s
  await visit(s, '/registers/rules/new')
  await page.fill('#f-code', 'E2E-HIGH')
  await page.fill('#f-name', '浏览器测试浓度')
  await page.fill('#f-point', 'E2E-*')
  assert.equal(await page.locator('#f-limit1').count(), 0, 'limits stay away until the kind is known')
  await choose(page, 'kind', '越限')
  await choose(page, 'dir', '高')
  await page.fill('#f-limit1', '5')
  await page.fill('#f-limit3', '1')
  assert.equal(await page.locator('#f-timeout_ms').count(), 0, 'a level rule has no time-out')
  await page.getByText('编码符合 E2E-* 的测点：数值达到或超过限值时报警，红 Ⅰ 级 5，黄 Ⅲ 级 1。').waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.waitForURL('**/registers/rules?open=*')
}

async function raised(api, point) {
  for (let i = 0; i < 300; i++) {
    const a = (await api.get(`/api/alarms?point=${point}&rule=E2E-HIGH&sort=-raised_at&limit=1`)).items[0]
    if (a && a.state !== 'normal') return a
    await new Promise((r) => setTimeout(r, 100))
  }
  throw new Error(`no alarm of ${point}`)
}

export async function alarmScenario(t, { browser, server, api }) {
  const s = await openPage(browser, server.base)
  const { page } = s
  await login(s, 'watch', server.password)

  await t.test('a rule is written and read back as a sentence', () => writeRule(s))

  await t.test('the map draws, and a value on it is alive', async () => {
    await visit(s, '/')
    await settled(page, 60_000)
    const p = await api.get('/api/points/code:E2E-0002')
    await visit(s, `/?point=${p.id}`)
    await page.locator('.card').waitFor()
    await api.write(reading('E2E-0002', 0.123))
    await page.locator('.card .live b', { hasText: '0.123' }).waitFor({ timeout: RISE_LIMIT_MS })
  })

  await t.test('a reading over the limit becomes an alarm on the screen', async () => {
    const item = page.locator('.stream .item', { hasText: '浏览器测试一号测点' })
    assert.equal(await item.count(), 0)
    const sent = Date.now()
    await api.write(reading('E2E-0001', 9.5))
    await item.waitFor({ timeout: RISE_LIMIT_MS })
    const took = Date.now() - sent
    console.log(`# reading sent → alarm on the screen: ${took} ms`)
    assert.match(await item.innerText(), /红/)
    assert.match(await page.title(), /^\(\d+\) 红色待研判 · 安澜$/)
    await item.getByRole('link').click()
  })

  await t.test('the alarm says what happened, why and who', async () => {
    await page.waitForURL('**/alarms/*')
    await settled(page)
    assert.match(await page.locator('h1').innerText(), /9\.5\s*%VOL\s*≥\s*5/)
    await page.getByText('编码符合 E2E-* 的测点').first().waitFor()
    await page.locator('canvas').first().waitFor()
  })

  await t.test('T judges it true, and the next unanswered opens', async () => {
    const at = new URL(page.url()).pathname
    const more = (await api.get('/api/alarms?state.in=unacknowledged,returned&limit=1')).count > 1
    await page.keyboard.press('t')
    await page.getByText('已研判为真实').waitFor()
    if (more) await page.waitForURL((u) => u.pathname !== at)
    await visit(s, at)
    await page.locator('.head', { hasText: '研判结论' }).waitFor()
  })

  await t.test('it is acknowledged', async () => {
    const ack = page.getByRole('button', { name: '确认', exact: true })
    if (await ack.count()) await ack.click()
    await page.locator('.head', { hasText: '已确认' }).waitFor()
    await page.getByRole('button', { name: '变更记录' }).click()
    await page.locator('.history > li').first().waitFor()
  })

  await t.test('shelving wants a reason and an end', async () => {
    await page.getByRole('button', { name: '搁置', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: '搁置', exact: true }).click()
    await counted(dialog.locator('.error:visible'), 2)
    await dialog.locator('textarea').fill('阀门更换，现场有人值守')
    await dialog.getByRole('button', { name: '2小时后' }).click()
    await dialog.getByRole('button', { name: '搁置', exact: true }).click()
    await page.locator('.head', { hasText: '已搁置' }).waitFor()
    await page.locator('.head', { hasText: '阀门更换' }).waitFor()
    await page.getByRole('button', { name: '取消搁置' }).click()
    await page.locator('.head', { hasText: '已搁置' }).waitFor({ state: 'detached' })
  })

  await t.test('F asks why it is false, and refuses to go without', async () => {
    await api.write(reading('E2E-0002', 2))
    const a = await raised(api, 'E2E-0002')
    await visit(s, `/alarms/${a.id}`)
    await settled(page)
    await page.keyboard.press('f')
    await page.locator('.why button', { hasText: '传感器故障或漂移' }).waitFor()
    await page.keyboard.press('9')
    const form = page.locator('.why form')
    assert.ok(await form.getByRole('button').isDisabled(), 'no other reason without words')
    await form.locator('input').fill('校验气体残留')
    await form.getByRole('button').click()
    await page.getByText('已研判为误报').waitFor()
    await visit(s, `/alarms/${a.id}`)
    await page.locator('.head', { hasText: '校验气体残留' }).waitFor()
  })

  await t.test('N leads to another waiting alarm', async () => {
    const before = page.url()
    await page.keyboard.press('n')
    await page.waitForURL((u) => u.href !== before && /\/alarms\/\d+/.test(u.pathname))
  })

  await t.test('the list is filtered by grade and acknowledged in bulk', async () => {
    const now = Date.now()
    await api.write([reading('E2E-0001', 0, now), reading('E2E-0002', 0, now)].join('\n'))
    await api.write([reading('E2E-0001', 1.5, now + 10), reading('E2E-0002', 1.5, now + 10)].join('\n'))
    await visit(s, '/alarms?q=E2E-HIGH')
    await settled(page)
    await page.getByRole('button', { name: /黄/ }).click()
    await page.waitForURL('**grade=3**')
    await settled(page)
    const grades = await page.locator('tbody .grade').allInnerTexts()
    assert.ok(grades.length > 0 && grades.every((g) => g.includes('黄')), grades.join())
    await page.getByRole('checkbox', { name: '选择本页全部' }).check()
    const bulk = page.getByRole('button', { name: /批量确认/ })
    if (await bulk.isEnabled()) await bulk.click()
    await page.locator('.bulk').waitFor({ state: 'detached' })
    await settled(page)
    const states = await page.locator('tbody .state').allInnerTexts()
    assert.ok(states.every((x) => x !== '未确认'), states.join())
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
