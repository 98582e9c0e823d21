// What the stories of one file share: a demo city, an empty city where one is asked for, a browser. Each file has its own, so that
// two files can run beside each other.
import { after, before } from 'node:test'
import { launch } from './browser.mjs'
import { client } from './http.mjs'
import { demoServer, emptyServer } from './server.mjs'

export function makeWorld({ empty = false, past = 0, database } = {}) {
  const world = {}
  before(async () => {
    ;[world.server, world.empty, world.browser] = await Promise.all([demoServer({ past, database }), empty ? emptyServer() : null, launch()])
    world.api = client(world.server)
  })
  after(async () => {
    await world.browser?.close()
    for (const s of [world.server, world.empty]) {
      await s?.stop()
      s?.drop()
    }
  })
  return world
}
