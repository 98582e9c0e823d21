/* Evidence: files attached to a record. The caller needs the record's read permission and scope to see them,
 * and something to do with it (to change it, or to act on it) to add one; a matter that has ended takes none.
 * A file is reached through a record that holds it and never by its hash alone. Nothing is ever detached:
 * evidence that turned out wrong gets another file and a word beside it.
 *
 * What the caller says about place and time is kept as said: what his device knew (taken_at, lon, lat) and,
 * apart from it, what the picture itself says (shot_…). A photo that was marked, which is made anew and made
 * smaller, is followed by the original it was made from: that one names the marked file (of), hangs on the
 * same record, and is no file more in any count. */
#include "notice/evidence.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/num.h"
#include "flow/flow_int.h"
#include "kernel/flow.h"
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "kernel_evidence_sql.h"
#include "kernel_int.h"
#include "record/routes.h"
#include <fcntl.h>
#include <stdio.h>

typedef struct Spot {
    bool known;
    double lon, lat;
} Spot;

typedef struct Said {
    Str name, note, of;
    int64_t taken_at, shot_at;
    Spot place, shot;
} Said;

bool evidence_wanted(const Entity *e)
{
    return e->evidence || e->flow;
}

Rc evidence_count(Work *w, const Entity *e, int64_t record_id, int64_t since, int64_t *out)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    TRY(db_query_one(w->ctx, db, &q_evidence_count,
                     DB_ARGS(db_val_z(e->plural), db_val_i64(record_id), db_val_i64(since)), &c));
    *out = db_i64(c, Q_EVIDENCE_COUNT_N);
    db_close(&c);
    return 0;
}

/* ---- What the caller says about a file ---- */

static void read_place(Req *req, const char *lon_name, const char *lat_name, Spot *place)
{
    Ctx *ctx = &req->ctx;
    Str lon = req_query(req, lon_name), lat = req_query(req, lat_name);
    if (!lon.n && !lat.n) return;
    place->known = true;
    if (!num_parse_f64(lon, false, &place->lon) || place->lon < -180 || place->lon > 180)
        FAIL_FIELD(ctx, lon_name, "range", 0, "经度应在 -180 到 180 之间",
                   "lon must lie between -180 and 180");
    if (!num_parse_f64(lat, false, &place->lat) || place->lat < -90 || place->lat > 90)
        FAIL_FIELD(ctx, lat_name, "range", 0, "纬度应在 -90 到 90 之间", "lat must lie between -90 and 90");
}

static void read_time(Req *req, const char *name, int64_t *out)
{
    Str said = req_query(req, name);
    if (said.n && (!time_parse(said, true, out) || *out > req->t + MS_DAY))
        FAIL_FIELD(&req->ctx, name, "time", 0, "拍摄时间有误", "%s is no time, or lies ahead", name);
}

static void read_texts(Req *req, Said *said)
{
    Ctx *ctx = &req->ctx;
    said->name = req_query(req, "name");
    said->note = str_trim(req_query(req, "note"));
    if (said->note.n && str_utf8_len(said->note) > EVIDENCE_NOTE_MAX)
        FAIL_FIELD(ctx, "note", "length", 0, "说明不能超过 %d 个字", "note must not exceed %d characters",
                   EVIDENCE_NOTE_MAX);
}

static Rc read_said(Req *req, Said *said)
{
    static const char *const known[] = {"name", "note",    "taken_at", "lon",      "lat",
                                        "of",   "shot_at", "shot_lon", "shot_lat", NULL};
    TRY(query_only(req, known));
    *said = (Said){.taken_at = TIME_NONE, .shot_at = TIME_NONE, .of = req_query(req, "of")};
    read_texts(req, said);
    read_time(req, "taken_at", &said->taken_at);
    read_time(req, "shot_at", &said->shot_at);
    read_place(req, "lon", "lat", &said->place);
    read_place(req, "shot_lon", "shot_lat", &said->shot);
    if (said->of.n && !evidence_hash_ok(said->of))
        FAIL_FIELD(&req->ctx, "of", "hash", 0, "应为本记录附件的 SHA-256",
                   "the SHA-256 of a file of this record");
    return req->ctx.err.kind;
}

