// The watch and the chain in a real browser with the real program: who signs in, what calls, what is done about it, and by when.
// What stands beside it: run.sh.
import { test } from 'node:test'
import { makeWorld } from './lib/world.mjs'
import { alarmScenario } from './scenarios/alarm.mjs'
import { callScenario } from './scenarios/calls.mjs'
import { chainScenario } from './scenarios/chain.mjs'
import { deskScenario } from './scenarios/desk.mjs'
import { incidentScenario } from './scenarios/incident.mjs'
import { loginScenario } from './scenarios/login.mjs'
import { registerScenario } from './scenarios/registers.mjs'
import { sourceScenario } from './scenarios/sources.mjs'
import { wordScenario } from './scenarios/words.mjs'

const world = makeWorld()

test('login', (t) => loginScenario(t, world))
test('registers', (t) => registerScenario(t, world))
// On the points that the registers' import brought.
test('alarm', (t) => alarmScenario(t, world))
test('what calls', (t) => callScenario(t, world))
test('one incident', (t) => incidentScenario(t, world))
test('the chain', (t) => chainScenario(t, world))
test('the desk', (t) => deskScenario(t, world))
test('unclaimed sources', (t) => sourceScenario(t, world))
test('what an alarm says', (t) => wordScenario(t, world))
