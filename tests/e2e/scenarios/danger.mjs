// A hidden danger from the inspector's telephone to its end, with the taps counted; found a second time it is joined; and a report made
// without a network, with the page closed in between, arrives once.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { checkAccess, DESK, login, openPage, PHONE, press, settled, visit } from '../lib/browser.mjs'
import { photoFrom } from '../lib/jpeg.mjs'
import { noSideways } from '../lib/shots.mjs'
import { countTaps, tapAndType, tapPhoto } from '../lib/taps.mjs'

const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64')
const WHAT = '三号调压间门口堆放杂物，消防通道被占用'

const photo = (name) => ({ name, mimeType: 'image/png', buffer: Buffer.concat([PHOTO, Buffer.from(name)]) })

async function until(what, fn, ms = 20_000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) if (await fn()) return
  assert.fail(`${what} did not come`)
}

async function enter(world, name, options) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, ...options })
  await login(s, name, world.server.password)
  return s
}

/** Fills the short form and sends it, with a finger. */
async function fill(page, words, firm, file = photo('before.png')) {
  await tapPhoto(page, page.locator('.shoot'), file)
  await page.locator('.shots img').waitFor()
  await tapAndType(page, page.getByRole('textbox', { name: '隐患描述' }), words)
  if (firm) {
    await tapAndType(page, page.getByRole('combobox', { name: '责任单位' }), firm)
    await page.locator('.el-select-dropdown__item', { hasText: firm }).first().tap()
  }
  await page.locator('.send button').tap()
}

async function act(page, name, values) {
  const button = page.locator(`[data-action="${name}"]`)
  await press(page, button)
  for (const [field, v] of Object.entries(values)) await page.locator(`#act-${field}`).fill(v)
  await page.locator('.el-dialog button[type=submit]').click()
}

async function attach(page, name) {
  await page.locator('.evidence input[type=file]').first().setInputFiles(photo(name))
  await page.locator('.evidence .name', { hasText: name }).waitFor()
}

