// What a photo says about itself: when it was taken and where, out of the EXIF block of a JPEG. Anything else, and anything broken, says
// nothing: a picture comes from anywhere, so every offset in it is checked against what was read.

/** Taken at, as milliseconds; place in degrees. What the picture does not say is missing. */
export interface Shot { at?: number; lon?: number; lat?: number }

const SOI = 0xffd8
const APP1 = 0xffe1
const SOS = 0xffda
const EXIF = 0x45786966
const TAG = { exif: 0x8769, gps: 0x8825, dateTime: 0x0132, original: 0x9003, offset: 0x9011, latRef: 1, lat: 2, lonRef: 3, lon: 4 } as const
const SIZE: Record<number, number> = { 2: 1, 3: 2, 4: 4, 5: 8 }
const MOST_ENTRIES = 200
/** The block stands before the picture; no camera puts it further in. */
export const EXIF_REACH = 256 * 1024

class Tiff {
  private readonly v: DataView
  private readonly le: boolean
  readonly first: number
  constructor(v: DataView) {
    this.v = v
    this.le = v.byteLength >= 8 && v.getUint16(0) === 0x4949
    this.first = v.byteLength >= 8 && this.u16(2) === 42 ? this.u32(4) : 0
  }
  private fits(at: number, n: number): boolean { return at >= 0 && at + n <= this.v.byteLength }
  u16(at: number): number { return this.fits(at, 2) ? this.v.getUint16(at, this.le) : 0 }
  u32(at: number): number { return this.fits(at, 4) ? this.v.getUint32(at, this.le) : 0 }
  /** Tag → where its value lies and how many there are. */
  entries(dir: number): Map<number, { type: number; n: number; at: number }> {
    const found = new Map<number, { type: number; n: number; at: number }>()
    if (dir === 0 || !this.fits(dir, 2)) return found
    for (let i = 0; i < Math.min(this.u16(dir), MOST_ENTRIES); i++) {
      const e = dir + 2 + i * 12
      if (!this.fits(e, 12)) break
      const type = this.u16(e + 2)
      const n = this.u32(e + 4)
      const bytes = (SIZE[type] ?? 0) * n
      const at = bytes > 4 ? this.u32(e + 8) : e + 8
      if (bytes > 0 && this.fits(at, bytes)) found.set(this.u16(e), { type, n, at })
    }
    return found
  }
  text(e?: { type: number; n: number; at: number }): string {
    if (e?.type !== 2 || e.n > 64) return ''
    let s = ''
    for (let i = 0; i < e.n; i++) s += String.fromCharCode(this.v.getUint8(e.at + i))
    return s.replace(/\0.*$/s, '').trim()
  }
  /** Degrees, minutes and seconds as one figure. */
  degrees(e?: { type: number; n: number; at: number }): number | undefined {
    if (e?.type !== 5 || e.n !== 3) return undefined
    let sum = 0
    for (let i = 0; i < 3; i++) {
      const under = this.u32(e.at + i * 8 + 4)
      if (under === 0) return undefined
      sum += this.u32(e.at + i * 8) / under / 60 ** i
    }
    return sum
  }
}

function tiffOf(v: DataView): Tiff | null {
  if (v.byteLength < 4 || v.getUint16(0) !== SOI) return null
  for (let at = 2; at + 10 <= v.byteLength;) {
    const mark = v.getUint16(at)
    const n = v.getUint16(at + 2)
    if (mark === SOS || (mark & 0xff00) !== 0xff00 || n < 2) return null
    if (mark === APP1 && v.getUint32(at + 4) === EXIF && at + 2 + n <= v.byteLength && n > 8) return new Tiff(new DataView(v.buffer, v.byteOffset + at + 10, n - 8))
    at += 2 + n
  }
  return null
}

/** "2026:11:22 08:01:02" with its zone; without one it is the clock of the telephone it was taken with, which is this one's. */
function timeOf(words: string, zone: string): number | undefined {
  const m = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(words)
  if (!m || m[1] === '0000') return undefined
  const at = Date.parse(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}${/^[+-]\d\d:\d\d$/.test(zone) ? zone : ''}`)
  return Number.isFinite(at) ? at : undefined
}

export function shotOf(buffer: ArrayBuffer): Shot {
  const tiff = tiffOf(new DataView(buffer))
  if (!tiff) return {}
  const root = tiff.entries(tiff.first)
  const into = (tag: number) => { const e = root.get(tag); return e?.type === 4 ? tiff.entries(tiff.u32(e.at)) : new Map<number, { type: number; n: number; at: number }>() }
  const exif = into(TAG.exif)
  const gps = into(TAG.gps)
  const shot: Shot = {}
  const at = timeOf(tiff.text(exif.get(TAG.original)) || tiff.text(root.get(TAG.dateTime)), tiff.text(exif.get(TAG.offset)))
  if (at !== undefined) shot.at = at
  const lat = tiff.degrees(gps.get(TAG.lat))
  const lon = tiff.degrees(gps.get(TAG.lon))
  if (lat !== undefined && lon !== undefined && lat <= 90 && lon <= 180 && (lat !== 0 || lon !== 0)) {
    shot.lat = Number((tiff.text(gps.get(TAG.latRef)) === 'S' ? -lat : lat).toFixed(6))
    shot.lon = Number((tiff.text(gps.get(TAG.lonRef)) === 'W' ? -lon : lon).toFixed(6))
  }
  return shot
}

/** Metres between two places, on a sphere. */
export function metres(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const rad = Math.PI / 180
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2
  return 2 * 6_371_000 * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** What a camera's clock and a telephone's position may differ by without meaning anything. */
const SAME_TIME = 10 * 60_000
const SAME_PLACE = 500

/** By how much the photo's own word differs from the telephone's: milliseconds, metres. Null where it does not, or one is silent. */
export function differs(shot: Shot, at: number, where: { lon: number; lat: number } | null): { time: number | null; place: number | null } {
  const time = shot.at === undefined ? 0 : Math.abs(at - shot.at)
  const place = shot.lon === undefined || shot.lat === undefined || !where ? 0 : metres({ lon: shot.lon, lat: shot.lat }, where)
  return { time: time > SAME_TIME ? time : null, place: place > SAME_PLACE ? Math.round(place) : null }
}
