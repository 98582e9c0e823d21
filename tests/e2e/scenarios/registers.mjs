// Registers: import from xlsx with an error file, export, create, change against another's change, archive by typing.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { login, openPage, settled, visit } from '../lib/browser.mjs'
import { makeXlsx, readXlsx } from '../lib/xlsx.mjs'

async function downloaded(page, click) {
  const [file] = await Promise.all([page.waitForEvent('download'), click()])
  return readFileSync(await file.path())
}

/** Rows for the template by the titles of its columns; what the template marks with * is required. */
function filled(template, rows) {
  const head = template[0]
  const at = (title) => {
    const i = head.findIndex((h) => h.replace(/[*＊\s]/g, '') === title)
    assert.ok(i >= 0, `no column ${title} in ${head.join(' ')}`)
    return i
  }
  return [head, ...rows.map((row) => {
    const out = head.map(() => '')
    for (const [title, v] of Object.entries(row)) out[at(title)] = v
    return out
  })]
}

export async function registerScenario(t, { browser, server, api }) {
  const s = await openPage(browser, server.base)
  const { page } = s
  await login(s, 'office', server.password)
  await visit(s, '/registers/points')
  await settled(page)

  await t.test('points are imported from the template, the bad row comes back with its reason', async () => {
    await page.getByRole('button', { name: '导入' }).click()
    const dialog = page.getByRole('dialog')
    const template = readXlsx(await downloaded(page, () => dialog.getByRole('button', { name: '下载模板' }).click()))
    const sheet = makeXlsx(filled(template, [
      { 测点编号: 'E2E-0001', 测点名称: '浏览器测试一号测点', 单位: '%VOL', 经度: '117.12', 纬度: '31.10' },
      { 测点编号: 'E2E-0002', 测点名称: '浏览器测试二号测点', 单位: '%VOL', 经度: '117.13', 纬度: '31.10' },
      { 测点编号: 'E2E-0003', 测点名称: '经度有误的测点', 经度: '不是数字' },
    ]))
    await dialog.locator('input[type=file]').setInputFiles({ name: '测点.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: Buffer.from(sheet) })
    await dialog.getByRole('button', { name: '开始导入' }).click()
    await dialog.getByText('导入 2 条').waitFor()
    await dialog.getByText('1 条未导入').waitFor()
    const errors = readXlsx(await downloaded(page, () => dialog.getByRole('button', { name: '下载错误文件' }).click()))
    assert.ok(errors.flat().some((c) => c.includes('经度') && c !== '经度'), `no reason in ${JSON.stringify(errors)}`)
    assert.ok(errors.flat().includes('E2E-0003'))
    await dialog.locator('.acts').getByRole('button', { name: '关闭' }).click()
  })

  await t.test('the list is searched and exported', async () => {
    await page.locator('.bar input[type=search]').last().fill('浏览器测试')
    await page.waitForURL('**q=**')
    await page.getByText('共 2 条').waitFor()
    const rows = readXlsx(await downloaded(page, () => page.getByRole('button', { name: '导出 Excel' }).click()))
    const codes = rows.flat().filter((c) => /^E2E-/.test(c))
    assert.deepEqual(codes.sort(), ['E2E-0001', 'E2E-0002'])
  })

  await t.test('a row opens in a drawer with its history', async () => {
    await page.getByRole('row', { name: /E2E-0001/ }).press('Enter')
    const drawer = page.getByRole('dialog')
    await drawer.getByText('117.12').waitFor()
    await drawer.getByRole('button', { name: '变更记录' }).click()
    await drawer.locator('.history > li').first().waitFor()
    await page.keyboard.press('Escape')
  })

  await t.test('a point is created by hand, mistakes stand beside their fields and are counted', async () => {
    await visit(s, '/registers/points/new')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByText(/^\d 处需要修改$/).waitFor()
    await page.fill('#f-code', 'E2E-0001')
    await page.fill('#f-name', '浏览器测试三号测点')
    await page.fill('#f-unit', 'm')
    await page.getByRole('button', { name: '保存' }).click()
    await page.locator('#e-code').filter({ hasText: /./ }).waitFor()
    await page.fill('#f-code', 'E2E-0004')
    await page.getByRole('button', { name: '保存' }).click()
    await page.waitForURL('**/points/*')
    await page.getByRole('heading', { level: 1, name: '浏览器测试三号测点' }).waitFor()
  })

  await t.test('a change against somebody else’s change is explained, and kept when one insists', async () => {
    const p = await api.get('/api/points/code:E2E-0004')
    await visit(s, `/registers/points/${p.id}/edit`)
    await page.fill('#f-name', '我的名称')
    await page.evaluate(async ({ id, version }) => {
      const session = await fetch('/api/session').then((r) => r.json())
      const r = await fetch(`/api/points/${id}`, {
        method: 'PATCH', body: '{"name":"别人的名称"}',
        headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': `"${version}"`, 'X-CSRF-Token': session.csrf },
      })
      if (!r.ok) throw new Error(`${r.status} ${await r.text()}`)
    }, p)
    await page.getByRole('button', { name: '保存' }).click()
    const conflict = page.getByRole('alert').filter({ hasText: '已被他人修改' })
    await conflict.getByText('别人的名称').waitFor()
    await conflict.getByText('我的名称').waitFor()
    await conflict.getByRole('button', { name: '以新版本为底再保存' }).click()
    await page.getByRole('heading', { level: 1, name: '我的名称' }).waitFor()
    assert.equal((await api.get(`/api/points/${p.id}`)).name, '我的名称')
  })

  await t.test('archiving wants the code typed', async () => {
    const p = await api.get('/api/points/code:E2E-0004')
    await visit(s, `/registers/points?open=${p.id}`)
    await page.getByRole('button', { name: '归档' }).click()
    const confirm = page.getByRole('dialog').filter({ hasText: '归档此记录' })
    const go = confirm.getByRole('button', { name: '归档' })
    assert.equal(await go.isDisabled(), true)
    await page.fill('#archive-code', 'E2E-0004')
    await go.click()
    await page.waitForURL((u) => !u.searchParams.has('open'))
    assert.equal((await api.get('/api/points?q=E2E-0004')).items.length, 0)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