static bool type_allowed(const Kernel *k, const EvidenceType *type)
{
    Str list = str_of(k->evidence_kinds);
    while (list.n)
        if (str_is(str_cut(&list, ' '), type->code)) return true;
    return false;
}

static Rc check_content(Req *req, Str content, const EvidenceType **type)
{
    Ctx *ctx = &req->ctx;
    const Kernel *k = req_kernel(req);
    if (!content.n) return FAIL(ctx, RC_INVALID, "evidence.empty", "文件是空的", "the file is empty");
    if (content.n > k->evidence_max)
        return FAIL(ctx, RC_TOO_LARGE, "evidence.too_large", "文件超过 %zu MB 的上限，请压缩或分段后再传",
                    "the file exceeds the limit of %zu MB", k->evidence_max >> 20);
    *type = evidence_type_of(content);
    if (*type && type_allowed(k, *type)) return 0;
    return FAIL(ctx, RC_MEDIA, "evidence.type", "不接收这种文件；可用的有 %s",
                "files of this kind are not taken; these are: %s", k->evidence_kinds);
}

/* ---- May it be attached? ---- */

static bool may_attach(const Principal *who, const Entity *e)
{
    if (e->write_perm && perm_has(who, e->write_perm)) return true;
    for (size_t i = 0; i < e->nactions; i++)
        if (perm_has(who, e->actions[i].perm)) return true;
    for (size_t i = 0; e->flow && i < e->flow->nmoves; i++)
        if (!(e->flow->moves[i].flags & FLOW_PROGRAM) && perm_has(who, e->flow->moves[i].perm)) return true;
    return false;
}

static bool has_ended(const Entity *e, const Record *rec)
{
    if (rec->archived_at != TIME_NONE) return true;
    if (!e->flow) return false;
    Str state = rec_text(e, rec, e->flow->state);
    for (size_t i = 0; i < e->flow->nstates; i++)
        if (str_is(state, e->flow->states[i].name)) return e->flow->states[i].flags & STATE_FINAL;
    return false;
}

/* The record in the caller's scope, and his right to add to it. */
static Rc open_record(Work *w, Req *req, const Entity *e, Record **rec)
{
    TRY(route_record(w, req, e, rec));
    if (!may_attach(w->who, e))
        return FAIL(w->ctx, RC_FORBIDDEN, "permission.denied", "没有为“%s”添加附件的权限",
                    "no permission to attach files to: %s", text_in(e->title, w->ctx->lang));
    if (has_ended(e, *rec))
        return FAIL(w->ctx, RC_STATE, "evidence.ended", "已办结或归档，不能再添加附件",
                    "it has ended or is archived and takes no more files");
    return 0;
}

/* ---- Answers ---- */

typedef struct Kept {
    Str hash, name, type, note, of, who;
    int64_t size, taken_at, shot_at, t;
    Spot place, shot;
} Kept;

static Spot spot_of(const DbCursor *c, int lon, int lat)
{
    if (db_is_null(c, lon) || db_is_null(c, lat)) return (Spot){0};
    return (Spot){true, db_f64(c, lon), db_f64(c, lat)};
}

static DbVal spot_lon(Spot s)
{
    return s.known ? db_val_f64(s.lon) : db_val_null();
}

static DbVal spot_lat(Spot s)
{
    return s.known ? db_val_f64(s.lat) : db_val_null();
}

