// A text in pieces, those that were searched for marked. Pure, so that it can be tested.
export interface Piece { text: string; hit: boolean }

/** The server's own marks around a hit, which knows better than the letters (it finds 燃 in full width, or by its parts). */
const OPEN = '\u0002'
const CLOSE = '\u0003'

function marked(text: string): Piece[] {
  return text.split(OPEN).flatMap((part, i): Piece[] => {
    if (i === 0) return [{ text: part, hit: false }]
    const end = part.indexOf(CLOSE)
    return end < 0 ? [{ text: part, hit: false }] : [{ text: part.slice(0, end), hit: true }, { text: part.slice(end + 1), hit: false }]
  }).filter((p) => p.text !== '')
}

export function pieces(text: string, q: string): Piece[] {
  if (text.includes(OPEN)) return marked(text)
  const words = q.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const low = text.toLowerCase()
  // A letter whose small form is longer would shift what follows: then nothing is marked.
  if (words.length === 0 || low.length !== text.length) return [{ text, hit: false }]
  const out: Piece[] = []
  let at = 0
  while (at < text.length) {
    const found = words.map((w) => ({ w, i: low.indexOf(w, at) })).filter((x) => x.i >= 0).sort((a, b) => a.i - b.i || b.w.length - a.w.length)[0]
    if (!found) break
    if (found.i > at) out.push({ text: text.slice(at, found.i), hit: false })
    out.push({ text: text.slice(found.i, found.i + found.w.length), hit: true })
    at = found.i + found.w.length
  }
  if (at < text.length) out.push({ text: text.slice(at), hit: false })
  return out
}
