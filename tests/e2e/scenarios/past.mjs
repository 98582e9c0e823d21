// What a visitor finds in the demo city with a past: enterprises, months of dangers in every state, and for each account its own work.
// Over the API: the pages are looked at elsewhere.
import assert from 'node:assert/strict'
import { session } from '../lib/http.mjs'

const ENTERPRISES = 300
const MONTHS = 3
/** Who has no matters on a desk: where his own page begins, and what must stand on it. */
const PAGES = {
  leader: async (s) => (await s.get('/api/supervisions?limit=1&state=hung')).items.length,
  system: async (s) => (await s.get('/api/unclaimed?limit=1')).items.length,
  security: async (s) => (await s.get('/api/users?limit=1')).items.length,
  audit: async (s) => (await s.get('/api/ledger?limit=1')).items.length,
}

async function all(api, path) {
  const items = []
  for (let next = ''; next !== null; ) {
    const page = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=500${next && `&cursor=${encodeURIComponent(next)}`}`)
    items.push(...page.items)
    next = page.next ?? null
  }
  return items
}

export async function pastScenario(t, { server, api }) {
  await t.test('enterprises, and months of dangers in every state', async () => {
    const enterprises = await all(api, '/api/bodies?kind=enterprise')
    assert.ok(enterprises.length >= ENTERPRISES, `${enterprises.length} enterprises`)
    const { entities } = await api.get('/api/meta')
    for (const plural of ['dangers', 'supervisions']) {
      const states = entities.find((e) => e.plural === plural).flow.states.map((s) => s.name)
      const there = new Set((await all(api, `/api/${plural}`)).map((r) => r.state))
      assert.deepEqual(states.filter((s) => !there.has(s)), [], `${plural}: no record in these states`)
    }
    const months = new Set((await all(api, '/api/dangers')).map((d) => d.found_at.slice(0, 7)))
    assert.ok(months.size > MONTHS, `dangers of ${[...months]} only`)
  })
  await t.test('each account finds its own work waiting', async () => {
    const { accounts } = await api.get('/api/hello')
    const idle = await Promise.all(accounts.map(async ({ name }) => {
      const s = await session(server, name)
      const look = PAGES[name] ?? (async () => (await s.get('/api/desk?box=todo&limit=1')).items.length)
      // Sources that nobody claims are listed some seconds after the start.
      for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((r) => setTimeout(r, 200))) if (await look(s)) return null
      return name
    }))
    assert.deepEqual(idle.filter(Boolean), [])
  })
}
