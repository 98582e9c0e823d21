// A photo with what a reader must know burnt into its lower edge: when, where, who, at what. Large photos are made smaller, so that
// they go through a weak network; the picture's own data about place stay behind.
const LONGEST = 1920
const QUALITY = 0.82

export interface Mark { lines: string[] }

async function decode(file: Blob): Promise<ImageBitmap> {
  return createImageBitmap(file, { imageOrientation: 'from-image' })
}

function fit(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text
  let n = text.length
  while (n > 1 && ctx.measureText(`${text.slice(0, n)}…`).width > width) n--
  return `${text.slice(0, n)}…`
}

/** Gives a JPEG; a file that is no picture the browser can read is given back as it is. */
export async function watermark(file: File, mark: Mark): Promise<Blob> {
  let bitmap: ImageBitmap
  try {
    bitmap = await decode(file)
  } catch {
    return file
  }
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const ctx = canvas.getContext('2d')
  if (!ctx) return file
  ctx.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const size = Math.max(12, Math.round(canvas.width / 36))
  const pad = Math.round(size * 0.6)
  const height = mark.lines.length * size * 1.4 + pad
  ctx.fillStyle = 'rgba(0, 0, 0, 0.55)'
  ctx.fillRect(0, canvas.height - height, canvas.width, height)
  ctx.font = `${size}px "Noto Sans CJK SC", "Noto Sans SC", sans-serif`
  ctx.textBaseline = 'top'
  ctx.fillStyle = '#FFFFFF'
  mark.lines.forEach((line, i) => {
    ctx.fillText(fit(ctx, line, canvas.width - 2 * pad), pad, canvas.height - height + pad / 2 + i * size * 1.4)
  })
  return new Promise((done) => { canvas.toBlob((b) => { done(b ?? file) }, 'image/jpeg', QUALITY) })
}
