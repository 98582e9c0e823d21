// From an alarm to a closed major danger: a reading rings, the watch judges it and makes a warning, the department signs its order in
// two taps, visits the site, finds a danger that is major by a clause and records it on the phone; the order to rectify, the leader in
// charge, the supervision with its notice; the enterprise's plan, both reports, photo and application; acceptance, taking off, and the
// danger is closed. Every paper is issued and read again as PDF and docx, and the danger's page leads from the reading to the end.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAccess, DESK, PHONE, settled, visit } from '../lib/browser.mjs'
import { noSideways, shoot } from '../lib/shots.mjs'
import { countTaps, tapAndType, tapPhoto } from '../lib/taps.mjs'
import { act, judge, officer, publish, stage } from './chain.mjs'
import { makeUnits } from './units.mjs'

const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64')
const WHAT = '阀井可燃气体浓度超限，阀门法兰渗漏，未查明原因即恢复供气'
const DOCX = 'import sys,zipfile,xml.dom.minidom as x\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
  'for n in z.namelist():\n  if n.endswith((".xml",".rels")): x.parseString(z.read(n))\nprint(z.read("word/document.xml").decode())'
const photo = (name) => ({ name, mimeType: 'image/png', buffer: Buffer.concat([PHOTO, Buffer.from(name)]) })

async function attach(page, name) {
  await page.locator('.evidence input[type=file]').first().setInputFiles(photo(name))
  await page.locator('.evidence .name', { hasText: name }).waitFor()
}

