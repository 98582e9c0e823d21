/* Who is connected and what was last heard: written by the threads of the gateways with every frame, read by
 * whoever looks. One lock for each gateway; nothing slow is done under it. */
#include "link_private.h"
#include <stdlib.h>

static void frame_set(Frame *f, Str bytes, int64_t at)
{
    size_t n = bytes.n < LINK_FRAME_SHOWN ? bytes.n : LINK_FRAME_SHOWN;
    if (n > f->n || !f->p) {
        f->p = realloc(f->p, n ? n : 1);
        ENSURE(f->p);
    }
    if (n) memcpy(f->p, bytes.p, n);
    *f = (Frame){.at = at, .p = f->p, .n = n, .whole = bytes.n};
}

/* At most max bytes, never through a character. */
static size_t cut_text(Str s, size_t max)
{
    if (s.n <= max) return s.n;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80) max--;
    return max;
}

static void list_push(LinkPeer **head, LinkPeer *p)
{
    p->next = *head;
    p->link = head;
    if (p->next) p->next->link = &p->next;
    *head = p;
}

static void list_remove(LinkPeer *p)
{
    *p->link = p->next;
    if (p->next) p->next->link = p->link;
}

static void peer_free(LinkPeer *p)
{
    free(p->address);
    free(p->last.p);
    free(p);
}

LinkPeer *link_peer_open(LinkGateway *g, const char *address)
{
    LinkPeer *p = calloc(1, sizeof *p);
    ENSURE(p);
    p->g = g;
    p->address = strdup(address);
    ENSURE(p->address);
    p->since = clock_now();
    p->last_at = p->gone_at = TIME_NONE;
    pthread_mutex_lock(&g->lock);
    p->id = ++g->next_peer;
    g->opened++;
    g->nopen++;
    list_push(&g->open, p);
    pthread_mutex_unlock(&g->lock);
    return p;
}

/* ---- Those that are gone: newest first, `gone_last` is the oldest ---- */

static LinkPeer *before(const LinkGateway *g, LinkPeer *p)
{
    if (p->link == &g->gone) return NULL;
    return (LinkPeer *)(void *)((char *)p->link - offsetof(LinkPeer, next));
}

static void gone_remove(LinkGateway *g, LinkPeer *p)
{
    if (g->gone_last == p) g->gone_last = before(g, p);
    list_remove(p);
    g->ngone--;
    peer_free(p);
}

void gone_expire(LinkGateway *g, int64_t now)
{
    while (g->gone_last && (g->ngone > GONE_KEPT || now - g->gone_last->gone_at > MS_DAY))
        gone_remove(g, g->gone_last);
}

void link_peer_close(LinkPeer **peer)
{
    LinkPeer *p = *peer;
    if (!p) return;
    *peer = NULL;
    LinkGateway *g = p->g;
    pthread_mutex_lock(&g->lock);
    list_remove(p);
    g->nopen--;
    p->gone_at = clock_now();
    list_push(&g->gone, p);
    g->ngone++;
    if (!g->gone_last) g->gone_last = p;
    gone_expire(g, p->gone_at);
    pthread_mutex_unlock(&g->lock);
}

/* A device that comes back goes on with its figures; its old line disappears. */
static void take_over(LinkGateway *g, LinkPeer *p)
{
    for (LinkPeer *old = g->gone, *next; old; old = next) {
        next = old->next;
        if (strcmp(old->identity, p->identity) != 0) continue;
        p->frames += old->frames;
        p->refused += old->refused;
        p->readings += old->readings;
        if (!p->last.p) {
            p->last = old->last;
            p->last_at = old->last_at;
            old->last = (Frame){0};
        }
        gone_remove(g, old);
    }
}

void link_peer_identity(LinkPeer *p, Str identity)
{
    size_t n = cut_text(identity, IDENTITY_MAX);
    LinkGateway *g = p->g;
    pthread_mutex_lock(&g->lock);
    if (!str_eq(str_of(p->identity), str_n(identity.p, n))) {
        if (n) memcpy(p->identity, identity.p, n);
        p->identity[n] = '\0';
        if (n) take_over(g, p);
    }
    pthread_mutex_unlock(&g->lock);
}

bool link_peer_is(LinkPeer *p, Str identity)
{
    size_t n = cut_text(identity, IDENTITY_MAX);
    pthread_mutex_lock(&p->g->lock);
    bool same = str_eq(str_of(p->identity), str_n(identity.p, n));
    pthread_mutex_unlock(&p->g->lock);
    return same;
}

/* ---- Frames ---- */

void link_peer_frame(LinkPeer *p, Str frame, size_t readings)
{
    int64_t now = clock_now();
    LinkGateway *g = p->g;
    pthread_mutex_lock(&g->lock);
    p->frames++;
    p->readings += readings;
    p->last_at = now;
    frame_set(&p->last, frame, now);
    g->frames++;
    g->readings += readings;
    g->last_at = now;
    pthread_mutex_unlock(&g->lock);
}

static char *copy_text(Str s)
{
    size_t n = cut_text(s, IDENTITY_MAX);
    char *copy = malloc(n + 1);
    ENSURE(copy);
    if (n) memcpy(copy, s.p, n);
    copy[n] = '\0';
    return copy;
}

static void refused_clear(Refused *r)
{
    free(r->frame.p);
    free(r->address);
    free(r->identity);
    free(r->detail);
    *r = (Refused){0};
}

void link_peer_refuse(LinkPeer *p, Str frame, const char *code, Str detail)
{
    int64_t now = clock_now();
    LinkGateway *g = p->g;
    Refused news = {.code = code, .detail = copy_text(detail), .address = copy_text(str_of(p->address))};
    frame_set(&news.frame, frame, now);
    pthread_mutex_lock(&g->lock);
    news.identity = copy_text(str_of(p->identity));
    Refused *r = &g->refused_ring[g->refused_ever++ % LINK_REFUSED_KEPT];
    Refused old = *r;
    *r = news;
    p->refused++;
    p->last_at = now;
    g->last_at = now;
    pthread_mutex_unlock(&g->lock);
    refused_clear(&old);
}

void peers_free(LinkGateway *g)
{
    while (g->gone) gone_remove(g, g->gone);
    for (size_t i = 0; i < LINK_REFUSED_KEPT; i++) refused_clear(&g->refused_ring[i]);
}
