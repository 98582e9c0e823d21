import { computed, ref, watch, type Ref } from 'vue'
import type { Entity, Field } from '@/api/types'

const key = (e: Entity): string => `anlan.columns.${e.plural}`

function read(e: Entity): string[] | null {
  try {
    const v = JSON.parse(localStorage.getItem(key(e)) ?? 'null') as unknown
    return Array.isArray(v) ? v.filter((x): x is string => typeof x === 'string') : null
  } catch {
    return null
  }
}

/** The columns of a list: those the entity proposes until the user chooses others, which this browser remembers. */
export function useColumns(entity: Ref<Entity | undefined>) {
  const own = ref<string[] | null>(null)
  watch(entity, (e) => (own.value = e ? read(e) : null), { immediate: true })
  const choosable = computed<Field[]>(() => entity.value?.fields.filter((f) => f.type !== 'json' && !f.secret && !f.inner) ?? [])
  const chosen = computed(() => {
    const fields = choosable.value
    const kept = own.value?.filter((n) => fields.some((f) => f.name === n))
    if (kept && kept.length > 0) return kept
    const proposed = fields.filter((f) => f.list)
    return (proposed.length > 0 ? proposed : fields.slice(0, 6)).map((f) => f.name)
  })
  const columns = computed(() => choosable.value.filter((f) => chosen.value.includes(f.name)))

  function choose(names: string[] | null): void {
    own.value = names
    if (!entity.value) return
    try {
      if (names) localStorage.setItem(key(entity.value), JSON.stringify(names))
      else localStorage.removeItem(key(entity.value))
    } catch {
      // Storage refused: the choice lasts until the page is closed.
    }
  }
  return { choosable, chosen, columns, choose, reset: () => choose(null) }
}
