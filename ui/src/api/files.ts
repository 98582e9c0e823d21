// Evidence: files attached to a record. Uploads go by XMLHttpRequest, the only way that tells how far they are.
import { lang } from '@/i18n'
import { csrfToken, get, queryText } from './http'
import { networkProblem, problemFrom } from './problem'

export interface EvidenceFile {
  hash: string
  name: string
  /** "jpeg", "pdf" … as found in the content */
  kind: string
  type: string
  /** A browser may show it in place. */
  shown: boolean
  size: number
  note?: string
  taken_at?: string
  lon?: number
  lat?: number
  /** What the picture says of itself. */
  shot_at?: string
  shot_lon?: number
  shot_lat?: number
  /** This is the original of the marked file with that hash. */
  of?: string
  by: string
  at: string
}
export interface EvidenceList { items: EvidenceFile[]; editable: boolean }
export interface Said { note?: string; taken_at?: string; lon?: number; lat?: number; shot_at?: string; shot_lon?: number; shot_lat?: number; of?: string }

export const FILE_MAX = 50 * 1024 * 1024

const base = (plural: string, id: string): string => `/api/${plural}/${encodeURIComponent(id)}/files`
export const filesOf = (plural: string, id: string): Promise<EvidenceList> => get(base(plural, id))
export const fileHref = (plural: string, id: string, hash: string, download = false): string =>
  `${base(plural, id)}/${hash}${download ? '?download=true' : ''}`

export function uploadFile(
  plural: string, id: string, file: File, said: Said, progress: (share: number) => void,
): Promise<EvidenceFile> {
  return new Promise((done, fail) => {
    const x = new XMLHttpRequest()
    x.open('POST', base(plural, id) + queryText({ name: file.name, ...said }))
    x.setRequestHeader('Content-Type', 'application/octet-stream')
    x.setRequestHeader('Accept-Language', lang.value)
    x.setRequestHeader('X-CSRF-Token', csrfToken())
    x.upload.onprogress = (e) => { if (e.lengthComputable && e.total > 0) progress(e.loaded / e.total) }
    x.onerror = () => { fail(networkProblem()) }
    x.onload = () => {
      if (x.status === 200 || x.status === 201) done(JSON.parse(x.responseText) as EvidenceFile)
      else fail(problemFrom(x.status, x.responseText))
    }
    x.send(file)
  })
}
