// A reporter beside node's own: one line for each failing test with what it says, and how long each file took. It stands at the very
// end of a run, where whoever reads the tail of a log finds it.
import { basename } from 'node:path'

const MOST = 300
const oneLine = (error) => {
  const cause = error?.cause ?? error
  return String(cause?.message ?? cause ?? 'no reason given').replace(/\u001b\[[0-9;]*m/g, '').replace(/\s+/g, ' ').trim().slice(0, MOST)
}

export default async function* summary(source) {
  const failed = []
  const files = new Map()
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const file = data.file ? basename(data.file) : ''
    if (data.nesting === 0) files.set(file, (files.get(file) ?? 0) + (data.details?.duration_ms ?? 0))
    // A story fails because a test in it did, and is told after it: the test says why, the story where.
    for (const f of failed) {
      if (f.file !== file || f.nesting !== data.nesting + 1) continue
      f.name = `${data.name} > ${f.name}`
      f.nesting = data.nesting
    }
    if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed')
      failed.push({ file, name: data.name, nesting: data.nesting, why: oneLine(data.details?.error) })
  }
  yield `seconds: ${[...files].map(([file, ms]) => `${file} ${Math.round(ms / 1000)}`).join(', ')}\n`
  for (const f of failed) yield `FAILED ${f.file} > ${f.name}: ${f.why}\n`
}