static Kept kept_of(Ctx *ctx, const DbCursor *c)
{
    return (Kept){.hash = db_str_copy(ctx, c, Q_EVIDENCE_LIST_HASH),
                  .name = db_str_copy(ctx, c, Q_EVIDENCE_LIST_NAME),
                  .type = db_str_copy(ctx, c, Q_EVIDENCE_LIST_TYPE),
                  .note = db_str_copy(ctx, c, Q_EVIDENCE_LIST_NOTE),
                  .who = db_str_copy(ctx, c, Q_EVIDENCE_LIST_WHO),
                  .size = db_i64(c, Q_EVIDENCE_LIST_SIZE),
                  .taken_at = db_time(c, Q_EVIDENCE_LIST_TAKEN_AT),
                  .t = db_i64(c, Q_EVIDENCE_LIST_T),
                  .of = db_str_copy(ctx, c, Q_EVIDENCE_LIST_OF_HASH),
                  .shot_at = db_time(c, Q_EVIDENCE_LIST_SHOT_AT),
                  .place = spot_of(c, Q_EVIDENCE_LIST_LON, Q_EVIDENCE_LIST_LAT),
                  .shot = spot_of(c, Q_EVIDENCE_LIST_SHOT_LON, Q_EVIDENCE_LIST_SHOT_LAT)};
}

/* The columns of evidence_find and evidence_list are the same. */
_Static_assert((int)Q_EVIDENCE_FIND_T == (int)Q_EVIDENCE_LIST_T, "one row, two queries");

static Rc find_kept(Work *w, const Entity *e, int64_t id, Str hash, Kept *out)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, &q_evidence_find,
                         DB_ARGS(db_val_z(e->plural), db_val_i64(id), db_val_text(hash)), &c);
    if (rc <= 0) return rc;
    *out = kept_of(w->ctx, c);
    db_close(&c);
    return 1;
}

static void write_kept(const Kept *f, JsonOut *o)
{
    const EvidenceType *type = evidence_type_named(f->type);
    jout_open(o);
    jout_ks(o, "hash", f->hash);
    jout_ks(o, "name", f->name);
    jout_ks(o, "kind", f->type);
    jout_kz(o, "type", type ? type->mime : "application/octet-stream");
    jout_kb(o, "shown", type && type->shown);
    jout_ki(o, "size", f->size);
    if (f->note.n) jout_ks(o, "note", f->note);
    if (f->taken_at != TIME_NONE) jout_kt(o, "taken_at", f->taken_at);
    if (f->place.known) {
        jout_kf(o, "lon", f->place.lon);
        jout_kf(o, "lat", f->place.lat);
    }
    if (f->shot_at != TIME_NONE) jout_kt(o, "shot_at", f->shot_at);
    if (f->shot.known) {
        jout_kf(o, "shot_lon", f->shot.lon);
        jout_kf(o, "shot_lat", f->shot.lat);
    }
    if (f->of.n) jout_ks(o, "of", f->of);
    jout_ks(o, "by", f->who);
    jout_kt(o, "at", f->t);
    jout_close(o);
}

static const char *name_of(const Principal *who)
{
    if (!who) return "program";
    return who->full_name && *who->full_name ? who->full_name : who->name;
}

static Rc insert_row(Work *w, const Entity *e, int64_t record_id, const Kept *f)
{
    matter_forget(w);
    Rc rc =
        db_exec(w->ctx, w->db, &q_evidence_add,
                DB_ARGS(db_val_i64(id_new()), db_val_z(e->plural), db_val_i64(record_id),
                        db_val_text(f->hash), db_val_text(f->name), db_val_text(f->type), db_val_i64(f->size),
                        f->note.n ? db_val_text(f->note) : db_val_null(), db_val_time(f->taken_at),
                        spot_lon(f->place), spot_lat(f->place), f->of.n ? db_val_text(f->of) : db_val_null(),
                        db_val_time(f->shot_at), spot_lon(f->shot), spot_lat(f->shot),
                        db_val_i64(w->who ? w->who->user_id : 0), db_val_text(f->who), db_val_i64(f->t)));
    return rc < 0 ? rc : 0;
}

static Rc record_attached(Work *w, const Entity *e, const Record *rec, const Kept *f)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_key(&o, "file"); /* a level down: its members are no fields of the record */
    write_kept(f, &o);
    jout_close(&o);
    TRY(insert_row(w, e, rec->id, f));
    TRY(ledger_add(w, e->plural, rec->id, "attach", STR_NONE, buf_str(&b)));
    return outbox_add_record(w, e, rec, "attach");
}

