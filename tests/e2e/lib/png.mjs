// Pictures for the documents, small: the 24-bit picture that the browser takes becomes one of 256 colours, the most frequent ones, each pixel the
// nearest of them. A page of text and flat colours loses nothing that one sees.
import { deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const TABLE = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1
  return n >>> 0
})
const crc = (b) => (b.reduce((c, x) => TABLE[(c ^ x) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data])
  const out = Buffer.alloc(8)
  out.writeUInt32BE(data.length)
  const end = Buffer.alloc(4)
  end.writeUInt32BE(crc(body))
  return Buffer.concat([out.subarray(0, 4), body, end])
}

function read(png) {
  const parts = []
  let head = null
  for (let at = 8; at < png.length;) {
    const n = png.readUInt32BE(at)
    const name = png.toString('latin1', at + 4, at + 8)
    const data = png.subarray(at + 8, at + 8 + n)
    if (name === 'IHDR') head = { width: data.readUInt32BE(0), height: data.readUInt32BE(4), depth: data[8], type: data[9] }
    if (name === 'IDAT') parts.push(data)
    at += 12 + n
  }
  if (!head || head.depth !== 8 || (head.type !== 2 && head.type !== 6)) throw new Error('not a picture of 8 bits a channel')
  return { ...head, bytes: head.type === 6 ? 4 : 3, raw: inflateSync(Buffer.concat(parts)) }
}

const paeth = (a, b, c) => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

function unfilter({ raw, width, height, bytes }) {
  const line = width * bytes
  const out = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) {
    const kind = raw[y * (line + 1)]
    for (let x = 0; x < line; x++) {
      const a = x >= bytes ? out[y * line + x - bytes] : 0
      const b = y ? out[(y - 1) * line + x] : 0
      const c = x >= bytes && y ? out[(y - 1) * line + x - bytes] : 0
      out[y * line + x] = raw[y * (line + 1) + 1 + x] + [0, a, b, (a + b) >> 1, paeth(a, b, c)][kind]
    }
  }
  return out
}

function paletteOf(colours) {
  const often = [...colours].sort((a, b) => b[1] - a[1]).map(([c]) => c)
  // The most frequent first; of the rest only what none of them is near to.
  const kept = often.slice(0, 160)
  const far = (c, d) => ((c >> 16) - (d >> 16)) ** 2 + (((c >> 8) & 255) - ((d >> 8) & 255)) ** 2 + ((c & 255) - (d & 255)) ** 2
  for (const c of often.slice(160)) {
    if (kept.length === 256) break
    if (kept.every((d) => far(c, d) > 300)) kept.push(c)
  }
  const index = new Map()
  const nearest = (c) => {
    let best = index.get(c)
    if (best === undefined) {
      best = kept.reduce((m, d, i) => (far(c, d) < far(c, kept[m]) ? i : m), 0)
      index.set(c, best)
    }
    return best
  }
  return { kept, nearest }
}

export function shrink(png) {
  const image = read(png)
  const pixels = unfilter(image)
  const colours = new Map()
  const at = (i) => (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2]
  for (let i = 0; i < pixels.length; i += image.bytes) colours.set(at(i), (colours.get(at(i)) ?? 0) + 1)
  const { kept, nearest } = paletteOf(colours)
  const lines = Buffer.alloc((image.width + 1) * image.height)
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) lines[y * (image.width + 1) + 1 + x] = nearest(at((y * image.width + x) * image.bytes))
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(image.width, 0)
  head.writeUInt32BE(image.height, 4)
  head.set([8, 3, 0, 0, 0], 8)
  const palette = Buffer.from(kept.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]))
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', palette), chunk('IDAT', deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}
