/* A minute begins with an address's first request and is not a sliding one: who waits a minute may ask again
 * in any case. */
#include "base/throttle.h"
#include "base/clock.h"
#include "base/strmap.h"

bool throttle_over(Throttle *t, const char *peer)
{
    uint64_t hash = hash_bytes(peer, strlen(peer));
    int64_t now = clock_mono_us() / 1000;
    size_t i = hash % THROTTLE_SLOTS;
    pthread_mutex_lock(&t->lock);
    if (t->slot[i].peer != hash || now - t->slot[i].since > MS_MINUTE) {
        t->slot[i].peer = hash;
        t->slot[i].since = now;
        t->slot[i].count = 0;
    }
    bool over = ++t->slot[i].count > t->a_minute;
    pthread_mutex_unlock(&t->lock);
    return over;
}

void throttle_forget(Throttle *t)
{
    pthread_mutex_lock(&t->lock);
    memset(t->slot, 0, sizeof t->slot);
    pthread_mutex_unlock(&t->lock);
}
