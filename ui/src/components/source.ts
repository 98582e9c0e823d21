// Where in a paper a record stands: the address that opens the paper at its line, or null.
import { getRecord } from '@/api/records'
import type { Rec } from '@/api/types'

/** What may stand in a paper. */
export const SOURCED = ['tasks', 'duties', 'duty-records', 'duty-items']

const text = (r: Rec, field: string): string => (typeof r[field] === 'string' || typeof r[field] === 'number' ? String(r[field]) : '')
function inPaper(r: Rec): string | null {
  const paper = text(r, 'document')
  if (!paper) return null
  const query = text(r, 'item') ? `?item=${text(r, 'item')}` : text(r, 'source_line') ? `?line=${text(r, 'source_line')}` : ''
  return `/documents/${encodeURIComponent(paper)}/read${query}`
}
export async function sourceOf(plural: string, r: Rec): Promise<string | null> {
  if (plural !== 'duties' && plural !== 'duty-records') return inPaper(r)
  return text(r, 'item') ? inPaper(await getRecord('duty-items', text(r, 'item'))) : null
}
