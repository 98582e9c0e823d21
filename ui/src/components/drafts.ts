// A form that was left is found again: drafts are kept in this tab until the record is saved.
const key = (plural: string, id: string): string => `anlan.draft.${plural}.${id}`

export function keepDraft(plural: string, id: string, values: Record<string, unknown>): void {
  try {
    sessionStorage.setItem(key(plural, id), JSON.stringify(values))
  } catch {
    // Storage refused: the form still works, only the draft is not kept.
  }
}

export function readDraft(plural: string, id: string): Record<string, unknown> | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(plural, id)) ?? 'null') as Record<string, unknown> | null
  } catch {
    return null
  }
}

export function dropDraft(plural: string, id: string): void {
  try {
    sessionStorage.removeItem(key(plural, id))
  } catch {
    // Nothing was kept, nothing is to drop.
  }
}
