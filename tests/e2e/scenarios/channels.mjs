// Channels to a real receiver on this machine: signed, delivered, refused, tried again.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { checkAccess, login, openPage, settled, visit } from '../lib/browser.mjs'

const SECRET = 'e2e-signing-secret'

/** Keeps what comes; `answer` is what it says. */
function receiver() {
  const got = []
  const state = { answer: 200 }
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (b) => (body += b))
    req.on('end', () => {
      got.push({ headers: req.headers, body })
      res.writeHead(state.answer).end(state.answer === 200 ? 'ok' : 'no')
    })
  })
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done({ got, state, port: server.address().port, stop: () => server.close() })))
}

async function until(what, fn, ms = 12_000) {
  const end = Date.now() + ms
  while (!(await fn())) {
    assert.ok(Date.now() < end, what)
    await new Promise((r) => setTimeout(r, 100))
  }
}

export async function channelScenario(t, { browser, server, api }) {
  const ear = await receiver()
  const s = await openPage(browser, server.base, { drawn: false })
  const { page } = s
  const code = `E2E${Date.now()}`
  const made = await api.call('POST', '/api/channels', { code, name: `接收端${code}`, kind: 'webhook', url: `http://127.0.0.1:${ear.port}/hook`, secret: SECRET, topics: 'records' })
  await login(s, 'system', server.password)
  const row = page.locator('.channels li', { hasText: code })
  const mine = page.locator('.table tbody tr', { hasText: code })
  await t.test('a real receiver gets the test, signed', async () => {
    await visit(s, '/settings/channels')
    await settled(page)
    await checkAccess(page, 'channels')
    await row.getByRole('button', { name: '试发' }).click()
    await until('nothing came', () => ear.got.length > 0)
    const { headers, body } = ear.got[0]
    const wanted = createHmac('sha256', SECRET).update(`${headers['x-anlan-timestamp']}.${body}`).digest('hex')
    assert.equal(headers['x-anlan-signature'], `sha256=${wanted}`)
    assert.ok(!JSON.stringify(await api.get('/api/channels?limit=200')).includes(SECRET))
  })
  await t.test('what happens in the city comes too', async () => {
    const before = ear.got.length
    await api.call('POST', '/api/bodies', { code: `B${code}`, name: '通道样例单位', kind: 'other' })
    await until('the event did not come', () => ear.got.slice(before).some((g) => g.body.includes('bodies')))
  })
  await t.test('a refusal for good is a dead letter, and goes out when it is sent again', async () => {
    ear.state.answer = 400
    await api.call('POST', `/api/channels/${made.id}/actions/test`, {})
    const dead = async () => (await api.get(`/api/deliveries?state=dead&channel=${made.id}&limit=1000`)).items.map((d) => d.id)
    await until('it did not die', async () => (await dead()).length > 0)
    await visit(s, '/settings/channels')
    await settled(page)
    await mine.first().waitFor()
    assert.match(await mine.first().textContent(), /400/)
    ear.state.answer = 200
    const before = ear.got.length
    const was = (await dead()).length
    await mine.first().getByRole('button', { name: '重新投递' }).click()
    await until('it was not sent again', () => ear.got.length > before)
    await until('it is not told sent', async () => (await dead()).length < was)
  })
  await api.call('PATCH', `/api/channels/${made.id}`, { enabled: false }, { 'If-Match': '*' })
  ear.stop()
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
