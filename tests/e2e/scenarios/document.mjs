// A policy paper from the file to the desks: uploaded as docx, checked (a name taught, a unit corrected), confirmed; more than a hundred
// tasks stand on the units' desks; one is chased to its closing, one that is late climbs the ladder.
import assert from 'node:assert/strict'
import { checkAccess, counted, DESK, login, openPage, PHONE, press, settled, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'
import { strToU8, zipSync } from '../lib/modules.mjs'
import { noSideways } from '../lib/shots.mjs'
import { threeForms } from './duty.mjs'

const YEAR = new Date().getFullYear()
const WORK = ['燃气安全', '消防安全', '供水安全', '排水防涝', '桥梁安全', '供热安全', '危化品安全', '大型活动安全', '校园周边', '高层建筑', '地下管线', '防汛备汛', '建筑施工', '特种设备']
const PAPER = [
  `云澜市${YEAR}年街道安全专项行动方案`, '一、重点任务',
  ...WORK.map((w, i) => `（${'一二三四五六七八九十'[i] ?? `十${'一二三四'[i - 10]}`}）${w}。组织开展${w}专项检查，建立问题清单并逐项整改。（市应急局牵头，各街道配合）`),
  '二、保障措施',
  '（一）加强调度。对进展缓慢的事项及时调度，定期汇总情况。（市城安中心负责）',
  '（二）严格督办。12月31日前完成全部事项销号。（市城管局负责）',
]

function docx(lines) {
  const body = lines.map((l) => `<w:p><w:r><w:t>${l}</w:t></w:r></w:p>`).join('')
  const part = (s) => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${s}`)
  return Buffer.from(zipSync({
    '[Content_Types].xml': part('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'),
    '_rels/.rels': part('<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'),
    'word/document.xml': part(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`),
  }))
}

async function act(page, name, values = {}) {
  const button = page.locator(`[data-action="${name}"]`)
  await press(page, button)
  for (const [field, v] of Object.entries(values)) await page.locator(`#act-${field}`).fill(v)
  if (Object.keys(values).length) await page.locator('.el-dialog button[type=submit]').click()
}

async function until(what, fn, ms = 15_000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) if (await fn()) return
  assert.fail(`${what} did not come`)
}

async function enter(world, name, options) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, ...options })
  await login(s, name, world.server.password)
  return s
}

