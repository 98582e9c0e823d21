// A list of any entity whose state stands in the address bar: rows, page, reloading, and what a row does to the address.
import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { ElMessage } from 'element-plus'
import { nextSort, readState, toAddress, toQuery, type ListState } from '@/api/query'
import { download, exportHref, listRecords } from '@/api/records'
import { asProblem, type Problem } from '@/api/problem'
import type { Entity, Page, Rec } from '@/api/types'
import { tx } from '@/i18n'
import { dateExact } from '@/i18n/time'

const PAGE = 50

export function useList(plural: ComputedRef<string>, entity: ComputedRef<Entity | undefined>) {
  const route = useRoute()
  const router = useRouter()
  const state = computed<ListState>(() => entity.value ? readState(entity.value, route.query) : { q: '', sort: '', filters: {} })
  const filtered = computed(() => state.value.q !== '' || Object.keys(state.value.filters).length > 0)
  const opened = computed(() => (typeof route.query.open === 'string' ? route.query.open : null))
  const rows = shallowRef<Rec[]>([])
  const page = shallowRef<Page | null>(null)
  const asked = ref(Date.now())
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const exporting = ref(false)
  let turn = 0

  async function load(more = false): Promise<void> {
    if (!entity.value) return
    const mine = ++turn
    loading.value = true
    problem.value = null
    try {
      const cursor = more ? page.value?.next ?? undefined : undefined
      const answer = await listRecords(plural.value, { ...toQuery(state.value), limit: PAGE, cursor })
      if (mine !== turn) return
      rows.value = more ? [...rows.value, ...answer.items] : answer.items
      page.value = answer
      asked.value = Date.now()
    } catch (e) {
      if (mine === turn) problem.value = asProblem(e)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  watch([entity, () => JSON.stringify(toQuery(state.value))], (_new, old) => {
    if (old && entity.value?.plural !== (old[0] as { plural: string } | undefined)?.plural) {
      rows.value = []
      page.value = null
    }
    void load()
  }, { immediate: true })

  function go(s: ListState): void {
    if (!entity.value) return
    void router.replace({ query: { ...toAddress(entity.value, s), ...(opened.value ? { open: opened.value } : {}) } })
  }
  const sortBy = (name: string): void => go({ ...state.value, sort: nextSort(state.value.sort, name, entity.value?.sort ?? '') })
  const open = (id: string | null): void => {
    const query = { ...route.query }
    if (id) query.open = id
    else delete query.open
    void router.replace({ query })
  }

  async function exportAll(): Promise<void> {
    exporting.value = true
    try {
      await download(exportHref(plural.value, toQuery(state.value)), `${tx(entity.value?.title)}-${dateExact(Date.now())}.xlsx`)
    } catch (e) {
      ElMessage.error(asProblem(e).title)
    } finally {
      exporting.value = false
    }
  }
  return { state, filtered, opened, rows, page, asked, problem, loading, exporting, load, go, sortBy, open, exportAll }
}
