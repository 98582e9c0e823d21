// Several tabs of one browser, one sound: before each ring a tab claims the turn in the storage that all of them share, and the
// time of the last ring is theirs together. Works where the Web Locks are not allowed (plain HTTP on an intranet);
// where they are, a lock comes first (sound.ts): the storage reaches the other tabs of a busy machine late.
export interface Store { getItem(k: string): string | null; setItem(k: string, v: string): void }

export const REPEAT = 20_000
/** A new alarm rings at once, but not into the tones of another. */
export const APART = 2_000
const TURN = 'anlan.sound.turn'
const ABLE = 'anlan.sound.able'
const ABLE_FOR = 15_000

/** told: what rose and has been rung for, in whatever tab; the tabs hear of it at different moments. */
interface Turn { id: string; at: number; told: string[] }
const TOLD_MOST = 100

function read(store: Store): Turn {
  try {
    const t = JSON.parse(store.getItem(TURN) ?? '') as Partial<Turn>
    if (typeof t.id === 'string' && typeof t.at === 'number') {
      return { id: t.id, at: t.at, told: Array.isArray(t.told) ? t.told : [] }
    }
  } catch {
    // Nobody rang yet, or somebody else wrote there.
  }
  return { id: '', at: 0, told: [] }
}

/** Is a ring due: something new rose, or nobody answered for 20 s? A clock that was set back does not silence it. What a tab
 *  believes of the others' alarms plays no part: one that lags behind must not make the others ring. */
export function due(worst: number, since: number, fresh: boolean): boolean {
  if (worst > 2) return false
  if (since < 0 || since >= REPEAT) return true
  return since >= APART && fresh
}

/** The same, of the turn as it stands now. */
export function isDue(store: Store, now: number, worst: number, news: readonly string[]): boolean {
  const last = read(store)
  return due(worst, now - last.at, news.some((x) => !last.told.includes(x)))
}

/** Takes the turn to ring now; news names what rose since, each of which is told once. True does not suffice: after a moment `holds` says whether another tab was quicker. */
export function claim(store: Store, me: string, now: number, worst: number, news: readonly string[]): boolean {
  const last = read(store)
  const fresh = news.filter((x) => !last.told.includes(x))
  if (!due(worst, now - last.at, fresh.length > 0)) return false
  store.setItem(TURN, JSON.stringify({ id: me, at: now, told: [...last.told, ...fresh].slice(-TOLD_MOST) }))
  return true
}

export const holds = (store: Store, me: string, at: number): boolean => {
  const t = read(store)
  return t.id === me && t.at === at
}

/** A tab that may sound says so now and then; the others need not complain that they may not. */
export const sayAble = (store: Store, now: number): void => store.setItem(ABLE, String(now))
export const anotherIsAble = (store: Store, now: number): boolean => {
  const at = Number(store.getItem(ABLE))
  return at > 0 && now >= at && now - at < ABLE_FOR
}
