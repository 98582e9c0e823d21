// The machine side of the tests: readings go in as any sender's do, records are asked for as any program does.
import assert from 'node:assert/strict'

export const client = (server) => speaker(server, { Authorization: `Bearer ${server.token}`, 'Accept-Language': 'zh' })

/** As somebody who has signed in: what a token may not do. */
export async function session(server, name, password = server.password) {
  const r = await fetch(`${server.base}/api/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password }) })
  assert.equal(r.status, 200, `${name}: ${r.status} ${await r.clone().text()}`)
  const { csrf } = await r.json()
  const cookie = r.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
  return speaker(server, { Cookie: cookie, 'X-CSRF-Token': csrf, 'Accept-Language': 'zh' })
}

function speaker(server, headers) {
  return {
    async write(lines) {
      const r = await fetch(`${server.base}/write?precision=ms`, { method: 'POST', headers, body: lines })
      assert.equal(r.status, 204, await r.text())
    },
    async get(path) {
      const r = await fetch(server.base + path, { headers })
      assert.equal(r.status, 200, `${path}: ${r.status}`)
      return r.json()
    },
    async raw(path) {
      const r = await fetch(server.base + path, { headers })
      assert.equal(r.status, 200, `${path}: ${r.status}`)
      return r
    },
    async call(method, path, body, more = {}) {
      const r = await fetch(server.base + path, { method, headers: { ...headers, 'Content-Type': 'application/json', ...more }, body: JSON.stringify(body) })
      const text = await r.text()
      assert.ok(r.ok, `${method} ${path}: ${r.status} ${text}`)
      return text === '' ? null : JSON.parse(text)
    },
  }
}

export const reading = (point, v, t = Date.now()) => `reading,point=${point} v=${v} ${t}`
