// The real program in a real browser, one story after the other on one demo city and one empty city.
import { after, before, test } from 'node:test'
import { launch } from './lib/browser.mjs'
import { client } from './lib/http.mjs'
import { demoServer, emptyServer } from './lib/server.mjs'
import { alarmScenario } from './scenarios/alarm.mjs'
import { callScenario } from './scenarios/calls.mjs'
import { chainScenario } from './scenarios/chain.mjs'
import { chartScenario } from './scenarios/charts.mjs'
import { deskScenario } from './scenarios/desk.mjs'
import { emptyGalleryScenario, galleryScenario, wallGalleryScenario } from './scenarios/gallery.mjs'
import { gatewayScenario } from './scenarios/gateways.mjs'
import { incidentScenario } from './scenarios/incident.mjs'
import { languageScenario } from './scenarios/language.mjs'
import { limitScenario } from './scenarios/limits.mjs'
import { loginScenario } from './scenarios/login.mjs'
import { roleScenario } from './scenarios/roles.mjs'
import { registerScenario } from './scenarios/registers.mjs'
import { ruleScenario } from './scenarios/rules.mjs'
import { searchScenario } from './scenarios/search.mjs'
import { sourceScenario } from './scenarios/sources.mjs'
import { emptyScenario, errorScenario, plainMapScenario } from './scenarios/states.mjs'
import { vehicleScenario } from './scenarios/vehicles.mjs'
import { cockpitScenario, healthScenario } from './scenarios/wall.mjs'

const world = {}

before(async () => {
  world.server = await demoServer()
  world.empty = await emptyServer()
  world.browser = await launch()
  world.api = client(world.server)
})

after(async () => {
  await world.browser?.close()
  for (const s of [world.server, world.empty]) {
    await s?.stop()
    s?.drop()
  }
})

test('login', (t) => loginScenario(t, world))
test('every role', (t) => roleScenario(t, world))
test('registers', (t) => registerScenario(t, world))
test('alarm', (t) => alarmScenario(t, world))
test('what calls', (t) => callScenario(t, world))
test('one incident', (t) => incidentScenario(t, world))
test('the chain', (t) => chainScenario(t, world))
test('the desk', (t) => deskScenario(t, world))
test('search', (t) => searchScenario(t, world))
test('unclaimed sources', (t) => sourceScenario(t, world))
test('vehicles', (t) => vehicleScenario(t, world))
// After the vehicles, who count the terminals that nobody knows: this brings many more.
test('device gateways', (t) => gatewayScenario(t, world))
test('rules tried, copied, compared', (t) => ruleScenario(t, world))
test('charts of many points', (t) => chartScenario(t, world))
test('device health', (t) => healthScenario(t, world))
test('cockpit', (t) => cockpitScenario(t, world))
test('time limits and calendar', (t) => limitScenario(t, world))
test('English', (t) => languageScenario(t, world))
test('empty', (t) => emptyScenario(t, world))
test('errors', (t) => errorScenario(t, world))
test('plain map', (t) => plainMapScenario(t, world))
test('every page', (t) => galleryScenario(t, world))
test('the wall', (t) => wallGalleryScenario(t, world))
test('every empty page', (t) => emptyGalleryScenario(t, world))