/* An original comes after the file that was made from it, on the same record. */
static Rc check_of(Work *w, const Entity *e, const Record *rec, const Kept *f)
{
    Kept marked;
    if (!f->of.n) return 0;
    Rc rc = find_kept(w, e, rec->id, f->of, &marked);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL_FIELD(w->ctx, "of", "unknown", 0, "本记录没有这个附件", "the record holds no such file");
}

/* The same file again is answered with what is there: a repeated upload does no harm. */
static Rc attach(Work *w, Req *req, Res *res, Kept *f)
{
    const Entity *e = route_entity(req);
    Record *rec;
    TRY(open_record(w, req, e, &rec));
    f->t = w->now;
    Rc there = find_kept(w, e, rec->id, f->hash, f);
    TRY(there);
    if (!there) TRY(check_of(w, e, rec, f));
    if (!there) TRY(record_attached(w, e, rec, f));
    res_status(res, there ? 200 : 201);
    write_kept(f, res_json(req, res));
    return 0;
}

Rc evidence_add(Work *w, const Entity *e, const Record *rec, Str name, Str content)
{
    const EvidenceType *type = evidence_type_of(content);
    const char *hash;
    if (!type)
        return FAIL(w->ctx, RC_MEDIA, "evidence.type", "无法识别的文件类型", "the kind of file is not known");
    TRY(evidence_put(w->ctx, w->kernel, content, &hash));
    Kept f = {.hash = str_of(hash),
              .name = evidence_name(w->ctx->arena, name, type),
              .type = str_of(type->code),
              .who = str_of(name_of(w->who)),
              .size = (int64_t)content.n,
              .taken_at = w->now,
              .shot_at = TIME_NONE,
              .t = w->now};
    Rc there = find_kept(w, e, rec->id, f.hash, &f);
    if (there) return there < 0 ? there : 0;
    return record_attached(w, e, rec, &f);
}

Rc evidence_attach_route(Req *req, Res *res)
{
    Said said;
    Work w;
    Record *rec;
    Str form_name, content;
    const EvidenceType *type;
    TRY(read_said(req, &said));
    TRY(work_begin(req, false, &w)); /* nothing is written for who may not */
    TRY(open_record(&w, req, route_entity(req), &rec));
    work_abort(&w);
    TRY(req_file(req, &form_name, &content));
    TRY(check_content(req, content, &type));
    if (!said.name.n) said.name = str_utf8_ok(form_name) ? form_name : STR_NONE;
    const char *hash;
    TRY(evidence_put(&req->ctx, req_kernel(req), content, &hash));
    Kept f = {.hash = str_of(hash),
              .name = evidence_name(req->ctx.arena, said.name, type),
              .type = str_of(type->code),
              .note = said.note,
              .who = str_of(name_of(req->who)),
              .size = (int64_t)content.n,
              .of = said.of,
              .taken_at = said.taken_at,
              .shot_at = said.shot_at,
              .place = said.place,
              .shot = said.shot};
    TRY(work_begin(req, true, &w));
    TRY(attach(&w, req, res, &f));
    return work_commit(&w);
}

/* ---- By the program ---- */

static Rc fail_absent(Ctx *ctx)
{
    return FAIL(ctx, RC_NOT_FOUND, "file.absent", "文件不存在或已过期",
                "the file does not exist or has expired");
}

Rc evidence_keep(Work *w, const Entity *e, const Record *rec, Str name, Str content, const char **hash)
{
    Ctx *ctx = w->ctx;
    const EvidenceType *type = evidence_type_of(content);
    if (!type)
        return FAIL(ctx, RC_MEDIA, "evidence.type", "无法识别的文件类型", "the kind of file is not known");
    if (content.n > EVIDENCE_MAX)
        return FAIL(ctx, RC_TOO_LARGE, "evidence.too_large", "文件超过 %u MB 的上限",
                    "the file exceeds the limit of %u MB", EVIDENCE_MAX >> 20);
    TRY(evidence_put(ctx, w->kernel, content, hash));
    Kept f = {.hash = str_of(*hash),
              .name = evidence_name(ctx->arena, name, type),
              .type = str_of(type->code),
              .who = str_of(name_of(w->who)),
              .size = (int64_t)content.n,
              .taken_at = TIME_NONE,
              .shot_at = TIME_NONE,
              .t = w->now};
    return record_attached(w, e, rec, &f);
}

