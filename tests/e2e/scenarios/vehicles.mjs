// A terminal nobody knows becomes a vehicle; a vehicle's page has its track; a geofence is drawn on the map and judges.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, settled, visit } from '../lib/browser.mjs'

const ask = (page, path) => page.evaluate(async (p) => (await fetch(p)).json(), path)

/** The first click on a page allows the sound, whose bar then goes: after it nothing moves. */
const calm = (page) => page.getByRole('heading', { level: 1 }).click()

export async function vehicleScenario(t, { browser, server }) {
  const s = await openPage(browser, server.base)
  const { page } = s
  await login(s, 'office', server.password)

  await t.test('an unknown terminal is offered above the list, its form is filled', async () => {
    await visit(s, '/registers/vehicles')
    await page.getByText('1 个终端未登记车辆').waitFor()
    await checkAccess(page, 'vehicles')
    await calm(page)
    await page.getByRole('link', { name: '登记为车辆' }).click()
    await page.locator('#f-phone').waitFor()
    assert.equal(await page.inputValue('#f-phone'), '990100000099')
    assert.equal(await page.inputValue('#f-code'), '云H9099')
  })

  await t.test('a vehicle has its place, its speed and its track with a slider', async () => {
    await visit(s, '/registers/vehicles')
    await page.getByRole('row', { name: /UN1017/ }).press('Enter')
    await page.getByRole('link', { name: '查看车辆' }).click()
    await page.getByRole('heading', { level: 1, name: '云H·1017' }).waitFor()
    await page.locator('.speed', { hasText: 'km/h' }).waitFor()
    const slider = page.getByRole('slider', { name: '轨迹时刻' })
    await slider.waitFor()
    await settled(page, 60_000)
    await slider.evaluate((e) => {
      e.value = String((Number(e.min) + Number(e.max)) / 2)
      e.dispatchEvent(new Event('input'))
    })
    await page.locator('output', { hasText: 'km/h' }).waitFor()
    await checkAccess(page, 'vehicle')
  })

  await t.test('a geofence is drawn by clicks and kept as drawn', async () => {
    await visit(s, '/registers/geofences/new')
    await calm(page)
    await page.fill('#f-code', 'FEN-E2E')
    await page.fill('#f-name', '测试围栏')
    const map = page.locator('#f-shape .ground')
    await map.scrollIntoViewIfNeeded()
    await map.locator('[data-idle=true]').waitFor({ timeout: 60_000 })
    await settled(page, 60_000)
    const box = await map.boundingBox()
    const corners = [[0.45, 0.45], [0.55, 0.45], [0.5, 0.55]]
    for (let i = 0; i < corners.length; i++) {
      await page.mouse.click(box.x + box.width * corners[i][0], box.y + box.height * corners[i][1])
      await page.getByText(`${i + 1} 个顶点`).waitFor()
    }
    await page.getByRole('button', { name: '保存' }).click()
    await page.waitForURL('**/registers/geofences?open=*') // the form's own heading has the register's name in it
    const fence = await ask(page, '/api/geofences/code:FEN-E2E')
    const ring = fence.shape.coordinates[0]
    assert.equal(ring.length, 4)
    assert.deepEqual(ring[0], ring[3])
    assert.ok(ring.every(([lon, lat]) => lon > 116.9 && lon < 117.4 && lat > 30.9 && lat < 31.3))
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
