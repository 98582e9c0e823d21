// What calls a watch officer: the bar on every page, the tones in one tab of several, the title; keys, groups and evidence.
import assert from 'node:assert/strict'
import { counted, login, openPage, settled, visit } from '../lib/browser.mjs'
import { listen, forget, quiet, tones } from '../lib/ears.mjs'
import { reading } from '../lib/http.mjs'
import { makeSite, SENTENCE } from './site.mjs'

// The machine may be busy with other things: how quick it is stands in docs/incident.md.
const CALL_MS = 15_000
const PAGES = ['/', '/settings', '/cockpit', '/registers/points/new', '/alarms', '/alarms/load', '/online', '/unclaimed']

async function alarmOf(api, point) {
  for (let i = 0; i < 300; i++) {
    const a = (await api.get(`/api/alarms?point=${point}&rule=${point.split('-')[0]}-HIGH&sort=-raised_at&limit=1`)).items[0]
    if (a && a.state !== 'normal') return a
    await new Promise((r) => setTimeout(r, 100))
  }
  throw new Error(`no alarm of ${point}`)
}

let moment = 0
/** Values at one moment, each call a little later than the last. */
async function send(api, values) {
  moment = Math.max(Date.now(), moment + 5)
  await api.write(Object.entries(values).map(([point, v]) => reading(point, v, moment)).join('\n'))
}

async function calm(api) {
  await send(api, { 'CALL-1': 1, 'CALL-2': 1, 'CALL-3': 1 })
  await quiet(api)
}

/** The bar shows this alarm; the city's own incidents are judged away meanwhile. */
async function barOf(page, api, id) {
  const bar = page.locator(`[data-alarm="${id}"]`)
  for (let i = 0; i < 3; i++) {
    if (await bar.waitFor({ timeout: CALL_MS }).then(() => true, () => false)) return bar
    const others = (await api.get('/api/alarms?state.in=unacknowledged,returned,acknowledged&grade.lte=2&limit=500')).items
    for (const a of others) if (a.id !== id && a.rule !== 'CALL-HIGH') await api.call('POST', `/api/alarms/${a.id}/actions/judge`, { verdict: 'test', reason: '清场' })
  }
  throw new Error(`the bar does not show ${id}`)
}

async function callsEverywhere(t, s, api) {
  const { page } = s
  await t.test('a page that nobody touched says that its sound is off; a touch switches it on', async () => {
    // A window of its own with the same session: a browser may count the click on the login page for the pages after it.
    const other = await openPage(s.context.browser(), s.base, { drawn: false })
    await other.context.addCookies(await s.context.cookies())
    await other.page.goto(`${s.base}/settings`)
    // Now and then a browser lets a page sound that nobody has touched; it then says that the sound is on.
    const off = other.page.locator('.off', { hasText: '声音未开启' })
    await off.or(other.page.locator('header').getByRole('button', { name: '声音开' })).first().waitFor()
    if (await off.count()) {
      await off.locator('button').click()
      await off.waitFor({ state: 'detached' })
    }
    assert.deepEqual(other.faults, [])
    await other.context.close()
  })
  await visit(s, '/settings')
  await settled(page)
  await page.locator('h1').click()
  await t.test('an orange alarm calls on the settings page: bar, two tones, title', async () => {
    await quiet(api)
    await forget(page)
    await send(api, { 'CALL-1': 6.5 })
    const a = await alarmOf(api, 'CALL-1')
    const bar = await barOf(page, api, a.id)
    const text = await bar.innerText()
    assert.match(text, SENTENCE)
    assert.match(text, /滨河调压站/)
    assert.match(text, /橙/)
    assert.match(text, /\d\d:\d\d/)
    await page.waitForFunction(() => globalThis.heard.length >= 2)
    await page.waitForTimeout(1000)
    const heard = await tones(page)
    assert.equal(heard.length, 2, 'two tones for orange')
    assert.ok(heard.every((x) => x.state === 'running'))
    assert.match(await page.title(), /^\(\d+\) 橙色待研判/)
    assert.equal(await bar.locator('button', { hasText: /关闭|×/ }).count(), 0, 'it cannot be closed')
  })
  await t.test('it stands on every page, also after a reload', async () => {
    const a = await alarmOf(api, 'CALL-1')
    for (const path of PAGES) {
      await visit(s, path)
      await barOf(page, api, a.id)
    }
  })
  await t.test('after the reload it sounds again', async () => {
    // A browser may let a page sound that nobody has touched yet; what may not happen is a page that is silent and does not say so.
    await page.waitForFunction(() => globalThis.heard.length >= 2 || document.querySelector('.off button'))
    if (await page.locator('.off button').count()) {
      await forget(page)
      await page.locator('.off button').click()
    }
    await page.waitForFunction(() => globalThis.heard.length >= 2, null, { timeout: 25_000 })
  })
}

