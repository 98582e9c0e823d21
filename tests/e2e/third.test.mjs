// The chain and the search once more with the records in PostgreSQL (scripts/with-postgres.sh gives the database): what differs between
// the two databases differs below the pages, so a page that works on both has both beneath it.
import { test } from 'node:test'
import { makeWorld } from './lib/world.mjs'
import { chainScenario } from './scenarios/chain.mjs'
import { dangerStoryScenario } from './scenarios/danger-story.mjs'
import { searchScenario } from './scenarios/search.mjs'

const database = process.env.ANLAN_TEST_PG
const skip = !database ? 'no PostgreSQL beside it: scripts/with-postgres.sh' : process.env.ANLAN_SHOTS ? 'the pictures are taken on SQLite' : false
const world = skip ? {} : makeWorld({ database })

test('the chain on PostgreSQL', { skip }, (t) => chainScenario(t, world))
test('from an alarm to a closed danger on PostgreSQL', { skip }, (t) => dangerStoryScenario(t, world))
test('search on PostgreSQL', { skip }, (t) => searchScenario(t, world))
