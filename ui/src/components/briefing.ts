// The text of a briefing as lines, and figures inside a line. Pure.
export interface Piece { text: string; figure?: string }
export type Line = { kind: 'heading'; level: number; pieces: Piece[] } | { kind: 'text'; pieces: Piece[] } | { kind: 'table'; rows: Piece[][][] }

/** "共[12](alarms)起" → 共, 12 (alarms), 起. */
export function piecesOf(line: string): Piece[] {
  const out: Piece[] = []
  let at = 0
  for (const m of line.matchAll(/\[([^[\]]+)\]\(([a-z0-9_]+)\)/g)) {
    if (m.index > at) out.push({ text: line.slice(at, m.index) })
    out.push({ text: m[1]!, figure: m[2]! })
    at = m.index + m[0].length
  }
  if (at < line.length) out.push({ text: line.slice(at) })
  return out
}

export function linesOf(text: string): Line[] {
  const out: Line[] = []
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (!line) continue
    const head = /^(#{1,4})\s*(.*)$/.exec(line)
    if (line.startsWith('|')) {
      const row = line.replace(/^\|/, '').replace(/\|$/, '').split('|').map((c) => piecesOf(c.trim()))
      const last = out.at(-1)
      if (last?.kind === 'table') last.rows.push(row)
      else out.push({ kind: 'table', rows: [row] })
    } else if (head) out.push({ kind: 'heading', level: head[1]!.length, pieces: piecesOf(head[2]!) })
    else out.push({ kind: 'text', pieces: piecesOf(line) })
  }
  return out
}
