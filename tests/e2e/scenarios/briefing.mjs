// A briefing writes itself: the office presses a figure and finds its list, edits the text, issues it; a leader with a phone reads it and
// gives an instruction; a stranger sees what is public. Then every kind of paper is rendered and held against the standard.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkAccess, DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'
import { noSideways } from '../lib/shots.mjs'
import { order } from './paper.mjs'

const CHECK = fileURLToPath(new URL('../../papers/check.py', import.meta.url))
const OFFICE = fileURLToPath(new URL('../../papers/office.py', import.meta.url))
const NAME = '䃥石坡'.repeat(20)

async function written(office) {
  await office.call('POST', '/api/briefing-plans', { code: 'E2E-WEEK', name: '周报', kind: 'weekly', body: 'BODY-EMERG', time: '07:30', recipients: 'BODY-GOV' })
  await office.call('POST', '/api/briefing-plans/E2E-WEEK/actions/write', {})
  const list = await office.get('/api/briefings?plan=E2E-WEEK')
  assert.equal(list.items.length, 1, 'the briefing is written')
  return list.items[0]
}

/** 200 rows, a name of sixty letters and a rare one. */
async function edited(office, it) {
  const rows = Array.from({ length: 200 }, (_, i) => `| ${i + 1} | ${i === 7 ? NAME : `第${i + 1}处阀门井`} | 正常 |`).join('\n')
  const text = `${it.text}\n# 附表\n| 序号 | 名称 | 情况 |\n${rows}`
  await office.call('POST', `/api/briefings/${it.id}/actions/edit`, { title: it.title, text, recipients: 'BODY-GOV' })
}

async function onTheDesk(world, it) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, viewport: DESK })
  const { page } = s
  await login(s, 'office', world.server.password)
  await visit(s, `/matters/briefings/${it.id}`)
  await page.locator('.lines .figure').first().click()
  await page.locator('.source').getByText('统计时').waitFor()
  await checkAccess(page, 'briefing')
  await page.getByRole('button', { name: '印发', exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '印发' }).click()
  await page.locator('.state').getByText('已印发').waitFor()
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

async function onThePhone(world, it) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, viewport: PHONE })
  const { page } = s
  await login(s, 'leader', world.server.password)
  await visit(s, '/lead')
  await page.locator('details summary').getByText(it.title).click()
  await page.locator('.lines h3').first().waitFor()
  await noSideways(page, 'lead')
  // What waits for his word: what was passed up before what is only late, the graver first, then what has waited longest.
  const { waiting } = await (await page.request.get(`${s.base}/api/lead`)).json()
  const rank = (m) => [m.chase === 3 ? 0 : 1, m.grade ?? 9, m.due_at ? Date.parse(m.due_at) : Infinity]
  const after = (a, b) => a.map((v, i) => Math.sign(v === b[i] ? 0 : v - b[i])).find((v) => v !== 0) ?? 0
  for (let i = 1; i < waiting.length; i++) assert.ok(after(rank(waiting[i - 1]), rank(waiting[i])) <= 0, `the leader reads ${waiting[i - 1].code} before ${waiting[i].code}`)
  await checkAccess(page, 'leaders page')
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

async function inPublic(world) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, viewport: PHONE })
  const { page } = s
  await page.goto(`${world.server.base}/public`)
  await page.getByRole('heading', { name: '生效中的预警' }).waitFor()
  await settled(page)
  await noSideways(page, 'public')
  await checkAccess(page, 'public')
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

/** A record of which this paper is made; some have none of a kind, or not yet. */
async function offering(office, { entity, kind }) {
  for (const record of (await office.get(`/api/${entity}?limit=20`)).items) {
    const { kinds } = await office.get(`/api/${entity}/${record.id}/papers`)
    if (kinds.some((k) => k.kind === kind)) return [record]
  }
  return []
}

/** Every kind of which there is a record, as PDF and as docx. */
async function rendered(world, office, it, dir) {
  const kinds = (await office.get('/api/paper-kinds')).items
  const done = new Map()
  for (const k of kinds) {
    const list = k.entity === 'briefings' ? [it] : await offering(office, k)
    if (!list.length || (k.entity === 'briefings' && k.kind !== 'briefing')) continue
    const files = []
    for (const format of ['pdf', 'docx']) {
      const r = await office.raw(`/api/${k.entity}/${list[0].id}/papers/${k.kind}?format=${format}`)
      const name = join(dir, `${k.entity}-${k.kind}.${format}`)
      writeFileSync(name, Buffer.from(await r.arrayBuffer()))
      files.push(name)
    }
    done.set(`${k.entity}/${k.kind}`, [...files, ...(k.entity === 'briefings' ? [NAME, '第200处阀门井'] : [])])
  }
  const python = (...args) => {
    const r = spawnSync('python3', args, { encoding: 'utf8' })
    assert.equal(r.status, 0, r.stdout + r.stderr)
  }
  python(OFFICE, dir)
  for (const files of done.values()) python(CHECK, ...files)
  for (const must of ['briefings/briefing', 'orders/order', 'warnings/notice', 'dangers/rectification', 'supervisions/notice']) assert.ok(done.has(must), `${must} was not rendered (${[...done.keys()].join(' ')})`)
}

async function danger(server) {
  const inspector = await session(server, 'inspector')
  const firm = (await inspector.get('/api/bodies?kind=enterprise&limit=5')).items[0] ?? (await inspector.get('/api/bodies?limit=50')).items.find((b) => b.district)
  await inspector.call('POST', '/api/dangers', {
    enterprise: firm.code, description: '储罐区紧急切断阀失效，现场无人值守', grade: 1, major_reason: '重大危险源紧急切断装置失效', order: true, requirements: '立即停用并修复',
  })
}

export async function briefingScenario(t, world) {
  const { server } = world
  const dir = mkdtempSync(join(tmpdir(), 'anlan-briefing-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const office = await session(server, 'office')
  await danger(server)
  await order(server)
  const it = await written(office)
  await edited(office, it)
  await rendered(world, office, it, dir)
  await onTheDesk(world, it)
  await onThePhone(world, it)
  await inPublic(world)
}
