// Many points on one axis: a year in steps, the readings themselves when zoomed in, the address, the exports.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { reading } from '../lib/http.mjs'
import { checkAccess, counted, login, openPage, settled, visit } from '../lib/browser.mjs'

const HOUR = 3_600_000

/** A reading an hour for a year, with ten days missing. */
async function year(api) {
  const now = Math.floor(Date.now() / HOUR) * HOUR
  for (const [i, unit] of [[1, 'kPa'], [2, 'kPa'], [3, 'mm'], [4, '°C']]) {
    await api.call('POST', '/api/points', { code: `YEAR-${i}`, name: `年度测点${i}`, unit, interval_s: 3600 })
    const lines = []
    for (let h = 0; h < 365 * 24; h++) if (h < 3000 || h >= 3240) lines.push(reading(`YEAR-${i}`, (i + Math.sin(h / 700)).toFixed(3), now - (365 * 24 - h) * HOUR))
    await api.write(lines.join('\n'))
  }
}

export async function chartScenario(t, { browser, server, api }) {
  await year(api)
  const s = await openPage(browser, server.base)
  const { page } = s
  const asked = []
  page.on('request', (r) => {
    const u = new URL(r.url())
    if (/\/api\/points\/[^/]+\/readings$/.test(u.pathname)) asked.push(u.searchParams)
  })
  await login(s, 'watch', server.password)

  await t.test('points are found, added and stand in the address', async () => {
    await visit(s, '/charts')
    await page.getByText('请添加测点').waitFor()
    for (const code of ['YEAR-1', 'YEAR-2']) {
      await page.getByRole('combobox', { name: '添加测点' }).fill(code)
      await page.getByRole('option', { name: code }).click()
      await page.locator('.chips li', { hasText: code.replace('YEAR-', '年度测点') }).waitFor()
    }
    await page.getByRole('button', { name: '1 年' }).click()
    await page.waitForURL(/p=YEAR-1,YEAR-2.*range=1y|range=1y.*p=YEAR-1,YEAR-2/)
    await settled(page)
    await checkAccess(page, 'charts')
  })

  await t.test('a year comes in steps, one request a point, gaps stay', async () => {
    const last = asked.slice(-2)
    for (const q of last) {
      assert.equal(q.get('agg'), 'band')
      assert.equal(q.get('step'), '86400s')
    }
    const point = await api.get('/api/points/code:YEAR-1')
    const from = new Date(Date.now() - 365 * 24 * HOUR).toISOString()
    const got = await api.get(`/api/points/${point.id}/readings?from=${from}&step=1d&agg=band`)
    assert.ok(got.rows.length > 350 && got.rows.length < 360, `${got.rows.length} days`)
    assert.ok(got.rows.every(([, v, , least, most]) => least <= v && v <= most))
  })

  await t.test('the wheel zooms to finer steps', async () => {
    asked.length = 0
    const box = await page.locator('.plot .chart').boundingBox()
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2)
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -300)
    await page.waitForURL(/from=\d+/)
    await settled(page)
    assert.ok(asked.length >= 2)
    assert.notEqual(asked.at(-1).get('step'), '86400s')
    const before = page.url()
    await page.locator('.plot .chart').focus()
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL((u) => u.href !== before)
  })

  await t.test('the whole span is exported as CSV and the picture as PNG', async () => {
    await page.getByRole('button', { name: '1 年' }).click()
    await settled(page)
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
    const lines = readFileSync(await csv.path(), 'utf8').trim().split('\r\n')
    assert.match(lines[0], /^time,point,mean,min,max,last,count,quality,unit$/)
    assert.ok(lines.length > 700, `${lines.length} lines`)
    const [png] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()])
    assert.equal(readFileSync(await png.path()).subarray(1, 4).toString(), 'PNG')
  })

  await t.test('more than two units have a panel each', async () => {
    await visit(s, '/charts?p=YEAR-1,YEAR-3,YEAR-4,NOWHERE&range=1y')
    await settled(page)
    await page.getByText('没有找到：NOWHERE').waitFor()
    await counted(page.locator('.chips li'), 3)
    await counted(page.locator('.charts .table tbody tr'), 3)
  })

  await t.test('a point that fell silent is shown up to its newest reading', async () => {
    const old = Date.now() - 40 * 24 * HOUR
    await api.call('POST', '/api/points', { code: 'OLD-1', name: '停报测点', unit: 'kPa', interval_s: 60 })
    await api.write([0, 1, 2, 3].map((i) => reading('OLD-1', 5 + i, old + i * 60_000)).join('\n'))
    const point = await api.get('/api/points/code:OLD-1')
    await visit(s, `/points/${point.id}`)
    await page.getByText(/图止于最近一次读数/).waitFor()
    await page.getByRole('link', { name: '多测点对比' }).click()
    await page.waitForURL(/\/charts\?.*p=OLD-1/)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