export async function dangerScenario(t, world) {
  const { api } = world
  let id = ''
  const inspector = await enter(world, 'inspector', { viewport: PHONE, hasTouch: true })
  await t.test('an inspector reports and orders in five taps', async () => {
    const { page } = inspector
    await visit(inspector, '/report')
    await settled(page)
    await noSideways(page, 'report')
    await checkAccess(page, 'report')
    const taps = await countTaps(page)
    await fill(page, WHAT, '云澜燃气集团')
    await page.locator('[data-done]').waitFor()
    const n = await taps()
    assert.ok(n >= 3 && n <= 5, `a danger reported in ${n} taps`)
    await page.getByRole('link', { name: '查看' }).click()
    await page.waitForURL('**/matters/dangers/*')
    id = page.url().split('/').at(-1)
    const d = await api.get(`/api/dangers/${id}`)
    assert.equal(d.state, 'ordered')
    assert.equal(d.turn, 'BODY-GAS')
    assert.equal(d.files, 1)
    await settled(page)
    await noSideways(page, 'danger')
  })
  await t.test('the enterprise answers with a photo', async () => {
    const firm = await enter(world, 'enterprise', { viewport: PHONE, hasTouch: true })
    await visit(firm, `/matters/dangers/${id}`)
    await settled(firm.page)
    await attach(firm.page, 'after.png')
    await act(firm.page, 'rectify', { result: '已清理杂物，通道畅通' })
    await until('待复查', async () => (await api.get(`/api/dangers/${id}`)).state === 'rectified')
    assert.deepEqual(firm.faults, [])
    await firm.context.close()
  })
  await t.test('who finds it again joins it', async () => {
    const { page } = inspector
    await visit(inspector, '/report')
    await settled(page)
    await page.getByRole('textbox', { name: '隐患描述' }).fill('调压间门口堆放杂物，消防通道被占用')
    await page.getByRole('combobox', { name: '责任单位' }).click()
    await page.keyboard.type('云澜燃气集团')
    await page.locator('.el-select-dropdown__item', { hasText: '云澜燃气集团' }).first().click()
    await page.locator('.similar').getByText('同一单位').first().waitFor()
    await checkAccess(page, 'proposals')
  })
  await t.test('the inspector reviews and closes it', async () => {
    const { page } = inspector
    await visit(inspector, `/matters/dangers/${id}`)
    await settled(page)
    await attach(page, 'review.png')
    await act(page, 'accept', { review: '现场复查合格' })
    await until('已销号', async () => (await api.get(`/api/dangers/${id}`)).state === 'closed')
    assert.deepEqual(inspector.faults, [])
    await inspector.context.close()
  })
  await t.test('figures and the file of the enterprise on the desk', async () => {
    const office = await enter(world, 'office', { viewport: DESK })
    for (const path of ['/dangers/figures', '/enterprises']) {
      await visit(office, path)
      await settled(office.page)
      await noSideways(office.page, path)
      await checkAccess(office.page, path)
    }
    const [gas] = (await api.get('/api/bodies?code=BODY-GAS')).items
    await visit(office, `/enterprises/${gas.id}`)
    await settled(office.page)
    await office.page.locator('[data-part=dangers] li').first().waitFor()
    await checkAccess(office.page, 'file')
    assert.deepEqual(office.faults, [])
    await office.context.close()
  })
  await t.test('script in any text is text', async () => {
    const bad = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    const office = await enter(world, 'office', { viewport: DESK })
    const { page } = office
    const asked = { Cookie: (await office.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ') }
    const { csrf } = await (await page.request.get(`${world.server.base}/api/session`, { headers: asked })).json()
    const made = await page.request.post(`${world.server.base}/api/dangers`, {
      headers: { 'X-CSRF-Token': csrf },
      data: { enterprise: 'BODY-GAS', title: `标题${bad}`, description: `描述${bad}`, place: `位置${bad}`, grade: 1, major_reason: `理由${bad}`, order: true, requirements: `要求${bad}` },
    })
    assert.equal(made.status(), 201, await made.text())
    const d = await made.json()
    for (const path of [`/matters/dangers/${d.id}`, '/matters/dangers', '/dangers/lists?list=problems', '/desk', `/search?q=${encodeURIComponent('标题')}`]) {
      await visit(office, path)
      await settled(page)
      assert.equal(await page.evaluate(() => globalThis.hacked), undefined, path)
      assert.equal(await page.locator('img[src=x]').count(), 0, path)
    }
    await visit(office, `/matters/dangers/${d.id}`)
    await page.getByText('onerror=').first().waitFor()
    for (const [name, type, bytes] of [['a.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'], ['a.jpg', 'image/jpeg', '<html><script>alert(1)</script></html>']]) {
      const r = await page.request.post(`${world.server.base}/api/dangers/${d.id}/files?name=${name}`, { headers: { 'X-CSRF-Token': csrf, 'Content-Type': type }, data: Buffer.from(bytes) })
      assert.ok(r.status() >= 400 && r.status() < 500, `${name}: ${r.status()}`)
    }
    assert.deepEqual(office.faults, [])
    await office.context.close()
  })
  await t.test('cut in the middle of a photo, closed, opened again: one report with its photo and the original', async () => {
    const words = `照片传到一半断网 ${Date.now()}`
    const s = await enter(world, 'enterprise', { viewport: PHONE, hasTouch: true })
    await visit(s, '/report')
    await settled(s.page)
    await s.page.route('**/api/dangers/*/files?**', (r) => r.abort('connectionreset'))
    const raw = await photoFrom(s.page, { at: '2026:01:05 08:00:00', lon: 121.25, lat: 30.75 })
    await fill(s.page, words, '', raw)
    await s.page.getByText('已保存在本机').waitFor()
    const found = async () => (await api.get(`/api/dangers?q=${encodeURIComponent(words)}`)).items
    assert.equal((await found()).length, 1)
    await s.page.close()
    const page = await s.context.newPage()
    // The second time the network breaks in the original.
    let cut = true
    await page.route('**/api/dangers/*/files?*of=*', (r) => (cut ? r.abort('connectionreset') : r.continue()))
    await page.goto(`${world.server.base}/report`)
    const { id: made } = (await found())[0]
    const files = async () => (await api.get(`/api/dangers/${made}/files`)).items
    await until('the photo', async () => (await files()).length === 1)
    await page.waitForFunction(() => document.querySelector('[data-waiting] button:not(:disabled)'))
    cut = false
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await page.locator('[data-waiting]').waitFor({ state: 'detached' })
    await page.reload()
    await settled(page)
    assert.equal((await found()).length, 1)
    const [marked, original, ...more] = await files()
    assert.deepEqual(more, [])
    assert.equal(original.of, marked.hash)
    assert.equal(original.hash, createHash('sha256').update(raw.buffer).digest('hex'))
    assert.equal(Date.parse(marked.shot_at), Date.parse('2026-01-05T08:00:00+08:00'))
    assert.equal(marked.shot_lon, 121.25)
    assert.equal(marked.lon, undefined)
    assert.equal((await api.get(`/api/dangers/${made}`)).files, 1)
    await page.goto(`${world.server.base}/matters/dangers/${made}`)
    await page.locator('.evidence').getByText('照片自带时间').waitFor()
    const link = page.locator('.evidence [data-original]')
    assert.ok((await link.getAttribute('title')).includes(original.hash))
    const sent = await page.request.get(world.server.base + (await link.getAttribute('href')))
    assert.ok((await sent.body()).equals(raw.buffer), 'the original came back as it was')
    assert.equal(await page.locator('.evidence .files > li').count(), 1)
    await s.context.close()
  })
  await t.test('without a network it is kept, and arrives once', async () => {
    const words = `无网络时发现配电箱门缺失 ${Date.now()}`
    const s = await enter(world, 'enterprise', { viewport: PHONE, hasTouch: true, serviceWorkers: 'allow' })
    await visit(s, '/report')
    await s.page.evaluate(() => navigator.serviceWorker.ready)
    await s.page.reload()
    await settled(s.page)
    await s.page.waitForFunction(() => !!navigator.serviceWorker.controller)
    await s.context.setOffline(true)
    await fill(s.page, words, '')
    await s.page.getByText('已保存在本机').waitFor()
    await s.page.close()
    const page = await s.context.newPage()
    await page.goto(`${world.server.base}/report`)
    await page.locator('[data-waiting]').getByText('待上报 1 条').waitFor()
    await s.context.setOffline(false)
    const found = async () => (await api.get(`/api/dangers?q=${encodeURIComponent(words)}`)).items
    await until('the report', async () => (await found()).length > 0)
    await page.locator('[data-waiting]').waitFor({ state: 'detached' })
    await page.reload()
    await settled(page)
    const list = await found()
    assert.equal(list.length, 1)
    assert.equal((await api.get(`/api/dangers/${list[0].id}`)).files, 1)
    await s.context.close()
  })
}
