// Who sees what, and how the pages look: every role, every page in both sizes, the states of a page. On one demo city and one empty city;
// nothing here stands on what the stories of another file made.
import { test } from 'node:test'
import { makeWorld } from './lib/world.mjs'
import { emptyGalleryScenario, galleryScenario, wallGalleryScenario } from './scenarios/gallery.mjs'
import { languageScenario } from './scenarios/language.mjs'
import { roleScenario } from './scenarios/roles.mjs'
import { emptyScenario, errorScenario, plainMapScenario } from './scenarios/states.mjs'
import { upkeepScenario } from './scenarios/upkeep.mjs'

const world = makeWorld({ empty: true })

test('every role', (t) => roleScenario(t, world))
test('disk and backups', (t) => upkeepScenario(t, world))
test('English', (t) => languageScenario(t, world))
test('empty', (t) => emptyScenario(t, world))
test('errors', (t) => errorScenario(t, world))
test('plain map', (t) => plainMapScenario(t, world))
test('every page', (t) => galleryScenario(t, world))
test('the wall', (t) => wallGalleryScenario(t, world))
test('every empty page', (t) => emptyGalleryScenario(t, world))
