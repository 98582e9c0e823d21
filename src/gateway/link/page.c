/* GET /api/gateways and /api/gateways/{name}. What is shown is copied under the gateway's lock into the
 * request's arena; masks and words are worked out on the copies. */
#include "link_private.h"
#include "base/num.h"
#include "base/crypto.h"

enum { PEERS_DEFAULT = 200, PEERS_MAX = 1000 };

/* ---- What the caller wants to see ---- */

typedef struct Wanted {
    int64_t peers, refused;
    Str q;              /* part of an address or identity */
    bool all_frames;    /* of every peer listed; else of one: */
    int64_t frame_peer; /* its id; 0: none */
} Wanted;

static Rc read_count(Req *req, const char *name, int64_t max, int64_t *out)
{
    Str s = req_query(req, name);
    if (!s.p) return RC_OK;
    if (num_parse_i64(s, out) && *out >= 0 && *out <= max) return RC_OK;
    return FAIL_FIELD(&req->ctx, name, "range", 0, "应为 0 至 %lld 的整数", "a whole number from 0 to %lld",
                      (long long)max);
}

static Rc read_wanted(Req *req, Wanted *w)
{
    *w = (Wanted){.peers = PEERS_DEFAULT, .refused = LINK_REFUSED_KEPT, .q = req_query(req, "q")};
    TRY(read_count(req, "peers", PEERS_MAX, &w->peers));
    TRY(read_count(req, "refused", LINK_REFUSED_KEPT, &w->refused));
    Str frames = req_query(req, "frames");
    w->all_frames = !frames.p || str_is(frames, "all");
    if (w->all_frames || str_is(frames, "none")) return RC_OK;
    if (num_parse_i64(frames, &w->frame_peer)) return RC_OK;
    return FAIL_FIELD(&req->ctx, "frames", "unknown", 0, "应为 all、none 或一个连接的编号",
                      "all, none, or the id of a peer");
}

/* ---- Copies ---- */

static Frame copy_frame(Arena *a, const Frame *f)
{
    Frame copy = *f;
    copy.p = f->p ? arena_copy(a, f->p, f->n ? f->n : 1) : NULL;
    return copy;
}

typedef struct PeerRow {
    LinkPeer peer; /* texts copied */
    bool framed;
} PeerRow;

typedef struct Page {
    Arena *arena;
    const Wanted *want;
    PeerRow *peers;
    Refused *refused;
    size_t npeers, nrefused, matching;
} Page;

static bool matches(const LinkPeer *p, Str q)
{
    return !q.n || str_find(str_of(p->identity), q) >= 0 || str_find(str_of(p->address), q) >= 0;
}

static void copy_peers(Page *page, const LinkPeer *p)
{
    for (; p; p = p->next) {
        if (!matches(p, page->want->q)) continue;
        page->matching++;
        if (page->npeers == (size_t)page->want->peers) continue;
        PeerRow *row = &page->peers[page->npeers++];
        *row = (PeerRow){.peer = *p};
        row->peer.address = arena_strdup(page->arena, p->address);
        row->framed = page->want->all_frames || p->id == (uint64_t)page->want->frame_peer;
        if (row->framed) row->peer.last = copy_frame(page->arena, &p->last);
    }
}

static void copy_refused(Page *page, const LinkGateway *g)
{
    for (uint64_t i = g->refused_ever; i && g->refused_ever - i < LINK_REFUSED_KEPT; i--) {
        if (page->nrefused == (size_t)page->want->refused) break;
        const Refused *r = &g->refused_ring[(i - 1) % LINK_REFUSED_KEPT];
        page->refused[page->nrefused++] = (Refused){
            .no = i,
            .frame = copy_frame(page->arena, &r->frame),
            .address = arena_strdup(page->arena, r->address),
            .identity = arena_strdup(page->arena, r->identity),
            .detail = arena_strdup(page->arena, r->detail),
            .code = r->code,
        };
    }
}

/* ---- JSON ---- */

static void write_words(JsonOut *o, Arena *a, const LinkProtocol *p, Str frame, Lang lang)
{
    StrBuf words;
    buf_init(&words, a);
    if (frame.n) p->describe(frame, lang, &words);
    jout_ks(o, "words", str_trim(buf_str(&words)));
}

/* "at", "hex", "words" of a frame that is our own copy. */
static void write_frame(JsonOut *o, Arena *a, const LinkProtocol *p, const Frame *f, Lang lang)
{
    if (p->mask && f->n) p->mask(f->p, f->n);
    jout_kt(o, "at", f->at);
    jout_ki(o, "length", (int64_t)f->whole);
    jout_kz(o, "hex", f->n ? hex_print(a, f->p, f->n) : "");
    write_words(o, a, p, str_n(f->p, f->n), lang);
}