export async function documentScenario(t, world) {
  const { api } = world
  const office = await enter(world, 'office', { viewport: DESK })
  let code = ''
  await t.test('a docx is read; what is unsure comes first', async () => {
    const { page } = office
    await visit(office, '/documents')
    await settled(page)
    await checkAccess(page, 'documents')
    await page.locator('[data-upload]').setInputFiles({ name: '专项行动方案.docx', mimeType: 'application/octet-stream', buffer: docx(PAPER) })
    await page.waitForURL('**/documents/*/read')
    await settled(page)
    code = page.url().split('/').at(-2)
    const doc = await api.get(`/api/documents/${code}`)
    assert.equal(doc.duties, WORK.length + 2)
    assert.equal((await api.get(`/api/tasks?document=${code}`)).items.length, 0)
    await page.locator('[data-card]').first().getByText('单位未识别').waitFor()
    await checkAccess(page, 'read')
    await noSideways(page, 'read')
  })
  await t.test('click shows the other side; a name is taught; an item is corrected', async () => {
    const { page } = office
    await page.locator('mark', { hasText: '供水安全' }).click()
    await page.locator('.item.on', { hasText: '供水安全' }).waitFor()
    await page.locator('.unknown summary').click()
    await page.locator('.teach').getByRole('combobox').click()
    await page.keyboard.type('监测中心')
    await page.locator('.el-select-dropdown__item', { hasText: '监测中心' }).first().click()
    await page.locator('.teach').getByRole('button', { name: '指定' }).click()
    await page.getByText('已更新 1 条').waitFor()
    const last = page.locator('.item', { hasText: '严格督办' })
    await last.locator('[data-do=edit]').click()
    await last.getByLabel('任务名称').fill('严格督办并按期销号')
    await last.getByRole('button', { name: '保存' }).click()
    await page.getByText('严格督办并按期销号').first().waitFor()
  })
  await t.test('an item is split where the cursor stands, and joined again', async () => {
    const { page } = office
    const card = page.locator('.item', { hasText: '组织开展高层建筑专项检查' }).first()
    await card.locator('[data-do=edit]').click()
    const editor = page.locator('.editor')
    const text = editor.getByRole('textbox', { name: '任务内容' })
    await text.evaluate((el) => { el.focus(); const at = el.value.indexOf('建立问题清单'); el.setSelectionRange(at, at) })
    await editor.getByRole('button', { name: '从光标处拆分' }).click()
    const count = async () => (await api.get(`/api/documents/${code}/reading`)).items.filter((i) => i.kind === 'duty' && i.state === 'proposed').length
    await until('拆分', async () => await count() === WORK.length + 3)
    await page.locator('.item', { hasText: '建立问题清单并逐项整改' }).filter({ hasNotText: '组织开展' }).first().locator('[data-do=merge]').click()
    await until('合并', async () => await count() === WORK.length + 2)
    assert.equal((await api.get(`/api/tasks?document=${code}`)).items.length, 0)
  })
  await t.test('all are confirmed: a hundred tasks and more on the desks', async () => {
    const { page } = office
    await page.locator('[data-all]').click()
    await page.locator('[data-every]').click()
    await page.getByText(`已确认 ${WORK.length + 2} 条`).waitFor()
    const board = (await api.get(`/api/tasks/board?by=unit&document=${code}`)).items
    const made = board.reduce((n, r) => n + r.n, 0)
    assert.ok(made > 100, `${made} tasks`)
    await counted(page.locator('[data-card]'), 0)
    const town = await session(world.server, 'town')
    const mine = (await town.get(`/api/desk?box=todo&entity=tasks&limit=200`)).items
    assert.ok(mine.filter((i) => WORK.some((w) => i.title.includes(w))).length >= WORK.length)
  })
  let task
  await t.test('a street signs, reports, applies on the phone; the office closes', async () => {
    const street = await session(world.server, 'town')
    ;[task] = (await street.get(`/api/tasks?document=${code}&role=support&state=ordered&limit=50`)).items
    const s = await enter(world, 'town', { viewport: PHONE })
    await visit(s, `/matters/tasks/${task.id}`)
    await settled(s.page)
    await noSideways(s.page, 'task')
    await s.page.locator('[data-source]').waitFor()
    await act(s.page, 'sign')
    await until('办理中', async () => (await api.get(`/api/tasks/${task.id}`)).state === 'doing')
    await settled(s.page)
    await act(s.page, 'apply', { result: '已完成检查，问题全部整改' })
    await until('待销号审核', async () => (await api.get(`/api/tasks/${task.id}`)).state === 'applied')
    await s.page.locator('[data-source]').click()
    await s.page.waitForURL('**/read?item=*')
    await settled(s.page)
    await noSideways(s.page, 'read on the phone')
    assert.deepEqual(s.faults, [])
    await s.context.close()
    const { page } = office
    await visit(office, `/matters/tasks/${task.id}`)
    await settled(page)
    await act(page, 'accept', { review: '材料齐全' })
    await until('已销号', async () => (await api.get(`/api/tasks/${task.id}`)).state === 'closed')
  })
  await t.test('a plan\'s own table becomes its indicators, each with its line', async () => {
    const { page } = office
    const plan = '云澜市“十五五”燃气安全规划\n\n一、主要指标\n主要指标表\n序号\t指标名称\t2025年基数\t2030年目标\t指标属性\n1\t燃气事故死亡人数\t4\t下降50%\t约束性\n2\t入户安检率\t88%\t98%\t预期性\n'
    await visit(office, '/documents')
    await settled(page)
    await page.locator('[data-upload]').setInputFiles({ name: '规划.txt', mimeType: 'text/plain', buffer: Buffer.from(plan) })
    await page.waitForURL('**/documents/*/read')
    await page.locator('[data-indicators]').click()
    await page.locator('[data-make]').click()
    await page.getByText('已录入 2 项指标').waitFor()
    await page.locator('.said a').click()
    await page.waitForURL('**/indicators?plan=*')
    await page.getByText('燃气事故死亡人数').waitFor()
    await page.locator('[data-source]').first().click()
    await page.waitForURL('**/read?item=*')
    await page.locator('.item.on', { hasText: '燃气事故死亡人数' }).waitFor()
  })
  await t.test('next year\'s plan beside this year\'s: what is new, gone, changed', async () => {
    const { page } = office
    const next = [`云澜市${YEAR + 1}年街道安全专项行动方案`, ...PAPER.slice(1).filter((l) => !l.includes('供热安全')), '（三）强化值守。每月检查2次值守情况。（市应急局负责）']
    const r = await fetch(`${world.server.base}/api/documents?name=next.docx&replaces=${code}`, { method: 'POST', headers: { Authorization: `Bearer ${world.server.token}`, 'Content-Type': 'application/octet-stream' }, body: docx(next) })
    assert.equal(r.status, 201)
    await visit(office, `/documents/${(await r.json()).code}/compare`)
    await page.getByRole('button', { name: '新增 1' }).click()
    await page.getByText('每月检查2次值守情况').waitFor()
    await page.getByRole('button', { name: '取消 1' }).click()
    await page.getByText('供热安全').first().waitFor()
    await checkAccess(page, 'compare')
    await noSideways(page, 'compare')
  })
  await t.test('what is late is urged, supervised and escalated by the clock alone', async () => {
    const late = (await api.get('/api/desk?box=overdue&entity=tasks&limit=50')).items
    assert.ok(late.length > 0)
    await until('督办', async () => (await api.get('/api/desk?box=overdue&entity=tasks&limit=200')).items.some((i) => i.chase >= 2))
    const { page } = office
    // From the desk to the paper in one click.
    await visit(office, '/desk?box=overdue&entity=tasks')
    await settled(page)
    await page.locator('[data-source]').first().click()
    await page.waitForURL('**/read?item=*')
    await page.locator('[data-card].on').waitFor()
    for (const by of ['unit', 'document', 'date']) {
      await visit(office, `/tasks/board?by=${by}`)
      await settled(page)
    }
    await checkAccess(page, 'board')
    await noSideways(page, 'board')
    assert.deepEqual(office.faults, [])
    await office.context.close()
  })
  await t.test('the quarter\'s bulletin says who is late; every paper of a task opens in three forms', async () => {
    const s = await session(world.server, 'office')
    await s.call('POST', '/api/briefing-plans', { code: 'E2E-Q', name: '季度通报', kind: 'quarterly', body: 'BODY-EMERG', time: '00:00', monthday: 1, recipients: 'BODY-GOV' })
    await s.call('POST', '/api/briefing-plans/E2E-Q/actions/write', {})
    const [it] = (await s.get('/api/briefings?plan=E2E-Q')).items
    assert.match(it.title, /^关于\d{4}年第[一二三四]季度重点任务落实和履职情况的通报$/)
    // Tasks past their end by the quarter's own end are named with their unit and paper; duties of the quarter by body.
    const late = it.figures.items.find((f) => f.key === 'tasks_late')
    const listed = (await s.get(`/api/tasks?${late.query.replaceAll('+', '%2B')}&limit=200`)).items
    assert.equal(late.n, listed.length)
    for (const task of listed) assert.ok(it.text.includes(task.code), `the bulletin lacks ${task.code}`)
    assert.match(it.text, /未履职（项）/)
    await s.call('POST', `/api/briefings/${it.id}/actions/issue`, {})
    await threeForms(s, `/api/briefings/${it.id}/papers/bulletin`, ['重点任务落实情况', '履职完成率', ...listed.slice(0, 1).map((x) => x.code)])
    await threeForms(s, `/api/documents/${code}/papers/ledger`, ['任务台账', task.code])
    const open = (await s.get(`/api/tasks?document=${code}&state=ordered&limit=1`)).items[0]
    for (const kind of ['order', 'reminder', 'supervision']) await threeForms(s, `/api/tasks/${open.id}/papers/${kind}`, [open.code])
  })
}
