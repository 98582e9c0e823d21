// What an alarm says to the watch: an expression by the names and figures of its points, a step with the figure it was made at;
// unclaimed sources of one sender become points at once.
import assert from 'node:assert/strict'
import { checkAccess, login, openPage, visit } from '../lib/browser.mjs'
import { reading, session } from '../lib/http.mjs'

async function alarmOf(api, rule, good) {
  for (let i = 0; i < 300; i++) {
    const a = (await api.get(`/api/alarms?rule=${rule}&sort=-raised_at&limit=1`)).items[0]
    if (a && good(a)) return a
    await new Promise((r) => setTimeout(r, 100))
  }
  throw new Error(`no such alarm of ${rule}`)
}

/** Two points with an expression over them, and a level with three grades on one. */
async function makeRules(office) {
  for (const [code, name, unit] of [['WORDS-GAS', '试验甲烷', '%VOL'], ['WORDS-WIND', '试验风速', 'm/s']])
    await office.call('POST', '/api/points', { code, name, unit, in_service: true })
  await office.call('POST', '/api/rules', { code: 'WORDS-X', name: '通风不足', point: 'WORDS-GAS', kind: 'expr', expr: 'v("WORDS-GAS") > 1 and v("WORDS-WIND") < 0.5', grade: 3, enabled: true })
  await office.call('POST', '/api/rules', { code: 'WORDS-L', name: '甲烷超限', point: 'WORDS-GAS', kind: 'level', dir: 'high', limit2: 4, limit3: 2, deadband: 0.5, enabled: true })
}

export async function wordScenario(t, { browser, server, api }) {
  const office = await session(server, 'office')
  await makeRules(office)
  const t0 = Date.now()
  await api.write(reading('WORDS-WIND', 0.25, t0 - 60_000))
  await api.write(reading('WORDS-GAS', 4.5, t0 - 50_000))
  await api.write(reading('WORDS-GAS', 3.25, t0 - 40_000))
  const expr = await alarmOf(api, 'WORDS-X', (a) => a.state !== 'normal')
  const eased = await alarmOf(api, 'WORDS-L', (a) => a.last_event === 'ease')
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await login(s, 'watch', server.password)

  await t.test('an expression is told by the names of its points, with the formula beneath', async () => {
    await visit(s, `/alarms/${expr.id}`)
    await page.getByRole('heading', { level: 1, name: '条件成立：试验甲烷 4.5 %VOL > 1 且 试验风速 0.25 m/s < 0.5' }).waitFor()
    const row = page.locator('[data-operand=WORDS-GAS]')
    await row.getByText('4.5').waitFor()
    await row.getByText('3.25').waitFor() // and what it shows now
    await page.getByText('v("WORDS-GAS") > 1 and v("WORDS-WIND") < 0.5').waitFor()
    await checkAccess(page, 'alarm of an expression')
  })

  await t.test('each step shows the figure it was made at', async () => {
    await visit(s, `/alarms/${eased.id}`)
    await page.locator('[data-step=raise]', { hasText: '4.5' }).getByText('限值 4').waitFor()
    await page.locator('[data-step=ease]', { hasText: '3.25' }).getByText('限值 2').waitFor()
    assert.match(await page.locator('.head h1').innerText(), /^试验甲烷 3\.25 %VOL，\d\d:\d\d:\d\d 降为黄色（Ⅲ级）：限值 2 %VOL，低于 1\.5 %VOL 解除$/)
  })

  await t.test('the sources of one sender become points at once', async () => {
    await api.write(['a', 'b', 'c'].map((x) => `words,site=${x} level=1 ${Date.now()}`).join('\n'))
    const of = await openPage(browser, server.base, { drawn: false })
    await login(of, 'office', server.password)
    await visit(of, '/unclaimed')
    await of.page.getByRole('row', { name: /words,site=a/ }).waitFor()
    await of.page.locator('[data-sender]', { hasText: /^\s*demo / }).click()
    await of.page.getByRole('button', { name: /^全部建为测点/ }).click()
    await of.page.getByRole('button', { name: /^新建 \d+ 个/ }).click()
    await of.page.getByText(/已建 \d+ 个测点/).waitFor()
    for (const x of ['a', 'b', 'c']) assert.equal((await api.get(`/api/points/words-${x}-level`)).name, `words-${x}-level`)
    assert.deepEqual(of.faults, [])
    await of.context.close()
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
