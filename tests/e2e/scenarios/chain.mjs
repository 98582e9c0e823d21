// The whole chain: a reading, the alarm, the verdict, the warning, orders to the owner, the department and the town; two of them sign,
// act and answer, one lets its time pass and is urged and supervised; then review, lifting, filing. At the end the page of the warning
// leads back to the reading. With ANLAN_SHOTS its pictures and docs/chain.md.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { checkAccess, DESK, login, openPage, PHONE, press, settled, visit } from '../lib/browser.mjs'
import { reading } from '../lib/http.mjs'
import { DOCS, noSideways, shoot, wanted } from '../lib/shots.mjs'
import { makeUnits } from './units.mjs'

const PHOTO = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNkYPjPwMDAxMDAwMDAAAAIGAECx6hV2gAAAABJRU5ErkJggg==', 'base64')
const DUE_MS = 60_000

export const until = async (what, ms, probe) => {
  const end = Date.now() + ms
  for (;;) {
    const got = await probe()
    if (got) return got
    assert.ok(Date.now() < end, `${what}: not within ${ms} ms`)
    await new Promise((r) => setTimeout(r, 250))
  }
}

/** A step by its button: a dialog is filled in and sent. */
export async function act(page, action, values = {}) {
  const button = page.locator(`[data-action="${action}"]`)
  await press(page, button)
  const dialog = page.getByRole('dialog')
  const opens = await Promise.race([
    dialog.waitFor().then(() => true, () => false), button.waitFor({ state: 'detached' }).then(() => false, () => false),
  ])
  if (!opens) return
  for (const [name, value] of Object.entries(values)) {
    if (value?.choose) {
      await dialog.locator('.el-select', { has: page.locator(`#act-${name}`) }).click()
      await page.locator('.el-select-dropdown:visible').getByText(value.choose, { exact: true }).first().click()
    } else if (value?.quick) await dialog.locator('.one', { has: page.locator(`#act-${name}`) }).locator(`[data-quick="${value.quick}"]`).click()
    else if (value === true) await dialog.locator(`#act-${name}`).check()
    else await dialog.locator(`#act-${name}`).fill(value)
  }
  await dialog.locator('button[type=submit]').click()
  await dialog.waitFor({ state: 'detached' })
}

export async function officer(world, units, role, viewport) {
  const s = await openPage(world.browser, world.server.base, { drawn: false, viewport, hasTouch: viewport === PHONE })
  const { name, password } = units.officer(role)
  await login(s, name, password)
  await settled(s.page, 60_000)
  return s
}

export const stage = (page, name) => page.locator('.stages [aria-current=step]').getByText(name).waitFor()

export async function judge(watch, api, prefix, told) {
  const { page } = watch
  const sent = Date.now()
  await api.write(reading(`${prefix}-1`, 6.5, sent))
  told('读数超限：站内甲烷 6.5 %VOL', 'a sensor reports 6.5 %VOL where orange begins at 5')
  const alarm = await until('the alarm', 30_000, async () => (await api.get(`/api/alarms?point=${prefix}-1`)).items[0])
  await visit(watch, `/alarms/${alarm.id}`)
  await settled(page)
  await page.keyboard.press('t')
  await until('the verdict', 30_000, async () => (await api.get(`/api/alarms/${alarm.id}`)).verdict === 'true')
  told('值班员研判为真实（键 T）', 'the watch officer judges the alarm true with key T')
  await visit(watch, `/alarms/${alarm.id}`)
  await settled(page)
  await shoot(page, 'chain-1-judged')
  await page.locator('[data-make-warning]').click()
  await page.waitForURL('**/matters/warnings/*')
  const id = page.url().split('/').at(-1)
  told('转为预警', 'the alarm becomes a warning')
  return { alarm, id }
}

