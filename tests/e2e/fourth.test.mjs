// Stories that need a past: papers whose tasks are late, the rounds of a grid. A demo city with ten days behind it.
import { test } from 'node:test'
import { makeWorld } from './lib/world.mjs'
import { checkScenario } from './scenarios/checks.mjs'
import { documentScenario } from './scenarios/document.mjs'
import { sunlightScenario } from './scenarios/sunlight.mjs'

const world = makeWorld({ past: 10 })

// First: the stories below leave their records behind.
test('on a telephone in the sun', { concurrency: 4 }, (t) => sunlightScenario(t, world))
test('policy papers', (t) => documentScenario(t, world))
test('checks', (t) => checkScenario(t, world))
