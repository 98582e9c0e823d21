/* unclaimed.bin: the table of unclaimed sources, so that a restart does not lose the suggestions on the
 * screen. */
#include "base/log.h"
#include "unclaimed.h"
#include "wire.h"
#include "wire_file.h"

#define FILE_NAME "unclaimed.bin"
static const char magic[8] = "ANLUNCL1";

static void put_one(void *ud, const Unclaimed *u)
{
    StrBuf *b = ud;
    wire_add(b, u->key.n, 2);
    buf_add(b, u->key);
    wire_add(b, u->sender.n, 2);
    buf_add(b, u->sender);
    wire_add(b, u->count, 8);
    wire_add_f64(b, u->last_v);
    wire_add(b, (uint64_t)u->first_t, 8);
    wire_add(b, (uint64_t)u->last_t, 8);
}

Rc unclaimed_save(Ctx *ctx, UnclaimedTable *t, const char *dir)
{
    StrBuf b;
    buf_init(&b, ctx->arena);
    buf_add(&b, str_n(magic, sizeof magic));
    unclaimed_each(t, put_one, &b);
    wire_seal(&b);
    return wire_write_file(ctx, dir, FILE_NAME, buf_str(&b));
}

static bool read_one(WireIn *w, Unclaimed *u)
{
    u->key = wire_get_bytes(w, wire_get(w, 2));
    u->sender = wire_get_bytes(w, wire_get(w, 2));
    u->count = wire_get(w, 8);
    u->last_v = wire_get_f64(w);
    u->first_t = (int64_t)wire_get(w, 8);
    u->last_t = (int64_t)wire_get(w, 8);
    return !w->bad && u->key.n > 0 && u->key.n <= UNCLAIMED_KEY_MAX;
}

void unclaimed_load(Ctx *ctx, UnclaimedTable *t, const char *dir)
{
    Str s = STR_NONE;
    Rc rc = wire_read_file(ctx, dir, FILE_NAME, magic, &s);
    if (rc < 0) {
        if (rc != RC_NOT_FOUND) log_err(LOG_WARN, "intake", ctx);
        ctx_clear(ctx);
        return;
    }
    WireIn w = wire_in(s);
    Unclaimed u;
    while (w.p < w.end && read_one(&w, &u)) unclaimed_restore(t, &u);
}
