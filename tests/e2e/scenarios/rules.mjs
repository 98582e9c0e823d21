// A rule is tried on the past while its figures are typed, copied to points, and an old version is brought back.
import assert from 'node:assert/strict'
import { reading } from '../lib/http.mjs'
import { checkAccess, counted, login, openPage, settled, visit } from '../lib/browser.mjs'

const HOUR = 3_600_000
const MINUTE = 60_000

/** A point of its own with two days of readings, one in five minutes: high for an hour each noon. Every third rise was judged false. */
async function prepare(api) {
  const now = Math.floor(Date.now() / HOUR) * HOUR
  for (const n of [1, 2, 3]) await api.call('POST', '/api/points', { code: `TRY-${n}`, name: `试算测点${n}`, unit: 'kPa', interval_s: 300 })
  const lines = []
  for (let t = now - 48 * HOUR; t < now; t += 5 * MINUTE) lines.push(reading('TRY-1', (t / HOUR) % 6 < 1 ? 8 : 1, t))
  const rule = await api.call('POST', '/api/rules', { code: 'TRY-R', name: '试算规则', point: 'TRY-1', kind: 'level', dir: 'high', limit2: 7 })
  await api.write(lines.join('\n'))
  for (let i = 0; i < 50; i++) {
    const alarms = (await api.get('/api/alarms?rule=TRY-R&limit=50')).items
    if (alarms.length >= 1 && alarms.every((a) => !a.active)) break
    await new Promise((r) => setTimeout(r, 200))
  }
  for (const a of (await api.get('/api/alarms?rule=TRY-R&limit=50')).items) await api.call('POST', `/api/alarms/${a.id}/actions/judge`, { verdict: 'false', reason: '试验' })
  return rule
}

export async function ruleScenario(t, { browser, server, api }) {
  const rule = await prepare(api)
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await login(s, 'watch', server.password)

  await t.test('a rule says what it would have done', async () => {
    await visit(s, `/registers/rules/${rule.id}/edit`)
    const sentence = page.locator('.try .sentence')
    await sentence.getByText(/7 天内，1 个测点会报警 8 次/).waitFor()
    await sentence.getByText(/误报/).waitFor()
    await sentence.getByText(/现行规则为 8 次/).waitFor()
    await settled(page)
    await checkAccess(page, 'rule editor')
    await page.fill('#f-limit2', '9')
    await sentence.getByText(/不会报警/).waitFor()
    await page.fill('#f-limit2', '')
    await page.fill('#f-limit4', '0.5')
    await sentence.getByText(/会报警|开始时已有/).waitFor()
    await page.locator('.try canvas').waitFor()
    await page.locator('.try summary').click()
    await page.locator('.try tbody tr').first().waitFor()
  })

  await t.test('what speaks against it is said before it is saved', async () => {
    await visit(s, '/registers/rules/new?code=TRY-X&name=X&point=NOWHERE-*&kind=level&dir=high&limit1=1')
    await page.getByText('没有编号符合“NOWHERE-*”的测点').waitFor()
    const point = await api.get('/api/points/code:TRY-1')
    await visit(s, `/registers/points/${point.id}/edit`)
    await page.fill('#f-code', 'TRY-9')
    await page.getByText(/有 1 条规则按编号 TRY-1 指定此测点/).waitFor()
  })

  await t.test('one rule is copied to many points', async () => {
    await visit(s, `/registers/rules/${rule.id}/copy`)
    await page.getByLabel('编号或通配').fill('TRY-?')
    await page.getByRole('button', { name: '查找' }).click()
    await page.getByText('找到 3 个测点').waitFor()
    await page.getByLabel('全选').check()
    await page.getByRole('button', { name: '预览' }).click()
    await page.getByText('新建 2，修改 0，不变 1，有误 0').waitFor()
    await checkAccess(page, 'copy')
    await page.getByRole('button', { name: '复制 2 条' }).click()
    await page.getByText('已完成：').waitFor()
    assert.equal((await api.get('/api/rules/code:TRY-R-TRY-2')).limit2, 7)
  })

  await t.test('two versions are compared and the old one comes back', async () => {
    await api.call('PATCH', `/api/rules/${rule.id}`, { limit2: 6, deadband: 0.5 }, { 'If-Match': `"${rule.version}"`, 'Content-Type': 'application/merge-patch+json' })
    await visit(s, `/registers/rules/${rule.id}/versions`)
    await page.locator('tr.differs').first().waitFor()
    await counted(page.locator('tr.differs'), 2)
    await checkAccess(page, 'versions')
    await page.getByLabel('恢复理由').fill('新限值误报过多')
    await page.getByRole('button', { name: '恢复版本 1' }).click()
    await page.getByText('新限值误报过多').waitFor()
    const now = await api.get(`/api/rules/${rule.id}`)
    assert.equal(now.limit2, 7)
    assert.equal(now.deadband, null)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
