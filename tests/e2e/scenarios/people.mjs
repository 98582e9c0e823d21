// People: an account made, granted, reset; an enterprise that comes in by its code and sees its own; a number unmasked with a reason; a
// second factor.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { checkAccess, login, openPage, settled, visit } from '../lib/browser.mjs'
import { session } from '../lib/http.mjs'

const PASSWORD = 'People-2026-anlan'
const DISTRICT = '990100'

function credit(serial) {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const head = `91320100MA${serial}`
  let sum = 0
  let weight = 1
  for (const c of head) {
    sum += alphabet.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return head + alphabet[(31 - (sum % 31)) % 31]
}

function totp(secret) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const mac = createHmac('sha1', key).update(step).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function told(page) {
  const code = page.locator('.told code').first()
  await code.waitFor()
  const value = await code.textContent()
  await page.getByRole('button', { name: '已保存，关闭' }).click()
  await code.waitFor({ state: 'detached' })
  return value
}

async function change(page, old) {
  await page.fill('#old', old)
  await page.fill('#new', PASSWORD)
  await page.fill('#again', PASSWORD)
  await page.getByRole('button', { name: '修改' }).click()
}

async function accountStory(t, world, names) {
  const s = await openPage(world.browser, world.server.base, { drawn: false })
  const { page } = s
  await login(s, 'security', world.server.password)
  await t.test('the security administrator makes an account; three administrators in one are refused in words', async () => {
    await visit(s, '/settings/users')
    await settled(page)
    await checkAccess(page, 'users')
    await page.getByRole('button', { name: '新建用户' }).click()
    await page.fill('#u-name', names.user)
    await page.fill('#u-full', '林立')
    await page.fill('#u-password', 'First-2026-anlan')
    await page.getByRole('button', { name: '系统管理员', exact: true }).click()
    await page.getByRole('button', { name: '审计管理员', exact: true }).click()
    await page.getByText('系统、安全、审计三员不能由一个账户兼任').waitFor()
    assert.ok(await page.getByRole('button', { name: '保存' }).isDisabled())
    await page.getByRole('button', { name: '系统管理员', exact: true }).click()
    await page.getByRole('button', { name: '审计管理员', exact: true }).click()
    await page.getByRole('button', { name: '安委办', exact: true }).click()
    await page.getByRole('button', { name: '保存' }).click()
    await page.locator('li.row', { hasText: names.user }).getByText('待改口令').waitFor()
  })
  await t.test('a reset password is shown once and opens nothing but its change', async () => {
    const row = page.locator('li.row', { hasText: names.user })
    await row.getByRole('button', { name: '重置口令' }).click()
    await page.locator('.el-message-box').getByRole('button', { name: '重置口令' }).click()
    names.first = await told(page)
    assert.equal(names.first.length, 16)
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

async function personStory(t, world, names) {
  const s = await openPage(world.browser, world.server.base, { drawn: false })
  const { page } = s
  await t.test('a person with a post and that account changes the password and sees what he is', async () => {
    const body = (await world.api.get('/api/users/code:office')).body
    await world.api.call('PATCH', `/api/users/code:${names.user}`, { body }, { 'If-Match': '*' })
    const post = await world.api.call('POST', '/api/posts', { code: names.post, title: '企业联络岗', body })
    await world.api.call('POST', '/api/persons', { name: '林立', body, post: post.code, mobile: '13700001234', account: names.user })
    await login(s, names.user, names.first)
    await page.getByText('请先修改口令').waitFor()
    await change(page, names.first)
    await page.locator('#content').waitFor()
    await visit(s, '/account')
    await page.locator('.facts').getByText('林立').waitFor()
    await page.fill('#phone', '13700005678')
    await page.getByRole('button', { name: '保存' }).first().click()
    await page.locator('.facts').getByText('137****5678').waitFor()
    await checkAccess(page, 'account')
  })
  await t.test('a second factor is asked for at the next login', async () => {
    await page.fill('#own', PASSWORD)
    await page.getByRole('button', { name: '启用', exact: true }).click()
    const secret = (await page.locator('code.key').textContent()).replaceAll(' ', '')
    await page.fill('#totp', totp(secret))
    await page.getByRole('button', { name: '确认启用' }).click()
    const recovery = await page.locator('.codes li').first().textContent()
    await page.getByRole('button', { name: '已保存' }).click()
    await page.getByText('已启用。').waitFor()
    await page.getByRole('button', { name: '退出登录' }).first().click()
    await page.waitForURL('**/login**')
    await page.fill('#name', names.user)
    await page.fill('#password', PASSWORD)
    await page.keyboard.press('Enter')
    await page.locator('#code').fill(recovery)
    await page.keyboard.press('Enter')
    await page.waitForURL((u) => u.pathname !== '/login')
  })
  await t.test('a masked number is seen whole with a reason, and the ledger has it', async () => {
    const body = (await world.api.get('/api/users/code:office')).body
    await visit(s, `/bodies?body=${encodeURIComponent(body)}`)
    await settled(page)
    const line = page.locator('.people li', { hasText: '林立' })
    await line.getByText('137****5678').waitFor()
    await line.getByRole('button').click()
    await page.fill('#unmask-reason', '核对联系人')
    await page.getByRole('dialog').locator('button[type=submit]').click()
    await line.getByText('13700005678').waitFor()
    const audit = await session(world.server, 'audit')
    const entries = (await audit.get(`/api/ledger?action=unmask&who=${names.user}`)).items
    assert.equal(entries[0].why, '核对联系人')
    assert.ok(!JSON.stringify(entries).includes('13700005678'))
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}

async function enterpriseStory(t, world, names) {
  const office = await openPage(world.browser, world.server.base, { drawn: false })
  const firm = await openPage(world.browser, world.server.base, { drawn: false })
  let code = ''
  await t.test('the office gives an enterprise a code, which is shown once', async () => {
    const made = await world.api.call('POST', '/api/bodies', { code: names.body, name: names.title, kind: 'enterprise', credit_code: credit(names.serial), district: DISTRICT })
    assert.equal(made.told.length, 1)
    await login(office, 'office', world.server.password)
    await visit(office, `/bodies?body=${names.body}`)
    await office.page.getByText('激活码待使用').waitFor()
    await office.page.getByRole('button', { name: '重新发放' }).click()
    code = await told(office.page)
    assert.notEqual(code, made.told[0].value)
    names.old = made.told[0].value
  })
  const fill = async (value) => {
    const p = firm.page
    const values = { credit_code: credit(names.serial), code: value, full_name: '沈晖', phone: '13900001111', name: names.firm, password: PASSWORD, again: PASSWORD }
    for (const [k, v] of Object.entries(values)) await p.fill(`#${k}`, v)
    await p.getByRole('button', { name: '开通', exact: true }).click()
  }
  await t.test('the enterprise opens its account; the code before it and a used one are refused alike', async () => {
    const p = firm.page
    await visit(firm, '/login')
    await p.getByRole('link', { name: '企业凭激活码开通账户' }).click()
    await checkAccess(p, 'activate')
    await fill(names.old)
    await p.getByText('信用代码与激活码不符，或激活码已失效').waitFor()
    await fill(code.toLowerCase().replaceAll('-', ' '))
    await p.getByText(`已为“${names.title}”开通账户`).waitFor()
    await visit(firm, '/activate')
    await fill(code)
    await p.getByText('信用代码与激活码不符，或激活码已失效').waitFor()
  })
  await t.test('it sees its own and nothing else', async () => {
    const p = firm.page
    await login(firm, names.firm, PASSWORD)
    const seen = await p.evaluate(async (foreign) => {
      const of = async (path) => (await fetch(path)).json()
      return {
        bodies: (await of('/api/bodies')).items.map((b) => b.code),
        persons: (await of('/api/persons')).items.map((x) => x.name),
        other: (await fetch(`/api/bodies/code:${foreign}`)).status,
        users: (await fetch('/api/users')).status,
      }
    }, (await world.api.get('/api/users/code:enterprise')).body)
    assert.deepEqual(seen, { bodies: [names.body], persons: ['沈晖'], other: 404, users: 403 })
    await office.page.reload()
    await office.page.getByText('已激活').waitFor()
  })
  assert.deepEqual([...office.faults, ...firm.faults], [])
  await office.context.close()
  await firm.context.close()
}

const namesOf = () => {
  const mark = Date.now().toString().slice(-6)
  return { user: `lin${mark}`, post: `P${mark}`, body: `F${mark}`, title: `云澜样品厂${mark}`, serial: `0${mark}`, firm: `firm${mark}` }
}
export async function peopleScenario(t, world) {
  const names = namesOf()
  await accountStory(t, world, names)
  await personStory(t, world, names)
}
export const enterpriseScenario = (t, world) => enterpriseStory(t, world, namesOf())
