// Marks are drawn when the map first asks for them: their name says what they are. "p|gas|2|1" is a point of the field gas with
// grade 2 in service; "c|1|37" a cluster of 37 points with a red one among them. Grade 5 stands for none.
import { fontStack, gradeFill, light, type Grade } from '@/styles/tokens'
import { gradePath, isGrade } from '@/components/grade'
import { glyphOf } from './glyphs'

const RATIO = 2

export const pointMark = (field: string, grade: number, inService: boolean): string => `p|${field}|${grade}|${inService ? 1 : 0}`
export const shortCount = (n: number): string => (n < 1000 ? String(n) : n < 10_000 ? `${Math.floor(n / 100) / 10}k` : `${Math.floor(n / 1000)}k`)

interface Mark { data: ImageData; pixelRatio: number }

function surface(size: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * RATIO
  const ctx = canvas.getContext('2d', { willReadFrequently: true })!
  ctx.scale(RATIO, RATIO)
  return ctx
}

/** The shape of a grade or a disc, filling a box of the given size with a white edge around it. */
function ground(ctx: CanvasRenderingContext2D, size: number, grade: number): void {
  const edge = 2
  const shape = new Path2D(isGrade(grade) ? gradePath[grade] : gradePath[1])
  ctx.save()
  ctx.translate(edge, edge)
  ctx.scale((size - 2 * edge) / 16, (size - 2 * edge) / 16)
  ctx.lineJoin = 'round'
  ctx.lineWidth = (edge * 2 * 16) / (size - 2 * edge)
  ctx.strokeStyle = '#FFFFFF'
  ctx.stroke(shape)
  ctx.fillStyle = isGrade(grade) ? gradeFill[grade as Grade].ground : '#FFFFFF'
  ctx.fill(shape)
  if (!isGrade(grade)) {
    ctx.lineWidth = 1.4
    ctx.strokeStyle = light['field-line']
    ctx.stroke(shape)
  }
  ctx.restore()
}

const inkOf = (grade: number): string => (isGrade(grade) ? gradeFill[grade as Grade].ink : light.text)

function letter(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, px: number, ink: string): void {
  ctx.fillStyle = ink
  ctx.font = `600 ${px}px ${fontStack}`
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  ctx.fillText(text, x, y)
}

function drawPoint(field: string, grade: number, inService: boolean, initial: string): Mark {
  const size = isGrade(grade) ? 32 : 20
  const ctx = surface(size)
  if (!inService) ctx.globalAlpha = 0.45
  ground(ctx, size, grade)
  const side = isGrade(grade) ? 13 : 11
  // A triangle carries its sign lower, where it is wide.
  const y = grade === 2 ? size / 2 + 3.5 : size / 2
  const path = glyphOf(field)
  if (path) {
    ctx.translate(size / 2 - side / 2, y - side / 2)
    ctx.scale(side / 16, side / 16)
    ctx.fillStyle = inkOf(grade)
    ctx.fill(new Path2D(path), 'evenodd')
  } else letter(ctx, initial, size / 2, y, side - 1, inkOf(grade))
  return picture(ctx)
}

function drawCluster(grade: number, count: string): Mark {
  const size = count.length > 2 ? 40 : 34
  const ctx = surface(size)
  ground(ctx, size, grade)
  letter(ctx, count, size / 2, grade === 2 ? size / 2 + 5 : size / 2 + 0.5, count.length > 3 ? 11 : 12, inkOf(grade))
  return picture(ctx)
}

function picture(ctx: CanvasRenderingContext2D): Mark {
  return { data: ctx.getImageData(0, 0, ctx.canvas.width, ctx.canvas.height), pixelRatio: RATIO }
}

/** The picture for a name, or nothing for a name that is not ours. */
export function drawMark(name: string, initialOf: (field: string) => string): Mark | undefined {
  const [kind, a = '', b = '', c = ''] = name.split('|')
  if (kind === 'p') return drawPoint(a, Number(b), c === '1', initialOf(a))
  if (kind === 'c') return drawCluster(Number(a), shortCount(Number(b)))
  return undefined
}
