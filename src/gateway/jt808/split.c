/* Messages in several packets. Packets of one message have consecutive serial numbers, so terminal, message,
 * number of packets and the serial number of the first name it. Bounded: JT808_JOINS_MAX messages at once,
 * the oldest gives way; JT808_PARTS_MAX packets each; what is not whole after JT808_JOIN_MS is given up when
 * its place is needed or another packet of it comes. */
#include "gateway/jt808.h"
#include "base/clock.h"
#include <stdlib.h>

typedef struct Join {
    bool used;
    uint16_t id, first, total, have;
    char phone[JT808_PHONE_MAX];
    int64_t began;
    struct {
        char *p;
        size_t n;
    } part[JT808_PARTS_MAX];
} Join;

struct Jt808Joiner {
    Join join[JT808_JOINS_MAX];
};

Jt808Joiner *jt808_joiner_new(void)
{
    Jt808Joiner *j = calloc(1, sizeof *j);
    ENSURE(j);
    return j;
}

static void drop(Join *m)
{
    for (size_t i = 0; i < m->total; i++) free(m->part[i].p);
    *m = (Join){0};
}

void jt808_joiner_free(Jt808Joiner **jp)
{
    Jt808Joiner *j = *jp;
    if (!j) return;
    for (size_t i = 0; i < JT808_JOINS_MAX; i++) drop(&j->join[i]);
    free(j);
    *jp = NULL;
}

static bool is_of(const Join *m, const Jt808Frame *f, uint16_t first)
{
    return m->used && m->id == f->id && m->first == first && strcmp(m->phone, f->phone) == 0;
}

/* A place for a new message: a free one, else the oldest. */
static Join *place(Jt808Joiner *j, int64_t now)
{
    Join *oldest = &j->join[0];
    for (size_t i = 0; i < JT808_JOINS_MAX; i++) {
        Join *m = &j->join[i];
        if (m->used && now - m->began > JT808_JOIN_MS) drop(m);
        if (!m->used) return m;
        if (m->began < oldest->began) oldest = m;
    }
    drop(oldest);
    return oldest;
}

static Join *find(Jt808Joiner *j, const Jt808Frame *f, uint16_t first, int64_t now)
{
    for (size_t i = 0; i < JT808_JOINS_MAX; i++) {
        Join *m = &j->join[i];
        if (!is_of(m, f, first)) continue;
        if (now - m->began <= JT808_JOIN_MS) return m;
        drop(m);
    }
    Join *m = place(j, now);
    *m = (Join){.used = true, .id = f->id, .first = first, .total = f->total, .began = now};
    memcpy(m->phone, f->phone, sizeof m->phone);
    return m;
}

static void finish(Join *m, Arena *a, Jt808Frame *f)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < m->total; i++) buf_add(&b, str_n(m->part[i].p, m->part[i].n));
    f->body = buf_str(&b);
    f->seq = m->first;
    drop(m);
}

int jt808_join(Jt808Joiner *j, Arena *a, Jt808Frame *f, int64_t now)
{
    ENSURE(f->total >= 1 && f->total <= JT808_PARTS_MAX && f->index >= 1 && f->index <= f->total);
    Join *m = find(j, f, (uint16_t)(f->seq - (f->index - 1)), now);
    if (m->total != f->total) {
        drop(m);
        return -1;
    }
    size_t at = f->index - 1u;
    if (!m->part[at].p) {
        m->part[at].p = malloc(f->body.n + 1);
        ENSURE(m->part[at].p);
        if (f->body.n) memcpy(m->part[at].p, f->body.p, f->body.n);
        m->part[at].n = f->body.n;
        m->have++;
    }
    if (m->have < m->total) return 0;
    finish(m, a, f);
    return 1;
}