export async function publish(watch, told) {
  const { page } = watch
  await stage(page, '研判中')
  await page.getByText('发布后派单').waitFor()
  await shoot(page, 'chain-2-graded')
  await act(page, 'grade')
  await stage(page, '待发布')
  await act(page, 'publish')
  await stage(page, '已发布待签收')
  told('定级、发布，处置单同时派给权属单位、行业部门、属地', 'graded and published: orders go to the owner, the department and the town at once')
  await page.getByText('3 个单位中 3 个未反馈').waitFor()
  await settled(page)
  await shoot(page, 'chain-3-published')
  await checkAccess(page, 'warning')
}

/** From the desk, as a person does who has just been told. */
async function answerOrder(s, words, shots) {
  const { page } = s
  await visit(s, '/desk')
  await settled(page)
  await noSideways(page, 'desk')
  if (shots) await shoot(page, `${shots}-desk`)
  await page.locator('.row').first().getByRole('button', { name: '签收' }).click()
  await page.locator('.row .state').getByText('已签收').waitFor()
  await page.locator('.row .title').first().click()
  await stage(page, '已签收')
  await settled(page)
  await noSideways(page, 'order')
  if (shots) await shoot(page, `${shots}-signed`)
  await act(page, 'arrive', { note: words.found })
  await stage(page, '处置中')
  await page.locator('input[type=file]').first().setInputFiles({ name: '现场阀门.png', mimeType: 'image/png', buffer: PHOTO })
  await page.getByText('现场阀门').first().waitFor()
  await act(page, 'answer', { result: { choose: words.result }, answer: words.answer })
  await stage(page, '已反馈待复核')
  await settled(page)
  await checkAccess(page, 'order')
}

async function late(watch, town, api, told) {
  const { page } = watch
  const row = page.locator('li', { hasText: '临江街道办事处' })
  await row.getByText('已催办').waitFor({ timeout: DUE_MS + 30_000 })
  told('街道超时未签收，系统自动催办', 'the town has not signed when its minute is over: it is urged by the program')
  await row.getByText('已督办').waitFor({ timeout: 60_000 })
  told('仍未签收，自动督办，上级知悉', 'still nothing: it is supervised, and the body above is told')
  await shoot(page, 'chain-5-late')
  await town.page.getByRole('button', { name: /条未读通知/ }).click()
  await town.page.locator('.bell .list').getByText('催办').first().waitFor()
  await shoot(town.page, 'chain-6-told')
  await town.page.keyboard.press('Escape')
}

async function review(watch, api, id, told) {
  const { page } = watch
  const orders = (await api.get(`/api/warnings/${id}/answers`)).items
  assert.equal(orders.length, 3)
  for (const o of orders) {
    await visit(watch, `/matters/orders/${o.id}`)
    await stage(page, '已反馈待复核')
    await act(page, 'accept')
    await stage(page, '复核通过')
  }
  told('三份反馈复核通过', 'the three answers are reviewed and accepted')
}

async function close(watch, api, prefix, id, told) {
  const { page } = watch
  await api.write(reading(`${prefix}-1`, 0.4))
  await visit(watch, `/matters/warnings/${id}`)
  await stage(page, '待解除')
  await until('the alarm to return', 30_000, async () => (await api.get(`/api/alarms?point=${prefix}-1`)).items.every((a) => !['unacknowledged', 'acknowledged'].includes(a.state)))
  await act(page, 'lift')
  await stage(page, '已解除待归档')
  told('读数恢复，预警解除', 'the reading is calm again: the warning is lifted')
  await act(page, 'file', { conclusion: '法兰垫片老化渗漏，已更换；同批垫片列入排查' })
  await stage(page, '已归档')
  told('归档', 'filed')
}

async function walkBack(watch, alarm) {
  const { page } = watch
  await settled(page)
  const kinds = await page.locator('.item').evaluateAll((list) => list.map((x) => x.dataset.kind))
  for (const kind of ['reading', 'alarm', 'action', 'clock']) assert.ok(kinds.includes(kind), `no ${kind} in the timeline: ${kinds}`)
  await shoot(page, 'chain-7-filed')
  await page.locator(`.chain a[href="/alarms/${alarm.id}"]`).click()
  await page.waitForURL(`**/alarms/${alarm.id}`)
  await settled(page)
}

