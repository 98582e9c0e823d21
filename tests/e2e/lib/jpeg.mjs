// A photo as a telephone's camera writes it: a picture that decodes, with the time and the place it was taken at in its EXIF block.
const u16 = (n) => Buffer.from([n & 255, n >> 8])
const u32 = (n) => Buffer.from([n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255])
const entry = (tag, type, n, value) => Buffer.concat([u16(tag), u16(type), u32(n), value])
const degrees = (v) => {
  const d = Math.floor(v)
  const m = Math.floor((v - d) * 60)
  const s = Math.round(((v - d) * 60 - m) * 60 * 1000)
  return Buffer.concat([d, 1, m, 1, s, 1000].map(u32))
}

/** at: "2026:11:20 08:00:00" in the zone "+08:00". */
export function exif({ at, zone = '+08:00', lon, lat }) {
  const time = Buffer.from(`${at}\0`)
  const offset = Buffer.from(`${zone}\0`)
  const ROOT = 8
  const EXIF = ROOT + 2 + 2 * 12 + 4
  const GPS = EXIF + 2 + 2 * 12 + 4
  const DATA = GPS + 2 + 4 * 12 + 4
  const root = [u16(2), entry(0x8769, 4, 1, u32(EXIF)), entry(0x8825, 4, 1, u32(GPS)), u32(0)]
  const own = [u16(2), entry(0x9003, 2, time.length, u32(DATA)), entry(0x9011, 2, offset.length, u32(DATA + time.length)), u32(0)]
  const values = DATA + time.length + offset.length
  const gps = [u16(4), entry(1, 2, 2, Buffer.from(`${lat < 0 ? 'S' : 'N'}\0\0\0`)), entry(2, 5, 3, u32(values)), entry(3, 2, 2, Buffer.from(`${lon < 0 ? 'W' : 'E'}\0\0\0`)), entry(4, 5, 3, u32(values + 24)), u32(0)]
  const tiff = Buffer.concat([Buffer.from('II*\0'), u32(ROOT), ...root, ...own, ...gps, time, offset, degrees(Math.abs(lat)), degrees(Math.abs(lon))])
  const size = tiff.length + 8
  return Buffer.concat([Buffer.from([0xff, 0xe1, size >> 8, size & 255]), Buffer.from('Exif\0\0'), tiff])
}

/** The picture is drawn by the browser of the page. */
export async function photoFrom(page, said) {
  const drawn = await page.evaluate(() => {
    const c = document.createElement('canvas')
    c.width = 320
    c.height = 240
    const pen = c.getContext('2d')
    pen.fillStyle = '#7A8A5A'
    pen.fillRect(0, 0, 320, 240)
    return c.toDataURL('image/jpeg', 0.8).split(',')[1]
  })
  const jpeg = Buffer.from(drawn, 'base64')
  return { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([jpeg.subarray(0, 2), exif(said), jpeg.subarray(2)]) }
}
