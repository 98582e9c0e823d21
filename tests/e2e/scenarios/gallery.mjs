// Every page on the desk and on the phone: no serious accessibility finding, no sideways scrolling; with ANLAN_SHOTS the pictures
// go into docs/screenshots.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { reading } from '../lib/http.mjs'
import { checkAccess, DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { WALL, WIDE } from './wall.mjs'

const SHOTS = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url))
const wanted = process.env.ANLAN_SHOTS === '1'

async function shoot(page, name) {
  if (!wanted) return
  mkdirSync(SHOTS, { recursive: true })
  await page.mouse.move(0, 0)
  // What is drawn lags behind what is known when everything is painted by the processor.
  await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 400)))))
  await page.screenshot({ path: `${SHOTS}${name}.png` })
}

async function noSideways(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(over <= 0, `${name} scrolls sideways by ${over} px`)
}

/** One alarm of each grade, from the limits of the demo's own rules, so that the pictures show what the city looks like with them. */
async function ring(api) {
  const rules = (await api.get('/api/rules?kind=level&limit=200')).items.filter((r) => r.dir === 'high' && r.enabled && !r.on_delay_ms)
  const lines = []
  for (const grade of [1, 2, 3, 4]) {
    const rule = rules.find((r) => r[`limit${grade}`] !== null && !lines.some((l) => l.rule === r))
    if (!rule) continue
    const like = new RegExp(`^${rule.point.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`)
    const points = (await api.get(`/api/points?q=${encodeURIComponent(rule.point.split(/[*?]/)[0])}&limit=200`)).items
    const point = points.filter((p) => like.test(p.code)).at(grade * 3)
    if (point) lines.push({ rule, text: reading(point.code, rule[`limit${grade}`]) })
  }
  assert.ok(lines.length > 1, 'the demo has rules to ring')
  await api.write(lines.map((l) => l.text).join('\n'))
  for (let i = 0; i < 150 && (await api.get('/api/alarms?kind=level')).count < lines.length; i++) await new Promise((r) => setTimeout(r, 200))
}

/** The pages and a way to each, with the records that stand behind them. */
async function pagesOf(api) {
  const alarm = (await api.get('/api/alarms?state.in=unacknowledged,acknowledged&sort=grade&limit=50&kind=level')).items.find((a) => a.field) ?? (await api.get('/api/alarms?limit=1')).items[0]
  const point = await api.get(`/api/points/code:${encodeURIComponent(alarm.point)}`)
  const rule = (await api.get('/api/rules?limit=1')).items[0]
  const calm = (await api.get('/api/points?field=water&limit=50')).items.find((p) => p.unit && p.id !== point.id) ?? point
  return {
    'map': '/', 'map-chosen': `/?point=${point.id}`, 'alarms': '/alarms', 'alarm': `/alarms/${alarm.id}`, 'point-alarm': `/points/${point.id}`,
    'point-live': `/points/${calm.id}`, 'registers': '/registers', 'points': '/registers/points', 'point-drawer': `/registers/points?open=${point.id}`,
    'rule-form': `/registers/rules/${rule.id}/edit`, 'rule-copy': `/registers/rules/${rule.id}/copy`, 'rule-versions': `/registers/rules/${rule.id}/versions`,
    'charts': `/charts?p=${point.code},${calm.code}&range=24h`, 'health': '/health', 'cockpit': '/cockpit', 'gateways': '/gateways', 'gateway': '/gateways/jt808', 'unclaimed': '/unclaimed', 'load': '/alarms/load', 'online': '/online', 'settings': '/settings',
  }
}

async function walk(t, s, pages, size) {
  for (const [name, path] of Object.entries(pages)) {
    await t.test(`${name}, ${size}`, async () => {
      await visit(s, path)
      await settled(s.page, 60_000)
      await noSideways(s.page, name)
      await shoot(s.page, `${name}-${size}`)
      await checkAccess(s.page, `${name} ${size}`)
    })
  }
}

export async function galleryScenario(t, { browser, server, api }) {
  await api.write(`probe,site=gallery flow=12.5 ${Date.now()}\njunk,unit=7 v=1 ${Date.now()}`)
  await ring(api)
  const pages = await pagesOf(api)
  for (const [size, viewport] of [['desk', DESK], ['phone', PHONE]]) {
    const s = await openPage(browser, server.base, { viewport })
    await s.page.goto(`${server.base}/login`)
    await s.page.locator('.account').first().waitFor()
    await noSideways(s.page, 'login')
    await shoot(s.page, `login-${size}`)
    await login(s, 'watch', server.password)
    await walk(t, s, pages, size)
    await t.test(`error state, ${size}`, async () => {
      await s.context.route('**/api/alarms?*', (r) => r.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"服务繁忙，请稍后重试","code":"busy"}' }))
      await s.context.route('**/api/events?*', (r) => r.abort())
      await visit(s, '/alarms')
      await s.page.getByText('连接中断，正在重连').waitFor()
      await settled(s.page)
      await shoot(s.page, `error-${size}`)
      await checkAccess(s.page, `error ${size}`)
    })
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
}

/** The wall at its two sizes. */
export async function wallGalleryScenario(t, { browser, server }) {
  for (const [size, viewport] of [['wall', WALL], ['wide', WIDE]]) {
    const s = await openPage(browser, server.base, { viewport })
    await login(s, 'leader', server.password)
    await walk(t, s, { cockpit: '/cockpit' }, size)
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
}

export async function emptyGalleryScenario(t, { browser, empty }) {
  const pages = { 'empty-map': '/', 'empty-points': '/registers/points', 'empty-alarms': '/alarms', 'upkeep': '/upkeep' }
  for (const [size, viewport] of [['desk', DESK], ['phone', PHONE]]) {
    const s = await openPage(browser, empty.base, { viewport })
    await login(s, empty.account, empty.password)
    await walk(t, s, pages, size)
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
}
