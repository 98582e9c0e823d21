// What records there are: fields, actions and dictionaries, from which lists and forms are derived.
import { shallowRef } from 'vue'
import { tx } from '@/i18n'
import { get } from './http'
import type { Dict, DictEntry, Entity, Field, Meta } from './types'

export const meta = shallowRef<Meta | null>(null)
let pending: Promise<Meta> | null = null

export async function loadMeta(): Promise<Meta> {
  if (meta.value) return meta.value
  pending ??= get<Meta>('/api/meta').finally(() => {
    pending = null
  })
  meta.value = await pending
  return meta.value
}

export function clearMeta(): void {
  meta.value = null
  pending = null
}

export const entityOf = (plural: string): Entity | undefined =>
  meta.value?.entities.find((e) => e.plural === plural)

/** May this user see such records at all? Then the entity is in what the server told. */
export const canRead = (plural: string): boolean => entityOf(plural) !== undefined

export const fieldOf = (plural: string, name: string): Field | undefined =>
  entityOf(plural)?.fields.find((f) => f.name === name)

export const dictOf = (name: string | null | undefined): Dict | undefined =>
  name ? meta.value?.dicts[name] : undefined

export const entryOf = (dict: string | null | undefined, code: unknown): DictEntry | undefined =>
  dictOf(dict)?.entries.find((e) => e.code === String(code))

/** The label of a dictionary code, or the code itself when nobody knows it. */
export function labelOf(dict: string | null | undefined, code: unknown): string {
  if (code === null || code === undefined || code === '') return ''
  return tx(entryOf(dict, code)?.label) || String(code)
}

/** The label of an enumerated field's value. */
export const enumLabel = (plural: string, field: string, code: unknown): string =>
  labelOf(fieldOf(plural, field)?.ref, code)