async function muteAndTabs(t, s, api) {
  const { page } = s
  await t.test('a mute is shown, holds over a reload, and stops the tones', async () => {
    await page.locator('header').getByRole('button', { name: '声音开' }).click()
    await page.locator('header').getByRole('button', { name: /已静音 (10:00|0\d:\d\d)/ }).waitFor()
    await visit(s, '/settings')
    await settled(page)
    await page.mouse.click(700, 700)
    await page.locator('header').getByRole('button', { name: /已静音/ }).waitFor()
    await forget(page)
    await send(api, { 'CALL-2': 9.5 })
    await alarmOf(api, 'CALL-2')
    await page.waitForTimeout(2500)
    assert.equal((await tones(page)).length, 0)
    await page.locator('header').getByRole('button', { name: /已静音/ }).click()
    await page.locator('header').getByRole('button', { name: '声音开' }).waitFor()
  })
  await t.test('of two tabs one sounds at a time: three tones for red, not six', async () => {
    await calm(api)
    const other = await s.context.newPage()
    other.setDefaultTimeout(20_000)
    await other.goto(`${s.base}/online`)
    await settled(other)
    await other.mouse.click(700, 700)
    await other.waitForTimeout(1500)
    assert.equal(await other.locator('.off').count(), 0)
    await forget(page)
    await forget(other)
    await send(api, { 'CALL-3': 9.5 })
    await alarmOf(api, 'CALL-3')
    for (let i = 0; i < 300 && (await tones(page)).length + (await tones(other)).length < 3; i++) await page.waitForTimeout(100)
    await page.waitForTimeout(2500)
    const all = [...(await tones(page)).map((x) => ({ ...x, who: 1 })), ...(await tones(other)).map((x) => ({ ...x, who: 2 }))].sort((a, b) => a.at - b.at)
    const rings = []
    for (const x of all) {
      if (rings.length === 0 || x.at - rings.at(-1).at(-1).at > 1000) rings.push([])
      rings.at(-1).push(x)
    }
    assert.ok(rings.some((r) => r.length === 3), 'three tones for red')
    assert.ok(rings.every((r) => r.length <= 3 && new Set(r.map((x) => x.who)).size === 1), JSON.stringify(all))
    await counted(other.locator('[data-alarm]'), 1)
    await other.close()
  })
}

async function evidenceAndKeys(t, s, api, site) {
  const { page } = s
  const a = await alarmOf(api, 'CALL-3')
  await barOf(page, api, a.id)
  await t.test('the bar opens the alarm, which answers in order', async () => {
    await page.locator('[data-alarm]').getByRole('link', { name: '处置' }).click()
    await page.waitForURL(`**/alarms/${a.id}`)
    await settled(page)
    await page.locator('.sure', { hasText: '滨河调压站站内甲烷' }).waitFor()
    await page.locator('.sure', { hasText: '同类监测量' }).waitFor()
    await page.locator('.owner', { hasText: '澜江燃气滨河公司' }).waitFor()
    assert.equal(await page.locator('.owner .phone').innerText(), '0990-7654321')
    const near = await page.locator('.panel.near').innerText()
    assert.match(near, new RegExp(`${site.hospital}\\s*22\\d m 南`))
    assert.match(near, /管线/)
    const advice = await page.locator('.advice').innerText()
    assert.match(advice, /关阀、通风、疏散/)
    assert.match(advice, /还剩 1[45]:\d\d/)
    await page.locator('.panel.near select').selectOption('5000')
    await page.locator('.panel.near', { hasText: '学校' }).waitFor()
  })
  await t.test('a key typed into a field is a letter', async () => {
    await page.locator('header input').fill('t')
    await page.waitForTimeout(300)
    assert.equal((await api.get(`/api/alarms/${a.id}`)).verdict ?? null, null)
    await page.locator('header input').fill('')
    await page.locator('h1').first().click()
  })
  await t.test('F and a number judge it false with its reason, and the bar goes', async () => {
    await page.keyboard.press('f')
    await page.locator('.why button', { hasText: '施工或作业扰动' }).waitFor()
    await page.keyboard.press('4')
    await page.locator(`[data-alarm="${a.id}"]`).waitFor({ state: 'detached' })
    const done = await api.get(`/api/alarms/${a.id}`)
    assert.equal(done.verdict, 'false')
    assert.equal(done.verdict_code, 'works')
  })
}

