import { expect, test } from 'vitest'
import { bytesText } from '../src/components/bytes'

test.each([
  [0, '0 B'], [999, '999 B'], [1000, '1.00 kB'], [1536, '1.54 kB'], [12_345_678, '12.3 MB'], [999_900_000, '1.00 GB'], [240e9, '240 GB'], [-2_500_000, '−2.50 MB'],
  [null, '—'], [Number.NaN, '—'],
])('%s bytes are %s', (n, text) => {
  expect(bytesText(n)).toBe(text)
})
