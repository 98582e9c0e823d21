import { ref } from 'vue'
import { on } from '@/api/events'
import { listRecords } from '@/api/records'

/** How many sources nobody has claimed; told by events, asked once at the start. */
export const unclaimedCount = ref(0)

on('sources', (data) => {
  unclaimedCount.value = (data as { count: number }).count
})

export async function loadUnclaimedCount(): Promise<void> {
  try {
    unclaimedCount.value = (await listRecords('unclaimed', { limit: 1 })).count
  } catch {
    // No permission, or no network: the rail then shows no number, and the page itself says why.
    unclaimedCount.value = 0
  }
}
