// One incident from the reading to the verdict, with the moment of each step; with ANLAN_SHOTS its pictures and docs/incident.md.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { login, openPage, settled, visit } from '../lib/browser.mjs'
import { bars, forget, listen, quiet, tones } from '../lib/ears.mjs'
import { reading } from '../lib/http.mjs'
import { shrink } from '../lib/png.mjs'
import { makeSite } from './site.mjs'

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))
const wanted = process.env.ANLAN_SHOTS === '1'
const MOST_BYTES = 200_000
const LIMIT_MS = 30_000

async function shoot(page, name) {
  if (!wanted) return
  await page.mouse.move(0, 0)
  await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 300)))))
  const small = shrink(await page.screenshot())
  assert.ok(small.length <= MOST_BYTES, `${name}.png has ${small.length} bytes`)
  mkdirSync(`${DOCS}screenshots`, { recursive: true })
  writeFileSync(`${DOCS}screenshots/${name}.png`, small)
}

/** A calm quarter of an hour behind the point, so that the chart shows where the alarm came from. */
async function calmPast(api) {
  const now = Date.now()
  const lines = []
  for (let i = 30; i > 0; i--) for (const p of [1, 2, 3]) lines.push(reading(`INCIDENT-${p}`, (0.4 + ((i * p) % 5) * 0.02).toFixed(2), now - i * 30_000))
  await api.write(lines.join('\n'))
}

const clock = (ms) => `${new Date(ms + 8 * 3_600_000).toISOString().slice(11, 23)}`

function page(steps) {
  const t0 = steps[0].at
  return `# One incident, from the reading to the verdict

A sensor in a gas governor station reports 6.5 %VOL where orange begins at 5. The watch officer has the page of that point open; nobody touches
anything until the verdict. Written by \`tests/e2e/scenarios/incident.mjs\` (\`ANLAN_SHOTS=1 tests/e2e/run.sh …\`), with the real program and a real
browser on one machine with ${cpus().length} processors (${cpus()[0].model.trim()}) that other work kept busy; the times are those of this one run, Beijing time.

| step | at | after the reading |
|---|---|---|
${steps.map((s) => `| ${s.what} | ${clock(s.at)} | ${s.at - t0} ms |`).join('\n')}

What each time is: the reading's is when the sender began to send it, the acknowledgement's when its answer came (it was on the disk then); the
record's is when the server wrote it; bar and tones are taken inside the page, by an observer of the document and by the clock of the first oscillator.
The officer's part, between the tones and the key, is the test reading the page for as long as it takes its pictures.

1. Before: the point is calm, nothing calls.

   ![the point before](screenshots/incident-1-before.png)

2. The alarm calls on the page that happens to be open: a bar that cannot be closed, two tones every 20 s, the tab's title and icon.

   ![the bar](screenshots/incident-2-calls.png)

3. The alarm's page answers in order: what happened, how sure, who owns it, what is near, what to do.

   ![the evidence](screenshots/incident-3-evidence.png)

4. Key T: judged true. The bar and the tones end; the verdict is in the record, its timeline and the ledger.

   ![judged](screenshots/incident-4-judged.png)
`
}

export async function incidentScenario(t, world) {
  const { browser, server, api } = world
  const site = await makeSite(api, 'INCIDENT', '南门')
  const s = await openPage(browser, server.base)
  await listen(s.context)
  await login(s, 'watch', server.password)
  await calmPast(api)
  const point = await api.get('/api/points/code:INCIDENT-1')
  await visit(s, `/points/${point.id}`)
  await settled(s.page)
  await s.page.locator('h1').first().click()
  await s.page.waitForTimeout(1500)
  await quiet(api)
  await s.page.locator('[data-alarm]').waitFor({ state: 'detached' })
  await shoot(s.page, 'incident-1-before')
  await forget(s.page)

  await t.test('reading, alarm, bar, sound, verdict', async () => {
    const sent = Date.now()
    await api.write(reading('INCIDENT-1', 6.5, sent))
    const acknowledged = Date.now()
    await s.page.locator('[data-alarm]').waitFor({ timeout: LIMIT_MS })
    await s.page.waitForFunction(() => globalThis.heard.length >= 2, null, { timeout: LIMIT_MS })
    const id = await s.page.locator('[data-alarm]').getAttribute('data-alarm')
    const [shown] = (await bars(s.page)).filter((b) => b.id === id)
    const [tone] = await tones(s.page)
    await shoot(s.page, 'incident-2-calls')
    await s.page.locator('[data-alarm]').getByRole('link', { name: '处置' }).click()
    await settled(s.page)
    await s.page.locator('.panel.near', { hasText: site.hospital }).waitFor()
    await shoot(s.page, 'incident-3-evidence')
    await forget(s.page)
    const pressed = Date.now()
    await s.page.keyboard.press('t')
    await s.page.locator(`[data-alarm="${id}"]`).waitFor({ state: 'detached' })
    // An older alarm that got worse meanwhile may have taken the bar before the verdict.
    const gone = (await bars(s.page)).find((b) => b.id !== id) ?? { at: Date.now() }
    const record = await api.get(`/api/alarms/${id}`)
    assert.equal(record.verdict, 'true')
    await s.page.waitForTimeout(21_000)
    assert.equal((await api.get(`/api/alarms/${id}`)).state, 'acknowledged')
    const after = (await tones(s.page)).filter((x) => x.at > pressed + 1500)
    const others = (await api.get('/api/alarms?state.in=unacknowledged,returned&grade.lte=2&limit=1')).count
    assert.ok(others > 0 || after.length === 0, 'no tones after the verdict')
    await visit(s, `/alarms/${id}`)
    await settled(s.page)
    await shoot(s.page, 'incident-4-judged')
    const steps = [
      { what: 'reading sent', at: sent }, { what: 'sender has its acknowledgement', at: acknowledged },
      { what: 'alarm record written', at: Date.parse(record.created_at) }, { what: 'bar on the page', at: shown.at },
      { what: 'first tone', at: Math.round(tone.at) }, { what: 'key T', at: pressed },
      { what: 'verdict in the record', at: Date.parse(record.judged_at) }, { what: 'bar gone', at: gone.at },
    ].sort((a, b) => a.at - b.at)
    console.log(`# ${steps.map((x) => `${x.what} ${x.at - sent} ms`).join(', ')}`)
    assert.ok(shown.at - sent < LIMIT_MS && tone.at - sent < LIMIT_MS)
    if (wanted) writeFileSync(`${DOCS}incident.md`, page(steps))
  })
  assert.deepEqual(s.faults, [])
  await s.context.close()
}
