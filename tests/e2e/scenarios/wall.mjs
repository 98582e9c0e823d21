// Device health, and the cockpit on the wall at both sizes: no scroll bar, type that can be read from six metres, news by events.
import assert from 'node:assert/strict'
import { reading } from '../lib/http.mjs'
import { checkAccess, counted, login, openPage, settled, until, visit } from '../lib/browser.mjs'

export const WALL = { width: 1920, height: 1080 }
export const WIDE = { width: 3840, height: 1080 }

export async function healthScenario(t, { browser, server, api }) {
  const s = await openPage(browser, server.base)
  const { page } = s
  await login(s, 'office', server.password)
  await t.test('every device is there, the worst first', async () => {
    await api.call('POST', '/api/devices', { code: 'SILENT-1', name: '静默设备' })
    await api.call('POST', '/api/points', { code: 'SILENT-1-P', name: '静默测点', device: 'SILENT-1' })
    await visit(s, '/health')
    await settled(page)
    await counted(page.getByText(/正在统计/), 0, 60_000)
    await until(() => page.locator('tbody tr .state').first().innerText(), (seen) => !['待上报', '停用'].includes(seen), 'a device that reports')
    await checkAccess(page, 'health')
    await page.getByRole('searchbox', { name: '设备编号或名称' }).fill('SILENT-1')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=SILENT-1/)
    // It has not had the time to report: it is waited for, not missed.
    await page.getByRole('row', { name: /静默设备/ }).locator('.state', { hasText: '待上报' }).waitFor()
    await page.getByRole('button', { name: '静默设备' }).click()
    await page.locator('.detail').getByText('静默测点').waitFor()
    await checkAccess(page, 'health opened')
  })
  await t.test('a device out of service is idle', async () => {
    const d = await api.get('/api/devices/code:SILENT-1')
    await api.call('PATCH', `/api/devices/${d.id}`, { in_service: false }, { 'If-Match': `"${d.version}"`, 'Content-Type': 'application/merge-patch+json' })
    await page.reload()
    await page.locator('tbody .state.idle').first().waitFor()
  })
  await t.test('the list is exported', async () => {
    await visit(s, '/health')
    await settled(page)
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 CSV' }).click()])
    assert.match(file.suggestedFilename(), /\.csv$/)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

/** No bar, nothing cut at the edge, and no text smaller than the wall needs. */
async function fitsTheWall(page, least) {
  const found = await page.evaluate(() => {
    const wall = document.querySelector('.wall')
    const sizes = [...wall.querySelectorAll('*')].filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length > 0 && !e.closest('.maplibregl-map'))
      .map((e) => parseFloat(getComputedStyle(e).fontSize))
    return { over: [wall.scrollWidth - wall.clientWidth, wall.scrollHeight - wall.clientHeight], least: Math.min(...sizes), most: Math.max(...sizes) }
  })
  assert.ok(found.over.every((x) => x <= 0), `scrolls by ${found.over}`)
  assert.ok(found.least >= least, `text of ${found.least} px`)
  return found.most
}

export async function cockpitScenario(t, { browser, server, api }) {
  for (const [name, viewport, least, most] of [['wall', WALL, 20, 40], ['wide wall', WIDE, 20, 40], ['desk', { width: 1366, height: 768 }, 14, 26]]) {
    await t.test(name, async () => {
      const s = await openPage(browser, server.base, { viewport })
      await login(s, 'leader', server.password)
      await visit(s, '/cockpit')
      await s.page.locator('.districts tbody tr').first().waitFor()
      await settled(s.page, 60_000)
      assert.equal(await fitsTheWall(s.page, least), most)
      await checkAccess(s.page, `cockpit ${name}`)
      assert.deepEqual(s.faults, [])
      await s.context.close()
    })
  }
  await t.test('a red alarm appears by itself, with its owner and a running clock', async () => {
    const s = await openPage(browser, server.base, { viewport: WALL })
    const { page } = s
    await login(s, 'leader', server.password)
    await visit(s, '/cockpit')
    await page.locator('.districts tbody tr').first().waitFor()
    const object = (await api.get('/api/objects?limit=50')).items.find((o) => o.owner && o.district)
    const point = await api.call('POST', '/api/points', { code: 'WALL-1', name: '大屏测点', object: object.code })
    await api.call('POST', '/api/rules', { code: 'WALL-R', name: '大屏规则', point: 'WALL-1', kind: 'level', dir: 'high', limit1: 5 })
    await api.write(reading('WALL-1', 9))
    const row = page.locator('.severe li', { hasText: point.name })
    await row.waitFor()
    const before = await row.locator('.clock b').innerText()
    await page.waitForFunction(([el, text]) => el.innerText !== text, [await row.locator('.clock b').elementHandle(), before])
    assert.deepEqual(s.faults, [])
    await s.context.close()
  })
  await t.test('English', async () => {
    const s = await openPage(browser, server.base, { viewport: WALL })
    await s.context.addInitScript(() => localStorage.setItem('anlan.lang', 'en'))
    await login(s, 'leader', server.password)
    for (const [path, text] of [['/cockpit', 'Districts ranked'], ['/health', 'Device health'], ['/charts', 'Charts of points']]) {
      await visit(s, path)
      await s.page.getByRole('heading', { name: text }).first().waitFor()
      await settled(s.page, 60_000)
      await checkAccess(s.page, `${path} in English`)
      const chinese = await s.page.evaluate(() => [...document.querySelectorAll('main h1, main h2, main th, main button, main label')].map((e) => e.innerText).filter((x) => /[\u4e00-\u9fff]/.test(x) && !/演示/.test(x)))
      if (path !== '/health') assert.deepEqual(chinese, [], path)
    }
    await s.context.close()
  })
}
