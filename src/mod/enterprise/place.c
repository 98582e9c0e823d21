/* A code on a wall, /q/{code}: the object, the enterprise or the point that carries it. Who scans it gets
 * what a report needs: the place, whose it is and where it lies. A place outside the caller's scope is absent
 * for him, as everywhere. */
#include "enterprise_private.h"
#include "mod/object.h"

#define OE (&object_entity)

typedef struct Found {
    const Entity *e;
    Record *rec, *object, *enterprise;
} Found;

static Rc by_code(Work *w, const Entity *e, Str code, Record **out)
{
    *out = NULL;
    if (!e) return 0;
    return scope_find(w, e, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code)), out);
}

static Rc referred(Work *w, const Entity *e, int64_t id, Record **out)
{
    *out = NULL;
    if (!id) return RC_OK;
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "%lld", (long long)id), out);
    return rc < 0 ? rc : RC_OK;
}

static Rc find(Work *w, Str code, Found *f)
{
    const Entity *points = kernel_entity(w->kernel, "points");
    const Entity *const order[] = {OE, BE, points};
    *f = (Found){0};
    for (size_t i = 0; i < ARRAY_LEN(order) && !f->rec; i++) {
        Rc rc = by_code(w, order[i], code, &f->rec);
        if (rc < 0) return rc;
        if (rc > 0) f->e = order[i];
        else f->rec = NULL;
    }
    if (!f->rec)
        return FAIL(w->ctx, RC_NOT_FOUND, "place.not_found", "没有这个地点", "there is no such place");
    if (f->e == OE) f->object = f->rec;
    else if (f->e == points) TRY(referred(w, OE, rec_i64(points, f->rec, "object"), &f->object));
    if (f->e == BE) f->enterprise = f->rec;
    else if (f->object) TRY(referred(w, BE, rec_i64(OE, f->object, "owner"), &f->enterprise));
    return RC_OK;
}

static void write_named(JsonOut *out, const char *key, const Entity *e, const Record *rec)
{
    jout_key(out, key);
    if (!rec) {
        jout_null(out);
        return;
    }
    jout_open(out);
    jout_ks(out, "code", rec_text(e, rec, "code"));
    jout_ks(out, "title", rec_text(e, rec, "name"));
    jout_close(out);
}

static void write_degrees(JsonOut *out, const char *key, const Found *f)
{
    const Entity *e = f->object ? OE : BE;
    const Record *rec = f->object ? f->object : f->enterprise;
    jout_key(out, key);
    if (rec && rec_val(e, rec, key)->type != DB_NULL) jout_f64(out, rec_f64(e, rec, key));
    else jout_null(out);
}

Rc place_of_code(Req *req, Res *res)
{
    Work w;
    Found f;
    TRY(work_begin(req, false, &w));
    TRY(find(&w, req_param(req, "code"), &f));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "plural", f.e->plural);
    jout_kid(out, "id", f.rec->id);
    jout_ks(out, "code", rec_text(f.e, f.rec, "code"));
    jout_ks(out, "title", rec_text(f.e, f.rec, "name"));
    write_degrees(out, "lon", &f);
    write_degrees(out, "lat", &f);
    write_named(out, "enterprise", BE, f.enterprise);
    write_named(out, "object", OE, f.object);
    jout_ks(out, "industry", f.enterprise ? rec_text(BE, f.enterprise, "industry") : STR_NONE);
    jout_close(out);
    return RC_OK;
}

/* ?base=: the address under which telephones reach the program; the page fills it in. */
Rc place_qr(Req *req, Res *res)
{
    Work w;
    Found f;
    Str base = req_query(req, "base");
    if (base.n > 200 || (!str_starts(base, STR("https://")) && !str_starts(base, STR("http://"))))
        return FAIL_FIELD(&req->ctx, "base", "format", 0, "须为 http 或 https 地址",
                          "must be an http or https address");
    TRY(work_begin(req, false, &w));
    TRY(find(&w, req_param(req, "code"), &f));
    const char *svg = qr_svg(req->ctx.arena, arena_printf(req->ctx.arena, "%.*s/q/%.*s", STR_ARG(base),
                                                          STR_ARG(rec_text(f.e, f.rec, "code"))));
    if (!svg)
        return FAIL(&req->ctx, RC_TOO_LARGE, "qr.size", "内容过长，不能生成二维码", "too long for a QR code");
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_kz(out, "svg", svg);
    jout_close(out);
    return RC_OK;
}
