// How much stands on the user's desk and how many notices wait, kept alive by events: rail, top bar and desk read it.
import { computed, ref } from 'vue'
import { on } from '@/api/events'
import { deskSummary, matterKinds, type DeskSummary } from '@/api/matters'
import { listNotices } from '@/api/notices'

export const summary = ref<DeskSummary | null>(null)
export const unread = ref(0)
export const todoCount = computed(() => summary.value?.todo?.count ?? 0)

/** Events come in bursts; the counts are asked for once after each. */
const QUIET = 800
let timer: ReturnType<typeof setTimeout> | undefined
let stops: (() => void)[] = []

export async function loadSummary(): Promise<void> {
  if (matterKinds().length === 0) return
  summary.value = await deskSummary().catch(() => summary.value)
}

export async function loadUnread(): Promise<void> {
  const page = await listNotices({ unread: true, limit: 1 }).catch(() => null)
  if (page) unread.value = page.unread
}

function soon(): void {
  clearTimeout(timer)
  timer = setTimeout(() => void loadSummary(), QUIET)
}

/** Is it a record that may stand on somebody's desk? */
export const isMatter = (plural: unknown): boolean => matterKinds().some((e) => e.plural === plural)

export function startDesk(): void {
  if (stops.length > 0) return
  stops = [
    on('record', (data) => {
      if (isMatter((data as { plural?: string }).plural)) soon()
    }),
    on('notice', (data) => {
      const n = (data as { unread?: number }).unread
      if (typeof n === 'number') unread.value = n
      else void loadUnread()
    }),
    on('resync', () => {
      void loadSummary()
      void loadUnread()
    }),
  ]
  void loadSummary()
  void loadUnread()
}

export function stopDesk(): void {
  for (const stop of stops) stop()
  stops = []
  clearTimeout(timer)
  summary.value = null
  unread.value = 0
}
