// A sealed paper: a warning is published, the officer looks at the order's draft, issues it, sees number and step in the timeline; a
// stranger without login verifies code and file; the text can be read out of the PDF, and the docx opens. A template is changed beside
// its preview.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAccess, DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'
import { noSideways } from '../lib/shots.mjs'

const DOCX = 'import sys,zipfile,xml.dom.minidom as x\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
  'for n in z.namelist():\n  if n.endswith((".xml",".rels")): x.parseString(z.read(n))\nprint(z.read("word/document.xml").decode())'

export async function order(server) {
  const watch = await session(server, 'watch')
  const body = (await watch.get('/api/bodies?limit=100')).items.find((b) => b.name.includes('燃气') && b.district)
  const w = await watch.call('POST', '/api/warnings', {
    title: '䃥石坡调压站甲烷浓度超限', grade: 2, district: body.district, line: 'gas', owner: body.code, place: '䃥石坡路 12 号',
    what: '站内甲烷浓度 2.6 %VOL，超过橙色限值 2.5 %VOL。', measures: '立即关阀、通风，疏散站内人员。', publish: true,
  })
  if (w.state === 'graded') await watch.call('POST', `/api/warnings/${w.id}/actions/publish`, {})
  const list = await watch.get(`/api/orders?warning=${w.code}&limit=1`)
  assert.equal(list.items.length, 1, 'the warning has an order')
  return list.items[0]
}

async function issue(s, it) {
  const { page } = s
  await visit(s, `/matters/orders/${it.id}`)
  const panel = page.locator('section.papers')
  await panel.getByRole('button', { name: '处置单' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('.sheet img').waitFor()
  await checkAccess(page, 'draft of a paper')
  await dialog.locator('.issue').click()
  await dialog.waitFor({ state: 'hidden' })
  const number = (await panel.locator('.number').first().textContent()).trim()
  assert.match(number, /〔\d{4}〕\d+号$/)
  await page.locator('.timeline').getByText('印发文书').first().waitFor()
  return { number, verify: await panel.getByRole('link', { name: '核验' }).getAttribute('href'), file: await panel.locator('.number').first().getAttribute('href') }
}

async function papers(page, server, it, made, dir) {
  const file = async (path, name) => {
    const r = await page.request.get(server.base + path)
    assert.equal(r.status(), 200, path)
    writeFileSync(join(dir, name), await r.body())
    return join(dir, name)
  }
  const pdf = await file(made.file, 'order.pdf')
  const text = spawnSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' })
  assert.equal(text.status, 0, text.stderr)
  for (const words of [made.number, '䃥石坡调压站', '处置要求', '立即关阀']) assert.ok(text.stdout.includes(words), `the PDF lacks ${words}`)
  // the code stands on the last page, whichever that is
  const sheets = spawnSync('pdftoppm', ['-r', '200', '-png', pdf, join(dir, 'sheet')], { encoding: 'utf8' })
  assert.equal(sheets.status, 0, sheets.stderr)
  const pages = readdirSync(dir).filter((f) => f.startsWith('sheet')).map((f) => join(dir, f))
  const scanned = spawnSync('zbarimg', ['-q', '--raw', ...pages], { encoding: 'utf8' })
  assert.ok(scanned.stdout.trim().endsWith(made.verify), `the QR code says ${scanned.stdout}`)
  const docx = await file(`/api/orders/${it.id}/papers/order?format=docx`, 'order.docx')
  const opened = spawnSync('python3', ['-c', DOCX, docx], { encoding: 'utf8', maxBuffer: 1 << 24 })
  assert.equal(opened.status, 0, opened.stderr)
  assert.ok(opened.stdout.includes('䃥石坡调压站'))
  return pdf
}

/** A browser that never signed in. */
async function stranger(world, made, pdf) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, viewport: PHONE })
  const { page } = s
  await page.goto(world.server.base + made.verify)
  await page.locator('.result').getByText(made.number).waitFor()
  await page.locator('.result').getByText('与系统密钥相符').waitFor()
  await page.locator('input[type=file]').setInputFiles(pdf)
  await page.getByText('文件与印发时一致').waitFor()
  await page.locator('input[type=file]').setInputFiles({ name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.5 another') })
  await page.getByText('文件与印发时不一致').waitFor()
  await checkAccess(page, 'verify, phone')
  await noSideways(page, 'verify')
  await s.context.close()
}

async function template(world) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, viewport: DESK })
  const { page } = s
  await login(s, 'office', world.server.password)
  await visit(s, '/settings/papers')
  await page.getByRole('button', { name: /^处置单/ }).click()
  await page.locator('.preview .sheet img').waitFor()
  const text = page.locator('#template-text')
  const before = await text.inputValue()
  await text.fill(`${before}\n{{#if x}}`)
  await page.getByRole('button', { name: '保存模板' }).click()
  await page.locator('.wrong').getByText(/第 \d+ 行/).first().waitFor()
  await text.fill(`${before}// 已核对\n`)
  await page.getByRole('button', { name: '保存模板' }).click()
  await page.getByText('已保存').waitFor()
  await settled(page)
  await checkAccess(page, 'templates')
  await s.context.close()
}

export async function paperScenario(t, world) {
  const { server } = world
  const dir = mkdtempSync(join(tmpdir(), 'anlan-paper-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const it = await order(server)
  const s = await openPage(world.browser, server.base, { drawn: false, viewport: DESK })
  await login(s, 'watch', server.password)
  const made = await issue(s, it)
  const pdf = await papers(s.page, server, it, made, dir)
  assert.deepEqual(s.faults, [])
  await s.context.close()
  await stranger(world, made, pdf)
  await template(world)
}
