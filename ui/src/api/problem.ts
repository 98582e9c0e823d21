import { t } from '@/i18n'

export interface FieldProblem { field: string; code: string; message: string; line?: number }

/** What went wrong with a request, after RFC 9457; `status` 0 means that the network did not answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail = '',
    readonly fields: FieldProblem[] = [],
  ) {
    super(title)
  }

  /** The messages of one field, for the form. */
  of(field: string): string {
    return this.fields.filter((f) => f.field === field).map((f) => f.message).join(' ')
  }
}

export function networkProblem(): Problem {
  return new Problem(0, 'network', t('problem.network'), t('problem.network.detail'))
}

/** From the status and the text of an answer, which need not be a problem document. */
export function problemFrom(status: number, text: string): Problem {
  const fallback = t('problem.server', { status })
  try {
    const body = JSON.parse(text) as {
      code?: string; title?: string; detail?: string; fields?: FieldProblem[]
    }
    return new Problem(status, body.code ?? `http.${status}`, body.title ?? fallback, body.detail ?? '',
      Array.isArray(body.fields) ? body.fields : [])
  } catch {
    return new Problem(status, `http.${status}`, fallback)
  }
}

export async function problemOf(res: Response): Promise<Problem> {
  return problemFrom(res.status, await res.text().catch(() => ''))
}

export function asProblem(e: unknown): Problem {
  if (e instanceof Problem) return e
  return new Problem(-1, 'client', e instanceof Error ? e.message : String(e))
}
