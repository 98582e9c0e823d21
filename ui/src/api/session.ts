// Who is signed in, and what the service says of itself.
import { ref } from 'vue'
import { call, get, setCsrf, whenSessionLost } from './http'
import { clearMeta } from './meta'
import type { Hello, User } from './types'

interface SessionAnswer {
  user: User
  csrf: string
  must_change_password?: boolean
  must_enrol?: boolean
  page_idle_minutes?: number
}

export const user = ref<User | null>(null)
export const hello = ref<Hello | null>(null)
/** What the account has to do before anything else: the server answers nothing else. */
export const duty = ref<'password' | 'factor' | null>(null)
/** A page that nobody touches for so long signs out; 0: never. */
export const idleMinutes = ref(0)

whenSessionLost(() => {
  user.value = null
})

function take(a: SessionAnswer): void {
  setCsrf(a.csrf)
  duty.value = a.must_change_password ? 'password' : a.must_enrol ? 'factor' : null
  idleMinutes.value = a.page_idle_minutes ?? 0
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

export async function login(name: string, password: string, code = ''): Promise<void> {
  clearMeta()
  const body = code === '' ? { name, password } : { name, password, code }
  take(await call<SessionAnswer>('POST', '/api/session', { body, probing: true }))
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
