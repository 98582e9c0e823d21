// The city's records and their pages in a real browser with the real program. What stands beside it: run.sh.
import { test } from 'node:test'
import { makeWorld } from './lib/world.mjs'
import { auditScenario } from './scenarios/audit.mjs'
import { briefingScenario } from './scenarios/briefing.mjs'
import { channelScenario } from './scenarios/channels.mjs'
import { chartScenario } from './scenarios/charts.mjs'
import { consequenceScenario } from './scenarios/consequence.mjs'
import { dangerScenario } from './scenarios/danger.mjs'
import { gatewayScenario } from './scenarios/gateways.mjs'
import { limitScenario } from './scenarios/limits.mjs'
import { enterpriseScenario, peopleScenario } from './scenarios/people.mjs'
import { rosterScenario } from './scenarios/roster.mjs'
import { paperScenario } from './scenarios/paper.mjs'
import { campaignScenario } from './scenarios/campaign.mjs'
import { riskScenario } from './scenarios/risk.mjs'
import { ruleScenario } from './scenarios/rules.mjs'
import { searchScenario } from './scenarios/search.mjs'
import { vehicleScenario } from './scenarios/vehicles.mjs'
import { cockpitScenario, healthScenario } from './scenarios/wall.mjs'

const world = makeWorld()

test('vehicles', (t) => vehicleScenario(t, world))
// After the vehicles, who count the terminals that nobody knows: this brings many more.
test('device gateways', (t) => gatewayScenario(t, world))
test('rules tried, copied, compared', (t) => ruleScenario(t, world))
test('the yearly risk assessment', (t) => campaignScenario(t, world))
test('risk units and their colours', (t) => riskScenario(t, world))
test('what a release would reach', (t) => consequenceScenario(t, world))
test('charts of many points', (t) => chartScenario(t, world))
test('device health', (t) => healthScenario(t, world))
test('cockpit', (t) => cockpitScenario(t, world))
test('hidden dangers', (t) => dangerScenario(t, world))
test('search', (t) => searchScenario(t, world))
test('people', (t) => peopleScenario(t, world))
test('an enterprise comes in', (t) => enterpriseScenario(t, world))
test('roster and handover', (t) => rosterScenario(t, world))
test('channels', (t) => channelScenario(t, world))
test('audit', (t) => auditScenario(t, world))
test('papers', (t) => paperScenario(t, world))
test('briefings and every paper', (t) => briefingScenario(t, world))
test('time limits and calendar', (t) => limitScenario(t, world))
