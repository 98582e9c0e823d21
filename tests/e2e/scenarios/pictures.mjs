// Pictures of the daily work for the documents, desk and telephone, from the city with a past. Only when they are asked for.
import assert from 'node:assert/strict'
import { DESK, login, openPage, PHONE, settled, visit } from '../lib/browser.mjs'
import { noSideways, shoot } from '../lib/shots.mjs'

/** The first record behind a list, as who looks sees it. */
async function first(page, path) {
  const res = await page.request.get(path)
  assert.equal(res.status(), 200, path)
  return (await res.json()).items[0]
}

async function pagesOf(page, base) {
  const danger = await first(page, `${base}/api/dangers?state=ordered&limit=1`)
  const paper = await first(page, `${base}/api/documents?limit=1`)
  const firm = await first(page, `${base}/api/bodies?code=BODY-GAS`)
  return {
    desk: '/desk', dangers: '/matters/dangers', danger: `/matters/dangers/${danger.id}`, 'danger-figures': '/dangers/figures', 'check-figures': '/checks/figures', 'risk-map': '/risk',
    enterprise: `/enterprises/${firm.id}`, 'paper-read': `/documents/${paper.code}/read`, 'task-board': '/tasks/board', duties: '/duties', meetings: '/meetings',
    indicators: '/indicators', grid: '/grid',
  }
}

export async function pictureScenario(t, { browser, server }) {
  const ways = [['office', DESK, 'desk', pagesOf], ['inspector', PHONE, 'phone', async () => ({ desk: '/desk', dangers: '/matters/dangers', report: '/report', checks: '/matters/checks' })],
    ['leader', PHONE, 'phone', async () => ({ lead: '/lead' })]]
  for (const [who, viewport, size, pages] of ways) {
    const s = await openPage(browser, server.base, { viewport })
    await login(s, who, server.password)
    for (const [name, path] of Object.entries(await pages(s.page, s.base))) {
      await visit(s, path)
      await settled(s.page)
      await noSideways(s.page, name)
      await shoot(s.page, `work-${name}-${size}`)
    }
    assert.deepEqual(s.faults, [])
    await s.context.close()
  }
}