/** Issues a paper on its page and reads both forms of it. */
async function paper(s, dir, title, words) {
  const { page } = s
  const panel = page.locator('section.papers')
  await panel.getByRole('button', { name: title, exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.sheet img').waitFor()
  await dialog.locator('.issue').click()
  await dialog.waitFor({ state: 'hidden', timeout: 15_000 }).catch(async () => assert.fail(`${title}: ${await dialog.innerText()}`))
  const row = panel.locator('.issued li', { hasText: title }).first()
  const number = (await row.locator('.number').textContent()).trim()
  assert.match(number, /〔\d{4}〕\d+号$/)
  const href = await row.locator('.number').getAttribute('href')
  const [, , plural, id] = new URL(page.url()).pathname.split('/')
  const kinds = (await (await page.request.get(`${s.base}/api/${plural}/${id}/papers`)).json()).kinds
  const kind = kinds.find((k) => k.title === title).kind
  const fetched = async (path, name) => {
    const r = await page.request.get(s.base + path)
    assert.equal(r.status(), 200, path)
    const file = join(dir, name)
    writeFileSync(file, await r.body())
    return file
  }
  const pdf = spawnSync('pdftotext', ['-layout', await fetched(href, `${kind}.pdf`), '-'], { encoding: 'utf8' })
  assert.equal(pdf.status, 0, pdf.stderr)
  const docx = spawnSync('python3', ['-c', DOCX, await fetched(`/api/${plural}/${id}/papers/${kind}?format=docx`, `${kind}.docx`)], { encoding: 'utf8', maxBuffer: 1 << 24 })
  assert.equal(docx.status, 0, docx.stderr)
  const flat = pdf.stdout.replace(/\s/g, '')
  assert.ok(flat.includes(number.replace(/\s/g, '')), `${title}: the PDF lacks ${number}`)
  for (const w of words) {
    assert.ok(flat.includes(w.replace(/\s/g, '')), `${title}: the PDF lacks ${w}`)
    assert.ok(docx.stdout.replace(/<[^>]*>/g, '').includes(w), `${title}: the docx lacks ${w}`)
  }
}

async function signAndVisit(dept) {
  const { page } = dept
  await visit(dept, '/desk')
  await settled(page)
  const taps = await countTaps(page)
  await page.locator('.row').first().getByRole('button', { name: '签收' }).tap()
  await page.locator('.row .state').getByText('已签收').waitFor()
  const n = await taps()
  assert.ok(n >= 1 && n <= 2, `an order signed in ${n} taps`)
  await page.locator('.row .title').first().click()
  await stage(page, '已签收')
  const order = page.url().split('/').at(-1)
  await act(page, 'visit', { visit_found: true, visit: '现场核查：阀井法兰渗漏，浓度超限后未查明原因即恢复供气' })
  await stage(page, '处置中')
  await page.getByText('现场核查发现隐患，请登记').waitFor()
  await settled(page)
  await noSideways(page, 'order with a visit')
  await shoot(page, 'danger-1-visited')
  return order
}

/** From the order, on the phone: photo, words, the clause, and off it goes. */
async function record(dept) {
  const { page } = dept
  await page.locator('[data-make-danger]').click()
  await page.waitForURL(/\/report\?from=/)
  await page.locator('[data-origin]').waitFor()
  const taps = await countTaps(page)
  await tapPhoto(page, page.locator('.shoot'), photo('before.png'))
  await page.locator('.shots img').waitFor()
  await tapAndType(page, page.getByRole('textbox', { name: '隐患描述' }), WHAT)
  await page.getByRole('button', { name: '按此条判定为重大' }).first().tap()
  await settled(page)
  await page.locator('.send button').tap()
  await page.locator('[data-done]').waitFor()
  const n = await taps()
  assert.ok(n >= 3 && n <= 5, `a danger recorded in ${n} taps`)
  await page.getByRole('link', { name: '查看' }).click()
  await page.waitForURL('**/matters/dangers/*')
  await stage(page, '整改中')
  return page.url().split('/').at(-1)
}

export async function dangerStoryScenario(t, world, prefix = 'story', district = '990196') {
  const { api } = world
  const dir = mkdtempSync(join(tmpdir(), 'anlan-story-'))
  const units = await makeUnits(api, world.server, prefix, district)
  const watch = await officer(world, units, 'watch', DESK)
  const dept = await officer(world, units, 'dept', PHONE)
  const gas = await officer(world, units, 'gas', PHONE)
  const told = () => undefined
  let alarm
  let warning
  let order
  let danger
  let supervision
  // Each step stands on the one before it: after a failure the rest would only repeat it.
  let broken = false
  const step = (name, fn) => broken || t.test(name, async () => {
    broken = true
    await fn()
    broken = false
  })
  const at = async (s, plural, id) => {
    await visit(s, `/matters/${plural}/${id}`)
    await settled(s.page)
  }
  await step('a reading rings and becomes a warning with orders', async () => {
    ({ alarm, id: warning } = await judge(watch, api, prefix.toUpperCase(), told))
    await publish(watch, told)
    await paper(watch, dir, '预警信息', ['临江路调压站'])
  })
  await step('the department signs in two taps and visits the site', async () => { order = await signAndVisit(dept) })
  await step('what it found is recorded as a major danger and ordered', async () => {
    danger = await record(dept)
    const d = await api.get(`/api/dangers/${danger}`)
    assert.equal(d.grade, 1)
    assert.equal(d.enterprise, `${prefix.toUpperCase()}-GAS`)
    assert.equal(d.source, 'alarm')
    assert.ok(d.criterion)
    await settled(dept.page)
    await noSideways(dept.page, 'danger, phone')
    await shoot(dept.page, 'danger-2-ordered')
    await act(dept.page, 'assign-leader', { leader: '方正', leader_post: '副区长' })
    await paper(dept, dir, '整改指令书', [WHAT, '临江燃气有限公司'])
  })
  await step('it hangs under supervision, with its notice, and is public', async () => {
    supervision = (await api.get(`/api/supervisions?danger=${(await api.get(`/api/dangers/${danger}`)).code}`)).items[0].id
    await at(dept, 'supervisions', supervision)
    await act(dept.page, 'hang', { leader: '李民', leader_post: '区长', requirements: '停用阀井，限期更换，验收合格前不得恢复供气' })
    await stage(dept.page, '督办整改中')
    await paper(dept, dir, '挂牌督办通知书', ['李民', '停用阀井'])
    await act(dept.page, 'make-public', { public_words: '该阀井整改期间请勿靠近' })
    const s = await api.get(`/api/supervisions/${supervision}`)
    assert.equal(s.public, true)
    assert.equal((await api.get(`/api/dangers/${danger}`)).leader, '方正')
  })
  await step('the enterprise plans, reports twice, rectifies and applies', async () => {
    await at(gas, 'dangers', danger)
    await act(gas.page, 'plan', { plan_duty: '总经理负责', plan_measures: '更换法兰与阀门', plan_funds: '12.5', plan_until: { quick: 15 }, plan_emergency: '停用并专人监护' })
    await attach(gas.page, 'after.png')
    await act(gas.page, 'rectify', { result: '已更换法兰与阀门，复测浓度为零' })
    await stage(gas.page, '待复查')
    await settled(gas.page)
    await noSideways(gas.page, 'rectified, phone')
    await shoot(gas.page, 'danger-3-rectified')
    await at(gas, 'supervisions', supervision)
    await act(gas.page, 'report-dept', { dept_report_at: { quick: 'now' }, dept_report: '已书面报告整改情况' })
    await act(gas.page, 'report-workers', { workers_report_at: { quick: 'now' }, workers_report: '已向职工代表大会报告' })
    await act(gas.page, 'apply', { application: '整改完成，申请验收' })
    await stage(gas.page, '待验收')
  })
  await step('it is accepted, taken off, and the danger is closed', async () => {
    const { page } = dept
    await at(dept, 'supervisions', supervision)
    await attach(page, 'accepted.png')
    await act(page, 'accept', { acceptance: '现场验收合格，浓度复测正常' })
    await stage(page, '待摘牌')
    await act(page, 'remove')
    await stage(page, '已摘牌待评估')
    await paper(dept, dir, '摘牌通知书', ['现场验收合格'])
    assert.equal((await api.get(`/api/dangers/${danger}`)).state, 'closed')
    await at(dept, 'dangers', danger)
    await paper(dept, dir, '复查意见书', ['已更换法兰与阀门'])
  })
  await step('the order is answered now that its danger is recorded', async () => {
    await at(dept, 'orders', order)
    await dept.page.locator(`[data-dangers-from] a[href="/matters/dangers/${danger}"]`).waitFor()
    await act(dept.page, 'answer', { result: { choose: '隐患已消除' }, answer: '现场核查发现重大隐患，已登记并挂牌督办' })
    await stage(dept.page, '已反馈待复核')
  })
  await step('its page leads from the reading to the end, on the desk', async () => {
    const desk = await officer(world, units, 'dept', DESK)
    const { page } = desk
    await at(desk, 'dangers', danger)
    const chain = await page.locator('.chain a').evaluateAll((list) => list.map((a) => a.getAttribute('href')))
    for (const path of [`/alarms/${alarm.id}`, `/matters/warnings/${warning}`, `/matters/orders/${order}`, `/matters/supervisions/${supervision}`]) {
      assert.ok(chain.includes(path), `the chain lacks ${path}: ${chain}`)
    }
    const kinds = await page.locator('.item').evaluateAll((list) => list.map((x) => x.dataset.kind))
    for (const kind of ['reading', 'alarm', 'action', 'file']) assert.ok(kinds.includes(kind), `no ${kind} in the timeline`)
    await page.locator('.timeline').getByText('印发文书').first().waitFor()
    await noSideways(page, 'danger')
    await checkAccess(page, 'danger')
    await shoot(page, 'danger-4-closed')
    await visit(desk, '/dangers/lists?all=true')
    await settled(page)
    await page.locator('table[data-list=major]').getByText('临江燃气有限公司').first().waitFor()
    await checkAccess(page, 'four systems')
    await noSideways(page, 'four systems')
    await shoot(page, 'danger-5-lists')
    for (const path of ['/api/dangers/lists?list=major&format=pdf&all=true', '/api/dangers/lists?list=major&format=xlsx&all=true']) {
      const r = await page.request.get(desk.base + path)
      assert.equal(r.status(), 200)
      assert.ok((await r.body()).length > 3000, path)
    }
    assert.deepEqual(desk.faults, [])
    await desk.context.close()
  })
  for (const s of [watch, dept, gas]) {
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
  rmSync(dir, { recursive: true, force: true })
}
