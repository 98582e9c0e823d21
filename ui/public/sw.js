// Keeps the program itself in the browser, so that a report can be begun where there is no network. Of the server's answers it keeps
// only who is signed in, what records there are and the leaders' page as it was last seen, and forgets both when somebody signs out. Everything else goes to the network.
const CACHE = 'anlan-shell-1'
const KEPT_ANSWERS = ['/api/session', '/api/meta', '/api/hello', '/api/lead']

self.addEventListener('install', (e) => {
  e.waitUntil(caches.open(CACHE).then((c) => c.add('/')).then(() => self.skipWaiting()))
})
self.addEventListener('activate', (e) => {
  const drop = (names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n)))
  e.waitUntil(caches.keys().then(drop).then(() => self.clients.claim()))
})

async function keep(key, res) {
  if (res.ok) await (await caches.open(CACHE)).put(key, res.clone())
  return res
}
async function forget() {
  const c = await caches.open(CACHE)
  await Promise.all(KEPT_ANSWERS.map((p) => c.delete(p)))
}
async function networkFirst(req, key) {
  try {
    const res = await fetch(req)
    if (res.status === 401) await forget()
    return await keep(key, res)
  } catch (e) {
    const old = await caches.match(key)
    if (old) return old
    throw e
  }
}
async function cacheFirst(req) {
  return (await caches.match(req)) ?? keep(req, await fetch(req))
}

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (url.origin !== self.location.origin) return
  if (url.pathname === '/api/session' && e.request.method !== 'GET') e.waitUntil(forget())
  if (e.request.method !== 'GET') return
  if (e.request.mode === 'navigate' && !url.pathname.startsWith('/api/')) e.respondWith(networkFirst(e.request, '/'))
  else if (url.pathname.startsWith('/assets/')) e.respondWith(cacheFirst(e.request))
  else if (KEPT_ANSWERS.includes(url.pathname)) e.respondWith(networkFirst(e.request, url.pathname))
})