Rc evidence_load(Work *w, const Entity *e, int64_t record_id, Str hash, Str *content)
{
    Kept f;
    Rc rc = evidence_hash_ok(hash) ? find_kept(w, e, record_id, hash, &f) : 0;
    TRY(rc);
    const char *path = rc ? evidence_path(w->ctx->arena, w->kernel, hash) : NULL;
    FILE *file = path ? fopen(path, "rbe") : NULL;
    if (!file) return fail_absent(w->ctx);
    char *p = arena_alloc(w->ctx->arena, (size_t)f.size + 1);
    *content = str_n(p, fread(p, 1, (size_t)f.size, file));
    fclose(file);
    return content->n == (size_t)f.size ? 0 : fail_absent(w->ctx);
}

static Rc write_list(Work *w, const Entity *e, const Record *rec, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, &q_evidence_list, DB_ARGS(db_val_z(e->plural), db_val_i64(rec->id)), &c));
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) {
        Kept f = kept_of(w->ctx, c);
        write_kept(&f, o);
    }
    jout_close_array(o);
    jout_kb(o, "editable", may_attach(w->who, e) && !has_ended(e, rec));
    jout_close(o);
    db_close(&c);
    return rc;
}

Rc evidence_list_route(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    TRY(query_only(req, known));
    Work w;
    Record *rec;
    TRY(work_begin(req, false, &w));
    TRY(route_record(&w, req, route_entity(req), &rec));
    TRY(write_list(&w, route_entity(req), rec, res_json(req, res)));
    return work_commit(&w);
}

/* ---- Sending ---- */

static void close_file(void *f)
{
    fclose(f);
}

static long pull(void *ud, char *buf, size_t max)
{
    FILE *f = ud;
    size_t n = fread(buf, 1, max, f);
    return n == 0 && ferror(f) ? -1 : (long)n;
}

/* Pictures and PDFs may be shown in place, everything else is a download. The type is the one found in the
 * content, and browsers are told not to guess another (nosniff, on every answer). */
static Rc send_file(Req *req, Res *res, const Kept *f)
{
    Ctx *ctx = &req->ctx;
    const EvidenceType *type = evidence_type_named(f->type);
    const char *path = evidence_path(ctx->arena, req_kernel(req), f->hash);
    FILE *file = fopen(path, "rbe");
    if (!file) {
        Rc rc = FAIL(ctx, RC_IO, "evidence.lost", "文件未能读出，请告知系统管理员",
                     "the file could not be read, tell the system administrator");
        ctx_cause(ctx, "%s", path);
        return rc;
    }
    arena_defer(ctx->arena, close_file, file);
    bool shown = type && type->shown && !str_is(req_query(req, "download"), "true");
    (shown ? res_inline : res_attachment)(req, res, str_z(ctx->arena, f->name));
    res_header(res, "Cache-Control", "private, max-age=86400, immutable");
    res_header(res, "ETag", arena_printf(ctx->arena, "\"%.*s\"", STR_ARG(f->hash)));
    res_stream(res, type ? type->mime : "application/octet-stream", pull, file);
    return 0;
}

Rc evidence_send_route(Req *req, Res *res)
{
    static const char *const known[] = {"download", NULL};
    TRY(query_only(req, known));
    Str hash = req_param(req, "hash");
    if (!evidence_hash_ok(hash)) return fail_absent(&req->ctx);
    Work w;
    Record *rec;
    Kept f;
    TRY(work_begin(req, false, &w));
    TRY(route_record(&w, req, route_entity(req), &rec));
    Rc rc = find_kept(&w, route_entity(req), rec->id, hash, &f);
    TRY(rc);
    if (!rc) return fail_absent(&req->ctx);
    TRY(work_commit(&w));
    return send_file(req, res, &f);
}
