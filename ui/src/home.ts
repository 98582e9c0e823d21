// Where somebody begins: the watch and the leader look at the city (the leader, with a phone in his hand, at his page), who works on matters at the desk, the
// audit administrator at the ledger.
import { user } from '@/api/session'

const WORKERS = ['office', 'dept', 'town', 'inspector', 'enterprise']

export function homePath(): string {
  const roles = user.value?.roles ?? []
  if (roles.length === 1 && roles[0] === 'audit') return '/ledger'
  if (roles.includes('leader') && window.matchMedia('(max-width: 760px)').matches) return '/lead'
  return roles.some((r) => r === 'watch' || r === 'leader') || !roles.some((r) => WORKERS.includes(r)) ? '/' : '/desk'
}