async function groups(t, s, api) {
  const { page } = s
  await makeSite(api, 'GROUP', '西门')
  await calm(api)
  await send(api, { 'GROUP-1': 1, 'GROUP-2': 1, 'GROUP-3': 1 })
  await send(api, { 'GROUP-1': 9.5, 'GROUP-2': 9.5, 'GROUP-3': 6 })
  const first = await alarmOf(api, 'GROUP-1')
  const third = await alarmOf(api, 'GROUP-3')
  await t.test('alarms of one site and moment are one in the stream and the list, the first one named', async () => {
    assert.equal(third.group_id, first.group_id)
    await visit(s, '/')
    const item = page.locator('.stream .one', { hasText: '西门调压站站内甲烷' })
    await item.getByRole('button', { name: /同组另 2 条/ }).click()
    await item.getByText('西门调压站门口甲烷').waitFor()
    await visit(s, '/alarms')
    await settled(page)
    const row = page.locator('tbody tr', { hasText: '西门调压站' })
    await counted(row, 1)
    await row.getByRole('button', { name: /同组另 2 条/ }).click()
    await counted(page.locator('tbody tr', { hasText: '西门调压站' }), 3)
  })
  await t.test('N, then G and T judge all of the group at a stroke', async () => {
    await visit(s, `/alarms/${first.id}`)
    await settled(page)
    await page.locator('.group', { hasText: '同组报警 3 条' }).waitFor()
    await page.locator('.bar .whole').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByText('已研判同组 3 条').waitFor()
    for (const p of ['GROUP-1', 'GROUP-2', 'GROUP-3']) assert.equal((await api.get(`/api/alarms?point=${p}&rule=GROUP-HIGH&sort=-raised_at&limit=1`)).items[0].verdict, 'true')
  })
}

async function others(t, browser, server, api) {
  await t.test('who may not judge is told quietly: a line, no bar, no tones', async () => {
    await calm(api)
    await send(api, { 'CALL-1': 9.5 })
    await alarmOf(api, 'CALL-1')
    const s = await openPage(browser, server.base, { drawn: false })
    await listen(s.context)
    await login(s, 'leader', server.password)
    await visit(s, '/settings')
    await s.page.getByText('条红橙报警待值守研判').waitFor()
    await s.page.mouse.click(700, 700)
    await s.page.waitForTimeout(2500)
    assert.equal(await s.page.locator('[data-alarm], .off').count(), 0)
    assert.equal((await tones(s.page)).length, 0)
    assert.doesNotMatch(await s.page.title(), /待研判/)
    assert.equal(await s.page.locator('.duty').getByText('值守').count(), 0)
    assert.deepEqual(s.faults, [])
    await s.context.close()
    await calm(api)
  })
  await t.test('a wrong password is called so', async () => {
    const s = await openPage(browser, server.base, { drawn: false })
    await s.page.goto(`${server.base}/login`)
    await s.page.fill('#name', 'watch')
    await s.page.fill('#password', 'wrong')
    await s.page.click('button[type=submit]')
    await s.page.getByText('账号或密码不正确').waitFor()
    await s.context.close()
  })
}

export async function callScenario(t, world) {
  const { browser, server, api } = world
  const site = await makeSite(api, 'CALL', '滨河')
  const s = await openPage(browser, server.base, { drawn: false })
  await listen(s.context)
  await login(s, 'watch', server.password)
  await callsEverywhere(t, s, api)
  await muteAndTabs(t, s, api)
  await evidenceAndKeys(t, s, api, site)
  await groups(t, s, api)
  await others(t, browser, server, api)
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
