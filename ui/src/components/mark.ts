// A text in pieces, those that were searched for marked. Pure, so that it can be tested.
export interface Piece { text: string; hit: boolean }

export function pieces(text: string, q: string): Piece[] {
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
