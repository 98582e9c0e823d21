// A duty list from nothing to its figure: a street drafts the list of a post, adds a duty, publishes and files it; the duty stands in the
// post's calendar; on the phone its record is written with a photo; the figure of the body counts it. Then a paper of our own with the
// duties of an office-holder becomes a list whose every line is one click from the paper. The list is printed and read again.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkAccess, DESK, login, openPage, PHONE, settled, until, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'
import { noSideways } from '../lib/shots.mjs'
import { makeXlsx, readXlsx } from '../lib/xlsx.mjs'
import { act } from './chain.mjs'

const CHECK = fileURLToPath(new URL('../../papers/check.py', import.meta.url))
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC', 'base64')
const WHAT = '带队夜查沿街餐饮场所燃气使用情况'
const PAPER = [
  '云澜市街道安全生产责任制实施办法', '',
  '第一章 总则', '第一条 为落实街道安全生产责任，制定本办法。',
  '第二章 职责', '第二条 街道党工委主要负责人安全生产职责主要包括：',
  '（一）每季度至少主持研究一次安全生产工作，解决突出问题；', '（二）把安全生产纳入工作报告；', '（三）每半年至少带队检查一次安全生产工作。',
  '第三条 街道办事处主要负责人安全生产职责主要包括：',
  '（一）每月至少召开一次安全生产例会；', '（二）组织编制本街道应急预案并按规定演练。',
].join('\n')

async function enter(world, name, viewport) {
  const s = await openPage(world.browser, world.server.base, { viewport })
  await login(s, name, world.server.password)
  return s
}

/** Each form of a paper, opened by another program than ours. */
export async function threeForms(at, path, words) {
  const dir = mkdtempSync(join(tmpdir(), 'anlan-forms-'))
  const files = []
  for (const format of ['pdf', 'docx']) {
    const r = await at.raw(`${path}?format=${format}`)
    files.push(join(dir, `paper.${format}`))
    writeFileSync(files.at(-1), Buffer.from(await r.arrayBuffer()))
  }
  const checked = spawnSync('python3', [CHECK, ...files, ...words], { encoding: 'utf8' })
  rmSync(dir, { recursive: true, force: true })
  assert.equal(checked.status, 0, `${path}: ${checked.stdout}${checked.stderr}`)
  const rows = readXlsx(await (await at.raw(`${path}?format=xlsx`)).arrayBuffer())
  for (const w of words) assert.ok(rows.flat().some((c) => c.includes(w)), `${path}: the workbook lacks ${w}`)
}

async function drafted(town) {
  const { page } = town
  await visit(town, '/registers/duty-lists/new')
  await settled(page)
  await page.locator('#f-post').fill('分管安全副主任')
  await page.getByRole('button', { name: '保存' }).first().click()
  await page.waitForURL('**/duties/lists/*')
  await settled(page)
  await page.locator('[data-add]').click()
  await page.locator('[name=duty-text]').fill(WHAT)
  await page.locator('[name=duty-basis]').fill('街道责任清单第九条')
  await page.locator('form').getByRole('button', { name: '保存' }).click()
  await page.locator('[data-items] li', { hasText: WHAT }).waitFor()
  return page.url().split('/').at(-1)
}

