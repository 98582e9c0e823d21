// Stories that need a past: papers whose tasks are late, the rounds of a grid. A demo city with ten days behind it.
import { test } from 'node:test'
import { wanted } from './lib/shots.mjs'
import { makeWorld } from './lib/world.mjs'
import { checkScenario } from './scenarios/checks.mjs'
import { documentScenario } from './scenarios/document.mjs'
import { pictureScenario } from './scenarios/pictures.mjs'
import { dutyScenario } from './scenarios/duty.mjs'
import { meetingScenario } from './scenarios/meeting.mjs'
import { pastScenario } from './scenarios/past.mjs'
import { sunlightScenario } from './scenarios/sunlight.mjs'

const world = makeWorld({ past: 10 })

// First: the stories below leave their records behind.
test('what a visitor finds', (t) => pastScenario(t, world))
test('on a telephone in the sun', { concurrency: 4 }, (t) => sunlightScenario(t, world))
if (wanted) test('pictures', (t) => pictureScenario(t, world))
test('policy papers', (t) => documentScenario(t, world))
test('duty lists', (t) => dutyScenario(t, world))
test('meetings', (t) => meetingScenario(t, world))
test('checks', (t) => checkScenario(t, world))
