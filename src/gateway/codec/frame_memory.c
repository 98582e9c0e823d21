/* Sets of four frames, the oldest of a set makes room: no lists, no rehashing, a look-up touches one set. */
#include "gateway/frame_memory.h"
#include "base/rc.h"
#include "base/strmap.h"
#include <stdlib.h>

enum { WAYS = 4, SETS = FRAMES_KEPT / WAYS };

typedef struct Remembered {
    uint64_t hash;
    int64_t seen; /* first arrival */
    int64_t *times;
    uint32_t n, cap;
    bool used;
} Remembered;

struct FrameMemory {
    Remembered frames[SETS][WAYS];
    Remembered *now; /* the frame begun */
    uint32_t next;   /* its next reading, when it is known */
    bool known;
};

FrameMemory *frame_memory_new(void)
{
    FrameMemory *m = calloc(1, sizeof *m);
    ENSURE(m);
    return m;
}

void frame_memory_free(FrameMemory **m)
{
    if (!*m) return;
    for (size_t i = 0; i < SETS; i++)
        for (size_t j = 0; j < WAYS; j++) free((*m)->frames[i][j].times);
    free(*m);
    *m = NULL;
}

bool frame_memory_begin(FrameMemory *m, uint64_t hash, int64_t now, int64_t window_ms)
{
    Remembered *set = m->frames[hash % SETS], *room = &set[0];
    m->next = 0;
    for (size_t i = 0; i < WAYS; i++) {
        Remembered *f = &set[i];
        if (f->used && f->hash == hash) {
            room = f;
            break;
        }
        if (!f->used || (room->used && f->seen < room->seen)) room = f;
    }
    m->now = room;
    m->known = room->used && room->hash == hash && now >= room->seen && now - room->seen <= window_ms;
    if (m->known) return true;
    room->hash = hash;
    room->seen = now;
    room->n = 0;
    room->used = true;
    return false;
}

bool frame_memory_known(FrameMemory *m, int64_t *t)
{
    if (!m->known || m->next >= m->now->n) return false;
    *t = m->now->times[m->next++];
    return true;
}

void frame_memory_note(FrameMemory *m, int64_t t)
{
    Remembered *f = m->now;
    if (m->known) return; /* another reading than before, of a frame that claims to be the same */
    if (f->n == f->cap) {
        uint32_t cap = f->cap ? f->cap * 2 : 8;
        int64_t *more = realloc(f->times, cap * sizeof *more);
        ENSURE(more);
        f->times = more;
        f->cap = cap;
    }
    f->times[f->n++] = t;
}

static int64_t new_time(const FrameTimes *f, Str key, int64_t t)
{
    if (t == TIME_NONE) return f->arrival;
    return t % MS_SECOND == 0 ? f->spread(f->ud, hash_bytes(key.p, key.n), t) : t;
}

static void times_source(void *ud, Str key, int64_t t, double v, uint8_t q)
{
    const FrameTimes *f = ud;
    int64_t given;
    if (!frame_memory_known(f->memory, &given)) {
        given = new_time(f, key, t);
        frame_memory_note(f->memory, given);
    }
    f->under.source(f->under.ud, key, given, v, q);
}

static void times_reject(void *ud, uint64_t line, Str field, const char *code)
{
    const FrameTimes *f = ud;
    f->under.reject(f->under.ud, line, field, code);
}

ReadingSink frame_times_sink(FrameTimes *f)
{
    return (ReadingSink){.ud = f, .source = times_source, .reject = times_reject};
}
