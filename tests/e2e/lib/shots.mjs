// Pictures for the documents, small, written only when they are asked for (ANLAN_SHOTS=1).
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { shrink } from './png.mjs'

export const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url))
export const wanted = process.env.ANLAN_SHOTS === '1'
const MOST_BYTES = 200_000

export async function shoot(page, name) {
  if (!wanted) return
  await page.mouse.move(0, 0)
  await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 300)))))
  const small = shrink(await page.screenshot())
  assert.ok(small.length <= MOST_BYTES, `${name}.png has ${small.length} bytes`)
  mkdirSync(`${DOCS}screenshots`, { recursive: true })
  writeFileSync(`${DOCS}screenshots/${name}.png`, small)
}

export async function noSideways(page, name) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(over <= 0, `${name} scrolls sideways by ${over} px`)
}
