// What the server tells once: activation codes, one-time passwords. It waits here until the one dialog that shows it is closed.
import { shallowRef } from 'vue'

export interface Told { code: string; title: string; label: string; value: string }
export const told = shallowRef<Told[]>([])

/** Every answer that may tell something passes here. */
export function hear<T>(answer: T): T {
  const list = (answer as { told?: Told[] } | undefined)?.told
  if (list?.length) told.value = [...told.value, ...list]
  return answer
}
