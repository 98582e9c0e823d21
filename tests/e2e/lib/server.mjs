// The real program in a directory of its own: the demo city, or an empty one with a system administrator.
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const BIN = resolve(process.env.ANLAN_BIN ?? 'build/release/src/app/anlan')
const READY_MS = 300_000
const sleep = (ms) => new Promise((r) => setTimeout(r, ms))

function freePort() {
  return new Promise((done, fail) => {
    const s = createServer()
    s.on('error', fail)
    s.listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => done(port))
    })
  })
}

async function start(args, data, ready) {
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const child = spawn(BIN, [...args, '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  const keep = (b) => (log = (log + b).slice(-20_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const end = Date.now() + READY_MS
  while (!(await ready(base, () => log))) {
    if (child.exitCode !== null || Date.now() > end) throw new Error(`the server did not become ready:\n${log}`)
    await sleep(200)
  }
  const stop = async () => {
    if (child.exitCode !== null) return
    const gone = new Promise((r) => child.once('exit', r))
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await gone
    clearTimeout(late)
  }
  return { base, stop, log: () => log }
}

const answers = (base) => fetch(`${base}/api/hello`).then((r) => r.ok, () => false)

/** Receivers of notices stand on this machine here; a city's do not. Records lie in the directory, or in the database named. */
function directory(database) {
  const data = mkdtempSync(join(tmpdir(), 'anlan-e2e-'))
  const config = `${data}.conf`
  const backups = `${data}-backups`
  writeFileSync(config, `[notify]\nallow_local = true\n${database ? `[database]\nurl = ${database}\n` : ''}`)
  return { data, config, backups, drop: () => [data, config, backups].forEach((f) => rmSync(f, { recursive: true, force: true })) }
}

/** past: days before today with alarms, dangers, checks, papers and tasks in every state. */
export async function demoServer({ points = 600, past = 0, database } = {}) {
  const dir = directory(database)
  const server = await start(['demo', '--points', String(points), ...(past ? ['--past', String(past)] : []), '--config', dir.config], dir.data, async (base, log) => (await answers(base)) && log().includes('the city is live'))
  return { ...server, token: 'anlan-demo-token', password: 'anlan-demo', drop: dir.drop }
}

export async function emptyServer() {
  const dir = directory()
  mkdirSync(dir.backups)
  appendFileSync(dir.config, `[backup]\nfolder = ${dir.backups}\n`)
  const password = 'e2e-empty-city-7'
  const made = spawnSync(BIN, ['user', 'add', '--role', 'system', '--name', 'admin', '--full-name', '系统管理员', '--data', dir.data], { input: `${password}\n` })
  if (made.status !== 0) throw new Error(`user add: ${made.stdout}${made.stderr}`)
  const server = await start(['serve', '--config', dir.config], dir.data, answers)
  return { ...server, account: 'admin', password, drop: dir.drop }
}
