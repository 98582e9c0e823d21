// Papers of a record, their templates, and what a stranger may ask.
import { call, fetchRaw, get, queryText } from './http'

export interface PaperKindOf { kind: string; title: string; can: boolean; may: boolean; languages: string[] }
export interface IssuedPaper {
  id: string; number: string; title: string; kind: string; kind_title: string; state: 'issued' | 'revoked'; issued_by: string; issued_at: string
  sm3: string; language: string; revoked_reason: string | null; check: string; verify: string; file: string; can_revoke: boolean
}
export interface Papers { kinds: PaperKindOf[]; items: IssuedPaper[] }
export interface PaperKind { entity: string; entity_title: string; kind: string; title: string }
export interface Verified { code: string; number: string; issuer: string; issued_on: string; state: 'issued' | 'revoked'; signed?: boolean; match?: boolean }
export interface Sheet { url: string; pages: number; unknown: string[] }

export const papersOf = (plural: string, id: string): Promise<Papers> => get<Papers>(`/api/${plural}/${id}/papers`)
export const draftHref = (plural: string, id: string, kind: string, format: 'pdf' | 'docx' | 'xlsx', language: string): string =>
  `/api/${plural}/${id}/papers/${kind}${queryText({ format, language, download: format !== 'pdf' ? true : undefined })}`
export const issuePaper = (plural: string, id: string, kind: string, language: string): Promise<{ number: string }> =>
  call('POST', `/api/${plural}/${id}/papers/${kind}`, { body: { language } })
export const revokePaper = (id: string, reason: string): Promise<unknown> => call('POST', `/api/papers/${id}/actions/revoke`, { body: { reason } })
export const paperKinds = (): Promise<{ items: PaperKind[] }> => get('/api/paper-kinds')

async function sheetOf(res: Response): Promise<Sheet> {
  return {
    url: URL.createObjectURL(await res.blob()),
    pages: Number(res.headers.get('X-Paper-Pages') ?? 1),
    unknown: (res.headers.get('X-Paper-Unknown') ?? '').split(' ').filter(Boolean),
  }
}
export const draftSheet = async (plural: string, id: string, kind: string, language: string, page: number): Promise<Sheet> =>
  sheetOf(await fetchRaw('GET', `/api/${plural}/${id}/papers/${kind}`, { query: { format: 'png', page, language } }))
export interface PreviewOf { entity: string; kind: string; language: string; body: string }
export const previewSheet = async (of: PreviewOf, page: number): Promise<Sheet> =>
  sheetOf(await fetchRaw('POST', '/api/paper-preview', { query: { format: 'png', page }, body: of }))

export const verifyPaper = (code: string): Promise<Verified> => get<Verified>(`/api/verify/${encodeURIComponent(code)}`)
export const verifyFile = (code: string, file: Blob): Promise<Verified> =>
  call('POST', `/api/verify/${encodeURIComponent(code)}`, { raw: file, probing: true })