export async function dutyScenario(t, world) {
  const street = await session(world.server, 'town')
  const town = await enter(world, 'town', DESK)
  const { page } = town
  let list
  let duty
  await t.test('a list is drafted, published, filed; its duty stands in the calendar', async () => {
    list = await drafted(town)
    await page.getByRole('button', { name: '发布', exact: true }).click()
    await until(async () => (await street.get(`/api/duty-lists/${list}`)).state, (s) => s === 'published', 'the published list')
    await street.call('POST', `/api/duty-lists/${list}/actions/file`, { to: 'BODY-EMERG' })
    const { code } = await street.get(`/api/duty-lists/${list}`)
    ;[duty] = await until(async () => (await street.get(`/api/duties?list=${code}`)).items, (i) => i.length === 1, 'the duty of this month')
    await visit(town, `/duties?list=${code}`)
    await settled(page)
    await page.locator(`[data-month] a[href="/matters/duties/${duty.id}"]`).waitFor()
    await checkAccess(page, 'duty calendar')
    await noSideways(page, 'duty calendar')
    await visit(town, `/duties/lists/${list}`)
    await settled(page)
    await page.getByText('市应急管理局（安委办）').first().waitFor()
    await checkAccess(page, 'duty list')
    await noSideways(page, 'duty list')
    await threeForms(street, `/api/duty-lists/${list}/papers/list`, [WHAT, '街道责任清单第九条'])
  })
  await t.test('its record is written on the phone, with a photo; the body\'s figure counts it', async () => {
    const before = (await street.get('/api/duties/figures?by=post')).items.find((f) => f.post === '分管安全副主任' || f.title?.includes('分管安全副主任'))
    const phone = await enter(world, 'town', PHONE)
    await visit(phone, `/matters/duties/${duty.id}`)
    await settled(phone.page)
    await noSideways(phone.page, 'duty, phone')
    await phone.page.locator('.evidence input[type=file]').first().setInputFiles({ name: 'visit.png', mimeType: 'image/png', buffer: PHOTO })
    await phone.page.locator('.evidence .name', { hasText: 'visit.png' }).waitFor()
    await act(phone.page, 'perform', { what: '夜查餐饮场所六处，两处软管老化当场更换', place: '沿河路' })
    await phone.page.locator('[data-records]').getByText('两处软管老化').waitFor()
    await settled(phone.page)
    await noSideways(phone.page, 'duty done, phone')
    assert.deepEqual(phone.faults, [])
    await phone.context.close()
    assert.equal((await street.get(`/api/duties/${duty.id}`)).state, 'done')
    assert.equal(before?.done ?? 0, 0)
    const [record] = (await street.get(`/api/duty-records?duty=${duty.code}`)).items
    await threeForms(street, `/api/duty-records/${record.id}/papers/record`, ['两处软管老化', '沿河路'])
    const span = 'from=2020-01-01T00:00:00%2B08:00&to=2100-01-01T00:00:00%2B08:00'
    const figure = (await street.get(`/api/duties/figures?by=post&${span}`)).items.find((f) => f.title?.includes('分管安全副主任'))
    assert.deepEqual([figure.n, figure.done, figure.missing], [1, 1, 0])
    await visit(town, '/duties/figures?span=year')
    await settled(page)
    await page.getByText('清源街道办事处').first().waitFor()
  })
  await t.test('a new edition comes from a workbook; what changed is said', async () => {
    const { code } = await street.get(`/api/duty-lists/${list}`)
    await street.call('POST', `/api/duty-lists/${list}/actions/revise`, {})
    const next = (await street.get(`/api/duty-lists?post=${encodeURIComponent('分管安全副主任')}&state=draft`)).items[0]
    const rows = readXlsx(await (await street.raw(`/api/duty-items.xlsx?list=${code}`)).arrayBuffer())
    assert.ok(rows.flat().includes(WHAT), 'the export lacks the duty')
    await visit(town, '/registers/duty-items')
    await settled(page)
    await page.getByRole('button', { name: '导入' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('input[type=file]').setInputFiles({
      name: 'items.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from(makeXlsx([['责任清单', '职责内容', '履职频次', '每期次数'], [next.code, '组织安全宣传', '每季度', '1']])),
    })
    await dialog.getByRole('button', { name: '开始导入' }).click()
    await dialog.getByText('导入 1 条').waitFor()
    await until(async () => (await street.get(`/api/duty-items?list=${next.code}`)).items.length, (n) => n === 2, 'the imported duty')
    await street.call('POST', `/api/duty-lists/${next.id}/actions/publish`, {})
    assert.ok(JSON.stringify(await street.get(`/api/duty-lists/${next.id}/compare`)).includes('组织安全宣传'))
  })
  await t.test('a paper\'s articles become a list, each line one click from the paper', async () => {
    const office = await enter(world, 'office', DESK)
    const p = office.page
    await visit(office, '/documents')
    await settled(p)
    await p.locator('[data-upload]').setInputFiles({ name: '实施办法.txt', mimeType: 'text/plain', buffer: Buffer.from(PAPER) })
    await p.waitForURL('**/documents/*/read')
    await p.locator('[data-holders] summary').click()
    await p.locator('[data-holders] button', { hasText: '街道党工委主要负责人' }).click()
    await p.waitForURL('**/duties/lists/*')
    await settled(p)
    const rows = p.locator('[data-items] li')
    assert.equal(await rows.count(), 3)
    assert.match(await rows.nth(0).innerText(), /每季度/)
    assert.match(await rows.nth(2).innerText(), /每半年/)
    await rows.nth(2).locator('[data-source]').click()
    await p.waitForURL('**/read?line=9')
    await p.locator('mark.on, mark[aria-current]', { hasText: '每半年' }).or(p.locator('.item.on', { hasText: '带队检查' })).first().waitFor()
    assert.deepEqual(office.faults, [])
    await office.context.close()
  })
  assert.deepEqual(town.faults, [])
  await town.context.close()
}
