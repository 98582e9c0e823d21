// Frames of the standards' examples go to the running program over TCP, right and wrong ones; the answers are right, and the pages
// show who is connected, the last frame in hex and in words, and what was refused and why.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { device } from '../lib/device.mjs'
import { login, openPage, settled, visit } from '../lib/browser.mjs'

const DATA = resolve(process.env.ANLAN_TEST_DATA ?? '../shared/data')
const hex = (s) => Buffer.from(s.replace(/\s+/g, ''), 'hex')
const line = (s) => Buffer.from(`${s}\r\n`)

const GB_FIRE = `40 40 01 00 01 01 20 3A 09 1A 09 0C 79 03 00 00 00 00 38 5B 01 00 00 00 30 00 02 02 01 01 01 28 0A 00 02 00 02 00 ${'20 '.repeat(30)}00
  02 3A 09 1A 09 0C 46 23 23`
const HJ = '##0162QN=20231008123340461;ST=22;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20231008123340;' +
  'w01008-SampleTime=20231008123340,w01008-Rtd=123.456&&F441'
const JT = '7e02004026010000000001391234432900000000006f0000001601dc9a0707456246007b004200032501292233440202006401040000000c417e'

/** protocol, frame, a test of the answer (null: none comes), and words that its page must show. */
const RIGHT = [
  ['hj212', line(HJ), (b) => /CN=9014;.*MN=010000A8900016F000169DC0/.test(b), ['010000A8900016F000169DC0', '123.456']],
  ['gb26875', hex(GB_FIRE), (b) => b.length === 30 && b[26] === 3 && b[2] === 1, ['889', '火警']],
  ['jt808', hex(JT), (b) => b.includes(hex('8001')), ['13912344329', '31.234567', '121.987654']],
]
const WRONG = [
  ['hj212', line(HJ.replace('F441', 'F442')), 'CRC'],
  ['gb26875', hex(GB_FIRE.replace('46 23 23', '47 23 23')), '校验和'],
  ['jt808', hex(JT.replace('417e', '427e')), '校验'],
]

function published() {
  const file = (name) => (existsSync(join(DATA, name)) ? readFileSync(join(DATA, name), 'utf8').split('\n').filter((l) => l && !l.startsWith('#')) : [])
  const rows = file('hj212/frames.tsv').map((l) => l.split('\t')).filter((c) => c[2]?.startsWith('##'))
  return [
    ...rows.map(([, valid, frame]) => ['hj212', line(frame), valid === 'valid']),
    ...file('gb26875/frames.txt').map((l, i) => ['gb26875', hex(l), i === 0]),
    ...file('jt808/frames.txt').map((l) => ['jt808', hex(l), true]),
  ]
}

async function gateways(api) {
  const { items } = await api.get('/api/gateways')
  return Object.fromEntries(items.map((g) => [g.name, g]))
}

async function eventually(what, ask) {
  for (let i = 0; i < 50; i++) {
    if (await ask()) return
    await new Promise((r) => setTimeout(r, 100))
  }
  assert.fail(what)
}

/** Published frames, each on a connection of its own: the right ones are counted as taken, the wrong ones as refused. */
async function playPublished(t, api) {
  const frames = published()
  if (!frames.length) return t.skip('no test data')
  const before = await gateways(api)
  for (const [name, bytes] of frames) {
    const d = await device(before[name].address)
    await d.send(bytes, (b) => b.length > 0, 400)
    d.close()
  }
  for (const name of ['hj212', 'gb26875']) {
    const wrong = frames.filter((f) => f[0] === name && !f[2]).length
    await eventually(`${name}: ${wrong} wrong frames are refused`, async () => (await gateways(api))[name].refused - before[name].refused >= wrong)
  }
}

export async function gatewayScenario(t, { browser, server, api }) {
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  await login(s, 'watch', server.password)
  const open = []
  await t.test('published frames are taken or refused', (tt) => playPublished(tt, api))
  await t.test('right frames are answered after the commit and shown in words', async () => {
    const now = await gateways(api)
    for (const [name, bytes, answered, words] of RIGHT) {
      const d = await device(now[name].address)
      open.push(d)
      const answer = await d.send(bytes, answered)
      assert.ok(answered(answer), `${name} answers, but with ${answer.toString('hex')}`)
      await visit(s, `/gateways/${name}`)
      await settled(page)
      await page.getByText(words[0]).first().waitFor()
      await page.getByText(words[0]).first().click()
      for (const w of words) await page.getByText(w).first().waitFor()
    }
  })
  await t.test('wrong frames are refused, with the reason, and the connection goes on', async () => {
    const now = await gateways(api)
    for (const [name, bytes, reason] of WRONG) {
      const d = await device(now[name].address)
      open.push(d)
      await d.send(bytes, (b) => b.length > 0, 300)
      const right = RIGHT.find((r) => r[0] === name)
      assert.ok(right[2](await d.send(right[1], right[2])), `${name} takes a right frame after a wrong one`)
      await visit(s, `/gateways/${name}`)
      await settled(page)
      await page.getByText(reason).first().waitFor()
    }
  })
  await t.test('the list shows which gateways are open', async () => {
    await visit(s, '/gateways')
    await settled(page)
    for (const name of ['HJ 212', 'GB/T 26875.3', 'JT/T 808', 'MQTT', 'Modbus']) await page.getByText(name).first().waitFor()
  })
  open.forEach((d) => d.close())
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