static void write_peer(JsonOut *o, Arena *a, const LinkProtocol *p, const PeerRow *row, Lang lang)
{
    const LinkPeer *peer = &row->peer;
    jout_open(o);
    jout_kid(o, "id", (int64_t)peer->id);
    jout_kz(o, "address", peer->address);
    jout_kz(o, "identity", peer->identity);
    jout_kb(o, "connected", peer->gone_at == TIME_NONE);
    jout_kt(o, "since", peer->since);
    jout_kt(o, "gone_at", peer->gone_at);
    jout_kt(o, "last_at", peer->last_at);
    jout_ki(o, "frames", (int64_t)peer->frames);
    jout_ki(o, "refused", (int64_t)peer->refused);
    jout_ki(o, "readings", (int64_t)peer->readings);
    jout_key(o, "last_frame");
    if (row->framed && peer->last.p) {
        jout_open(o);
        write_frame(o, a, p, &peer->last, lang);
        jout_close(o);
    } else jout_null(o);
    jout_close(o);
}

static void write_refused(JsonOut *o, Arena *a, const LinkProtocol *p, const Refused *r, Lang lang)
{
    const LinkReason *reason = link_reason(p, r->code);
    jout_open(o);
    jout_kid(o, "id", (int64_t)r->no);
    jout_kz(o, "address", r->address);
    jout_kz(o, "identity", r->identity);
    jout_kz(o, "code", r->code);
    jout_kz(o, "text", reason ? text_in(reason->text, lang) : r->code);
    jout_kz(o, "detail", r->detail);
    write_frame(o, a, p, &r->frame, lang);
    jout_close(o);
}

/* Under the gateway's lock. */
static void write_figures(JsonOut *o, const LinkGateway *g, Lang lang)
{
    static const char *const states[] = {"off", "on", "fault"};
    const char *fault = lang == LANG_EN && g->fault_en ? g->fault_en : g->fault_zh;
    jout_kz(o, "name", g->protocol->name);
    jout_text(o, "title", g->protocol->title);
    jout_text(o, "peer_title", g->protocol->peer_title);
    jout_kz(o, "state", states[g->state]);
    jout_kz(o, "address", g->address ? g->address : "");
    jout_kz(o, "fault", fault ? fault : "");
    jout_ki(o, "connections", (int64_t)g->nopen);
    jout_ki(o, "gone", (int64_t)g->ngone);
    jout_ki(o, "frames", (int64_t)g->frames);
    jout_ki(o, "refused", (int64_t)g->refused_ever);
    jout_ki(o, "readings", (int64_t)g->readings);
    jout_kf(o, "rate", g->rate);
    jout_kt(o, "last_at", g->last_at);
}

Rc handle_gateways(Req *req, Res *res)
{
    TRY(scope_need_whole(&req->ctx, req->who)); /* frames of every sender */
    const Kernel *k = req_kernel(req);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (LinkGateway *g = links_lock(); g; g = g->next) {
        if (g->kernel != k) continue;
        jout_open(o);
        pthread_mutex_lock(&g->lock);
        write_figures(o, g, req->ctx.lang);
        pthread_mutex_unlock(&g->lock);
        jout_close(o);
    }
    links_unlock();
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}

/* Figures and copies; under the list's lock, because the gateway may go. */
static void copy_page(JsonOut *o, LinkGateway *g, Page *page, Lang lang)
{
    jout_key(o, "gateway");
    jout_open(o);
    pthread_mutex_lock(&g->lock);
    write_figures(o, g, lang);
    copy_peers(page, g->open);
    copy_peers(page, g->gone);
    copy_refused(page, g);
    pthread_mutex_unlock(&g->lock);
    jout_close(o);
}

static void write_copies(JsonOut *o, const Page *page, const LinkProtocol *p, Lang lang)
{
    jout_ki(o, "peers_matching", (int64_t)page->matching);
    jout_key(o, "peers");
    jout_open_array(o);
    for (size_t i = 0; i < page->npeers; i++) write_peer(o, page->arena, p, &page->peers[i], lang);
    jout_close_array(o);
    jout_key(o, "refused");
    jout_open_array(o);
    for (size_t i = 0; i < page->nrefused; i++) write_refused(o, page->arena, p, &page->refused[i], lang);
    jout_close_array(o);
}

static LinkGateway *find_gateway(LinkGateway *first, const Kernel *k, Str name)
{
    LinkGateway *g = first;
    while (g && (g->kernel != k || !str_is(name, g->protocol->name))) g = g->next;
    return g;
}

Rc handle_gateway(Req *req, Res *res)
{
    TRY(scope_need_whole(&req->ctx, req->who)); /* frames of every sender */
    Str name = req_param(req, "name");
    Wanted want;
    TRY(read_wanted(req, &want));
    Arena *a = req->ctx.arena;
    Page page = {.arena = a, .want = &want};
    page.peers = ARENA_ARRAY(a, PeerRow, want.peers + 1);
    page.refused = ARENA_ARRAY(a, Refused, want.refused + 1);
    LinkGateway *g = find_gateway(links_lock(), req_kernel(req), name);
    if (!g) {
        links_unlock();
        return FAIL(&req->ctx, RC_NOT_FOUND, "gateway.not_found", "没有接入方式 %.*s", "no gateway %.*s",
                    STR_ARG(name));
    }
    const LinkProtocol *p = g->protocol;
    JsonOut *o = res_json(req, res);
    jout_open(o);
    copy_page(o, g, &page, req->ctx.lang);
    links_unlock();
    write_copies(o, &page, p, req->ctx.lang);
    jout_close(o);
    return RC_OK;
}
