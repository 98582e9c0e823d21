// A device on a TCP connection: sends frames, collects what comes back.
import { connect } from 'node:net'

export async function device(address) {
  const [host, port] = address.split(/:(?=\d+$)/)
  const socket = connect(Number(port), host)
  let got = Buffer.alloc(0)
  let closed = false
  let wake = () => {}
  socket.on('data', (b) => { got = Buffer.concat([got, b]); wake() })
  socket.on('close', () => { closed = true; wake() })
  socket.on('error', () => {})
  await new Promise((done, fail) => { socket.once('connect', done); socket.once('error', fail) })
  return {
    /** Sends and waits until `until` says of what came back that it is enough, or ms are over. Gives what came back. */
    async send(bytes, until = () => false, ms = 5000) {
      got = Buffer.alloc(0)
      socket.write(bytes)
      const end = Date.now() + ms
      while (!until(got) && !closed && Date.now() < end)
        await new Promise((r) => { wake = r; setTimeout(r, 100) })
      return got
    },
    close: () => socket.destroy(),
  }
}
