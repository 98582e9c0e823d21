import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { messages } from '../src/i18n/messages'

const SRC = join(import.meta.dirname, '../src')
const files = (function walk(dir: string): string[] {
  return readdirSync(dir).flatMap((f) => {
    const p = join(dir, f)
    return statSync(p).isDirectory() ? walk(p) : /\.(ts|vue)$/.test(f) ? [p] : []
  })
})(SRC)
const code = files.filter((f) => !f.includes('messages')).map((f) => readFileSync(f, 'utf8')).join('\n')
const holes = (s: string): string[] => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort()

test.each(Object.entries(messages))('%s is in both languages', (_key, [zh, en]) => {
  expect(zh.trim()).not.toBe('')
  expect(en.trim()).not.toBe('')
  expect(holes(zh)).toEqual(holes(en))
})

test.each(Object.entries(messages))('%s keeps the tone', (_key, [zh, en]) => {
  expect(zh + en).not.toMatch(/[!！]|您好|请您/)
})

test('no key stands in two files', () => {
  const dir = join(SRC, 'i18n/messages')
  const keys = readdirSync(dir).flatMap((f) => [...readFileSync(join(dir, f), 'utf8').matchAll(/^ {2}'([\w.-]+)':/gm)].map((m) => m[1]))
  expect(keys.length).toBe(new Set(keys).size)
})

test('no message is left over', () => {
  // Keys that are put together from a part of the record.
  const built = /^(duty\.(open|cancelled)$|duty\.(by|span)\.|doc\.(unsure|role|compare)\.|doc\.(waiting|rejected|plain)$|task\.((by|of)\.|open$)|vehicle\.(range|field)\.|event\.|health\.(state|fault)\.|try\.(verdict|span)\.|copy\.action\.|cockpit\.(ack|judge)$|grade\.\d|desk\.((empty\.)?(todo|supervised|overdue|done)(\.note)?)$|matter\.kind\.|ledger\.(tab|head)\.|watch\.fault\.|chan\.state\.|danger\.(by|age)\.|check\.(by|kind)\.|check\.(ok|bad|none)$|grid\.gap\.|indicator\.(no_data|reached|on_way|behind)$|campaign\.(area|line|red|orange|yellow|blue|ungraded|units|overdue|situation|top_text|changes|measures)$|meeting\.cell\.|risk\.(g\d$|level\.|rule\.|six\.|m\.|mark\.)|cons\.c\.|org\.code\.(open|used|expired|withdrawn)$|notify\.way\.|point\.(range|quality)\.|rule\.s\.|alarm\.fence\.(keep_in|keep_out|speed_limit)$|alarm\.operand\.(age|avg|min|max|delta)$)/
  expect(Object.keys(messages).filter((k) => !built.test(k) && !code.includes(`'${k}'`))).toEqual([])
})

test('components hold no Chinese text of their own', () => {
  const allowed = /\/i18n\/|tokens\.ts|claim\.ts/
  const found = files.filter((f) => !allowed.test(f)).flatMap((f) => readFileSync(f, 'utf8').split('\n')
    .filter((line) => /[\u4e00-\u9fff]/.test(line.replace(/\/\/.*|\/\*.*|^\s*\*.*/, '')))
    .map((line) => `${f}: ${line.trim()}`))
  expect(found.filter((x) => !/lang="zh">中文</.test(x))).toEqual([])
})