const clock = (ms) => new Date(ms + 8 * 3_600_000).toISOString().slice(11, 19)

function story(steps) {
  const shots = [
    ['chain-1-judged', 'The alarm is judged true; its page offers to make a warning, or to join one nearby.'],
    ['chain-2-graded', 'The draft shows whom the orders will go to, and by which rule.'],
    ['chain-3-published', 'Published. Every unit has an order with a running clock; who has not answered can be called and urged.'],
    ['chain-4-phone-desk', 'The owner on the phone: the order stands on his desk, and is signed from there.'],
    ['chain-4-phone-signed', 'His page of the order: where it stands, how long is left, the next step in the thumb\'s reach.'],
    ['chain-5-late', 'The town lets its minute pass: it is urged, then supervised, by the program alone.'],
    ['chain-6-told', 'The town is told.'],
    ['chain-7-filed', 'Filed. The course leads back to the reading.'],
  ]
  return `# The chain, from a reading to the archive

One warning in a real browser against the real program, written by \`tests/e2e/scenarios/chain.mjs\` (\`ANLAN_SHOTS=1 tests/e2e/run.sh …\`): a station of
the test's own, four officers of four bodies, and a limit of one minute to sign, entered as data, so that the clock can be seen running out. The
times are those of this run, Beijing time.

| at | what |
|---|---|
${steps.map((s) => `| ${clock(s.at)} | ${s.en} |`).join('\n')}

${shots.map(([name, words], i) => `${i + 1}. ${words}\n\n   ![${words}](screenshots/${name}.png)\n`).join('\n')}`
}

export async function chainScenario(t, world, prefix = 'chain', district = '990197') {
  const { api } = world
  const P = prefix.toUpperCase()
  const steps = []
  const told = (zh, en) => steps.push({ at: Date.now(), zh, en })
  const units = await makeUnits(api, world.server, prefix, district)
  const watch = await officer(world, units, 'watch', DESK)
  const gas = await officer(world, units, 'gas', PHONE)
  const dept = await officer(world, units, 'dept', DESK)
  const town = await officer(world, units, 'town', PHONE)
  let alarm
  let id
  // Each step stands on the one before it: after a failure the rest would only repeat it.
  let broken = false
  const step = (name, fn) => broken || t.test(name, async () => {
    broken = true
    await fn()
    broken = false
  })
  await step('a reading becomes a warning', async () => {
    ({ alarm, id } = await judge(watch, api, P, told))
  })
  await step('the warning goes to three units', () => publish(watch, told))
  await step('the owner signs, acts and answers on the phone', async () => {
    await answerOrder(gas, { found: '到场，法兰渗漏', result: '隐患已消除', answer: '更换垫片，浓度恢复正常' }, 'chain-4-phone')
    told('权属单位在手机上签收、到场、反馈并附照片', 'the owner signs, is on site and answers from the phone, with a photo')
  })
  await step('the department answers at its desk', async () => {
    await answerOrder(dept, { found: '已通知入户检查', result: '隐患已消除', answer: '周边 12 户检查无异常' })
    told('行业部门反馈', 'the department answers')
  })
  await step('the town is late, urged and supervised', () => late(watch, town, api, told))
  await step('the town answers at last', async () => {
    await answerOrder(town, { found: '已到场警戒', result: '隐患已消除', answer: '现场警戒解除' })
    told('街道签收并反馈', 'the town signs and answers')
  })
  await step('reviewed, lifted, filed', async () => {
    await review(watch, api, id, told)
    await close(watch, api, P, id, told)
  })
  await step('every step leads back to the reading', () => walkBack(watch, alarm))
  for (const s of [watch, gas, dept, town]) {
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
  if (wanted && !world.quiet) writeFileSync(`${DOCS}chain.md`, story(steps))
}
