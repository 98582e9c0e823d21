// The watch: a week on the roster with a hole that is told, the log of the shift, and a handover that both sign.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, settled, until, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'

const DAY = 86_400_000
const WEEKS = 10
const FIRST = 'First-2026-anlan'
const PASSWORD = 'Roster-2026-anlan'

/** A second officer of the watch's body, with an account. */
async function successor(world, name, body) {
  const security = await session(world.server, 'security')
  await security.call('POST', '/api/users', { name, full_name: '郑接', roles: 'watch', body, password: FIRST })
  const person = await world.api.call('POST', '/api/persons', { code: name, name: '郑接', body, account: name })
  const own = await session(world.server, name, FIRST)
  await own.call('POST', '/api/session/password', { old: FIRST, new: PASSWORD })
  return person
}

/** A Monday far enough ahead that nobody has planned it, in Shanghai. */
function monday() {
  const today = Math.floor((Date.now() + 8 * 3_600_000) / DAY)
  return (today - ((today + 3) % 7) + WEEKS * 7) * DAY - 8 * 3_600_000
}

/** Where the matter stands now: the names of all its states are on the page from the beginning. */
const stage = (page, name) => page.locator('.stages [aria-current=step]').getByText(name).waitFor()

/** What the page shows of a week, for the one who reads a failure. */
const weekOf = (page) => page.evaluate(() => ({
  week: document.querySelector('.week')?.dataset.week ?? null,
  days: document.querySelectorAll('.week .day').length,
  shifts: document.querySelectorAll('.week .shift').length,
  next: [...document.querySelectorAll('.week .shift')].filter((e) => e.textContent.includes('郑接')).length,
  free: document.querySelectorAll('.week .free').length,
  faults: [...document.querySelectorAll('.faults li')].map((e) => e.textContent.trim()),
}))

/** Ten weeks on, each asked for before the one before it has answered, until the page shows the one asked for last. */
async function goTo(page, start) {
  await page.getByRole('button', { name: '本周' }).click()
  for (let i = 0; i < WEEKS; i++) await page.getByRole('button', { name: '下一周' }).click()
  const week = new Date(start + 8 * 3_600_000).toISOString().slice(0, 10)
  await until(() => weekOf(page), (seen) => seen.week === week, `the week of ${week}`)
  await settled(page)
}

async function rosterStory(t, world, s, body, next) {
  const { page } = s
  const start = monday()
  const at = (d, h) => new Date(start + d * DAY + h * 3_600_000).toISOString()
  const own = (await world.api.get('/api/persons?account=watch')).items[0]
  await t.test('a week is planned, and the hole in it is told', async () => {
    for (let d = 0; d < 7; d++) {
      if (d === 3) continue
      await world.api.call('POST', '/api/duty-shifts', { body, place: 'first', person: d % 2 ? next.code : own.code, starts_at: at(d, 0), ends_at: at(d, 24) })
    }
    await visit(s, `/watch?body=${body}`)
    await settled(page)
    await goTo(page, start)
    const hole = await weekOf(page)
    assert.deepEqual({ ...hole, faults: hole.faults.filter((f) => f.includes('无人值班')).length }, { week: hole.week, days: 7, shifts: 6, next: 2, free: 1, faults: 1 }, JSON.stringify(hole))
    await checkAccess(page, 'watch')
    await world.api.call('POST', '/api/duty-shifts', { body, place: 'first', person: next.code, starts_at: at(3, 0), ends_at: at(3, 24) })
    await goTo(page, start)
    assert.deepEqual(await weekOf(page), { week: hole.week, days: 7, shifts: 7, next: 3, free: 0, faults: [] })
  })
  await t.test('what happened is written into the log of the shift', async () => {
    const words = `二号泵房巡查正常 ${Date.now()}`
    await page.getByRole('textbox', { name: '发生了什么' }).fill(words)
    await page.getByRole('button', { name: '记一条' }).click()
    await page.locator('.log').getByText(words).waitFor()
    await page.getByRole('textbox', { name: '发生了什么' }).fill('')
  })
}

async function handoverStory(t, world, s, body, name) {
  const own = await session(world.server, 'watch')
  const made = await own.call('POST', '/api/handovers', { body, successor: name, summary: '注意永安街燃气井' })
  const { page } = s
  const other = await openPage(world.browser, world.server.base, { drawn: false })
  await t.test('who goes off duty hands over what is open', async () => {
    await visit(s, `/matters/handovers/${made.id}`)
    await settled(page)
    await page.getByRole('button', { name: '交班', exact: true }).first().click()
    await stage(page, '待签字')
    await page.getByText('未办结事项').waitFor()
    await checkAccess(page, 'handover')
  })
  await t.test('only the successor signs, and both names stand there', async () => {
    assert.equal(await page.getByRole('button', { name: '接班签字' }).count(), 0)
    await login(other, name, PASSWORD)
    await visit(other, `/matters/handovers/${made.id}`)
    await settled(other.page)
    await other.page.getByRole('button', { name: '接班签字' }).first().click()
    await other.page.getByRole('dialog').getByRole('button', { name: /接班签字|确定/ }).last().click()
    await stage(other.page, '已交接')
    const record = await own.get(`/api/handovers/${made.id}`)
    assert.equal(record.state, 'signed')
    assert.ok(record.handed_at && record.signed_at)
    const history = (await own.get(`/api/handovers/${made.id}/history`)).items
    assert.deepEqual(['hand-over', 'sign'].map((a) => history.find((h) => h.action === a)?.who), ['watch', name])
  })
  assert.deepEqual(other.faults, [])
  await other.context.close()
}

export async function rosterScenario(t, world) {
  const s = await openPage(world.browser, world.server.base, { drawn: false })
  const name = `zheng${Date.now()}`
  const { body } = await world.api.get('/api/users/code:watch')
  const next = await successor(world, name, body)
  await login(s, 'watch', world.server.password)
  await rosterStory(t, world, s, body, next)
  await handoverStory(t, world, s, body, name)
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
