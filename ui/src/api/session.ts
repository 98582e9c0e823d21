// Who is signed in, and what the service says of itself.
import { ref } from 'vue'
import { call, get, setCsrf, whenSessionLost } from './http'
import { clearMeta } from './meta'
import type { Hello, User } from './types'

interface SessionAnswer { user: User; csrf: string }

export const user = ref<User | null>(null)
export const hello = ref<Hello | null>(null)

whenSessionLost(() => {
  user.value = null
})

function take(a: SessionAnswer): void {
  setCsrf(a.csrf)
  user.value = a.user
}

export async function loadHello(): Promise<Hello> {
  hello.value = await get<Hello>('/api/hello')
  return hello.value
}

/** True when a session is there already. */
export async function resume(): Promise<boolean> {
  try {
    take(await call<SessionAnswer>('GET', '/api/session', { probing: true }))
    return true
  } catch {
    return false
  }
}

export async function login(name: string, password: string): Promise<void> {
  clearMeta()
  take(await call<SessionAnswer>('POST', '/api/session', { body: { name, password }, probing: true }))
}

export async function logout(): Promise<void> {
  try {
    await call('DELETE', '/api/session', { probing: true })
  } finally {
    user.value = null
    clearMeta()
  }
}

export function may(perm: string): boolean {
  return user.value?.perms.includes(perm) ?? false
}
