// What a telephone in the sun asks of a page: text that stands out 7:1 from what is behind it, and nothing to press that is smaller than
// 44 × 44 px. Measured in the browser on what is drawn: the colours are the computed ones, laid over each other as they lie.
export const CONTRAST = 7
export const TARGET = 44

/** Runs in the page. Gives what falls short, in words. */
function glare({ contrast, target }) {
  const numbers = (c) => c.match(/[\d.]+%?/g)?.map((x) => (x.endsWith('%') ? Number.parseFloat(x) / 100 : Number(x))) ?? [0, 0, 0, 0]
  const colour = (c) => {
    const v = numbers(c)
    return c.startsWith('color(') ? [v[0] * 255, v[1] * 255, v[2] * 255, v[3] ?? 1] : [v[0], v[1], v[2], v[3] ?? 1]
  }
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1)
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((n, w, i) => {
    const s = c[i] / 255
    return n + w * (s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4)
  }, 0)
  const ratio = (a, b) => {
    const [hi, lo] = [light(a), light(b)].sort((x, y) => y - x)
    return (hi + 0.05) / (lo + 0.05)
  }
  const seen = (el) => el.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !el.closest('.visually-hidden, .skip, [aria-hidden=true] svg, .maplibregl-map, canvas')
  const ground = (el) => {
    const layers = []
    for (let e = el; e; e = e.parentElement) {
      const s = getComputedStyle(e)
      if (s.backgroundImage !== 'none' && !s.backgroundImage.includes('gradient')) return null
      const c = colour(s.backgroundColor)
      layers.push(c)
      if (c[3] === 1) break
    }
    return layers.reverse().reduce((b, a) => over(a, b), [255, 255, 255, 1])
  }
  const faint = (el) => {
    let o = 1
    for (let e = el; e; e = e.parentElement) o *= Number(getComputedStyle(e).opacity)
    return o
  }
  const disabled = (el) => el.closest(':disabled, [aria-disabled=true], .is-disabled')
  const name = (el) => `${el.tagName.toLowerCase()}${typeof el.className === 'string' && el.className ? `.${el.className.trim().replace(/\s+/g, '.')}` : ''}`
  const where = (el) => `${name(el.parentElement ?? el)} > ${name(el)}`
  const short = { text: [], targets: [] }
  const judge = (el, ink, words) => {
    const back = ground(el)
    if (!back) return
    const c = colour(ink)
    c[3] *= faint(el)
    const r = ratio(over(c, back), back)
    if (r < contrast - 0.005) short.text.push(`${r.toFixed(2)} ${where(el)} “${words.slice(0, 24)}”`)
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim()
    const el = walker.currentNode.parentElement
    if (words && !el.closest('script, style, svg') && seen(el) && !disabled(el)) judge(el, getComputedStyle(el).color, words)
  }
  for (const el of document.querySelectorAll('input[placeholder], textarea[placeholder]')) {
    if (!el.value && el.placeholder && seen(el) && !disabled(el)) judge(el, getComputedStyle(el, '::placeholder').color, el.placeholder)
  }
  const PRESSED = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=checkbox], [role=switch], [role=link], [tabindex="0"]'
  // What takes a press for what is in it.
  const WHOLE = 'label, a[href], button, .el-select__wrapper, .el-input__wrapper, .el-textarea, .file'
  for (const el of document.querySelectorAll(PRESSED)) {
    if (!seen(el) && !(el.type === 'file' && el.closest('label'))) continue
    if (disabled(el) || el.matches('.table-wrap, pre, [role=region]')) continue
    // What only scrolls takes the focus for the keyboard's sake.
    if (el.matches(':not(a, button, textarea, [role])') && /auto|scroll/.test(getComputedStyle(el).overflowX)) continue
    const whole = el.parentElement?.closest(el.tagName === 'A' ? `${WHOLE}, tr[tabindex], li[tabindex]` : WHOLE) ?? (el.id ? document.querySelector(`label[for="${CSS.escape(el.id)}"]`) : null)
    const boxes = [el, whole].filter(Boolean).map((e) => e.getBoundingClientRect())
    const rect = { width: Math.max(...boxes.map((b) => b.width)), height: Math.max(...boxes.map((b) => b.height)) }
    if (rect.width === 0) continue
    // A link within a sentence is as high as its line, and as wide as its words.
    const inline = el.tagName === 'A' && getComputedStyle(el).display === 'inline' && [...el.parentElement.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())
    if (rect.height < target - 0.5 || (rect.width < target - 0.5 && !inline)) short.targets.push(`${Math.round(rect.width)}×${Math.round(rect.height)} ${where(el)} “${(el.innerText || el.ariaLabel || el.type || '').slice(0, 16)}”`)
  }
  return short
}

/** What falls short on the page as it stands, as lines. */
export async function shortcomings(page) {
  return page.evaluate(glare, { contrast: CONTRAST, target: TARGET })
}

/** Runs in the page. What is drawn beyond the edge of the screen and cannot be brought into it, or is cut within its own box. */
function outside() {
  const found = []
  const root = document.documentElement
  if (root.scrollWidth > innerWidth) found.push(`scrolls sideways by ${root.scrollWidth - innerWidth} px`)
  const name = (el) => `${el.tagName.toLowerCase()}${typeof el.className === 'string' && el.className ? `.${el.className.trim().replace(/\s+/g, '.')}` : ''}`
  const reached = (el) => {
    for (let e = el.parentElement; e && e !== document.body; e = e.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth && !e.matches('.page, .view, .content')) return true
    }
    return false
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement
    if (!walker.currentNode.textContent.trim() || el.closest('.visually-hidden, .skip, svg, script, style, .maplibregl-map') || !el.checkVisibility({ visibilityProperty: true })) continue
    range.selectNodeContents(walker.currentNode)
    const box = range.getBoundingClientRect()
    // What says with an ellipsis that there is more is not cut by accident.
    if (box.width > 0 && box.right > innerWidth + 1 && getComputedStyle(el).textOverflow !== 'ellipsis' && !reached(el)) found.push(`cut at the edge: ${name(el)} “${el.textContent.trim().slice(0, 24)}”`)
  }
  for (const el of document.querySelectorAll('input[placeholder]')) {
    if (el.value || !el.checkVisibility() || el.type === 'file') continue
    const pen = document.createElement('canvas').getContext('2d')
    const s = getComputedStyle(el)
    pen.font = `${s.fontSize} ${s.fontFamily}`
    const room = el.clientWidth - Number.parseFloat(s.paddingLeft) - Number.parseFloat(s.paddingRight)
    if (pen.measureText(el.placeholder).width > room + 2) found.push(`placeholder cut: ${name(el)} “${el.placeholder}”`)
  }
  return found
}
export const beyond = (page) => page.evaluate(outside)
