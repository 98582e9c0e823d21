// The browser driver and the accessibility engine are development modules of the front end; they are not installed twice.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const require = createRequire(new URL('../../../ui/package.json', import.meta.url))
export const { chromium } = require('playwright-core')
export const { unzipSync, zipSync, strFromU8, strToU8 } = require('fflate')
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
