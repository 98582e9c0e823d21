/* Where a danger comes from. What a person does not fill in follows: the enterprise from the object, district
 * and industry from the enterprise, the line from object or industry, the title from what he wrote. Who found
 * it is kept apart from the record, because several may, and each is told of its end. */
#include "danger_private.h"
#include "kernel/number.h"
#include "mod_danger_queries_sql.h"
#include "base/id.h"

#define BE (&body_entity)
#define OE (&object_entity)

enum { TITLE_WORDS = 30, FINDERS_MOST = 100 };

Work danger_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

DbVal danger_who(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

DbVal danger_account(const Work *w)
{
    return w->who ? db_val_z(w->who->name) : db_val_null();
}

/* ---- What follows ---- */

static void take(Record *rec, const char *name, DbVal v)
{
    if (rec_val(DE, rec, name)->type == DB_NULL) rec_set(DE, rec, name, v);
}

/* A reference that a caller wrote is checked by the store; here it may still name nothing. */
static Rc referred(Work *w, const Entity *e, int64_t id, Record **out)
{
    *out = NULL;
    if (!id) return RC_OK;
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "%lld", (long long)id), out);
    return rc < 0 ? rc : RC_OK;
}

static Rc from_object(Work *w, Record *rec)
{
    Record *o;
    TRY(referred(w, OE, rec_i64(DE, rec, "object"), &o));
    if (!o) return RC_OK;
    take(rec, "enterprise", *rec_val(OE, o, "owner"));
    take(rec, "district", *rec_val(OE, o, "district"));
    take(rec, "line", *rec_val(OE, o, "field"));
    take(rec, "place", *rec_val(OE, o, "name"));
    if (rec_val(DE, rec, "lon")->type == DB_NULL && rec_val(DE, rec, "lat")->type == DB_NULL) {
        take(rec, "lon", *rec_val(OE, o, "lon"));
        take(rec, "lat", *rec_val(OE, o, "lat"));
    }
    return RC_OK;
}

static Rc from_enterprise(Work *w, Record *rec, Record **out)
{
    TRY(referred(w, BE, rec_i64(DE, rec, "enterprise"), out));
    if (!*out) return RC_OK;
    take(rec, "district", *rec_val(BE, *out, "district"));
    take(rec, "industry", *rec_val(BE, *out, "industry"));
    if (rec_val(DE, rec, "lon")->type == DB_NULL && rec_val(DE, rec, "lat")->type == DB_NULL) {
        take(rec, "lon", *rec_val(BE, *out, "lon"));
        take(rec, "lat", *rec_val(BE, *out, "lat"));
    }
    return RC_OK;
}

/* The industry's line of work, a member of its dictionary entry. */
static Rc from_industry(Work *w, Record *rec)
{
    DbCursor *c;
    const Json *extra;
    Ctx scratch;
    if (rec_val(DE, rec, "industry")->type == DB_NULL || rec_val(DE, rec, "line")->type != DB_NULL)
        return RC_OK;
    Rc rc = db_query_one(w->ctx, w->db, &q_danger_industry, DB_ARGS(*rec_val(DE, rec, "industry")), &c);
    if (rc <= 0 || db_is_null(c, 0)) return rc < 0 ? rc : RC_OK;
    ctx_init(&scratch, w->ctx->arena, w->ctx->lang);
    if (json_parse(&scratch, db_str_copy(w->ctx, c, 0), &extra) < 0) return RC_OK;
    Str line = json_str(json_get(extra, "line"));
    if (dict_has(w->kernel, "field", line)) rec_set(DE, rec, "line", db_val_text(line));
    return RC_OK;
}

/* The first code points of a text, up to its first line. */
static Str first_words(Str s, size_t most)
{
    Str line = str_cut(&s, '\n');
    size_t at = 0;
    for (; at < line.n; at++)
        if (((unsigned char)line.p[at] & 0xC0) != 0x80 && most-- == 0) break;
    return str_trim(str_n(line.p, at));
}

static void make_title(Work *w, Record *rec, const Record *enterprise)
{
    Str words = first_words(rec_text(DE, rec, "description"), TITLE_WORDS);
    Str who = enterprise ? rec_text(BE, enterprise, "name") : rec_text(DE, rec, "place");
    if (rec_val(DE, rec, "title")->type != DB_NULL || !words.n) return;
    Str title = who.n ? str_printf(w->ctx->arena, "%.*s：%.*s", STR_ARG(who), STR_ARG(words)) : words;
    rec_set(DE, rec, "title", db_val_text(first_words(title, 120)));
}

Rc danger_derive(Work *w, Record *rec)
{
    Record *enterprise;
    TRY(from_object(w, rec));
    TRY(from_enterprise(w, rec, &enterprise));
    TRY(from_industry(w, rec));
    make_title(w, rec, enterprise);
    return RC_OK;
}

/* ---- Who is in charge ---- */

Rc danger_handler(Work *w, const Record *rec, int64_t *out)
{
    DbCursor *c;
    *out = 0;
    const char *path = scope_district_path(w, rec_i64(DE, rec, "district"));
    if (!path) return RC_OK;
    Str line = rec_text(DE, rec, "line");
    Rc rc = db_query_one(w->ctx, w->db, &q_danger_handler,
                         DB_ARGS(db_val_z(path), db_val_text(line.n ? line : STR("-"))), &c);
    if (rc <= 0) return rc;
    *out = db_i64(c, 0);
    db_close(&c);
    return RC_OK;
}

Rc danger_body_above(Work *w, int64_t body, int64_t *out)
{
    Record *b;
    *out = 0;
    TRY(referred(w, BE, body, &b));
    if (b) *out = rec_i64(BE, b, "parent");
    return RC_OK;
}

/* Does his district contain the danger's? */
static bool in_his_district(Work *w, const Record *rec)
{
    const char *his = scope_of(w->who)->path, *path = scope_district_path(w, rec_i64(DE, rec, "district"));
    return !his || (path && str_starts(str_of(path), str_of(his)));
}

/* An officer who may order is in charge of what he found in his district; what others found, or he elsewhere,
 * goes by its place. */
static Rc choose_handler(Work *w, const Record *rec, int64_t *out)
{
    *out = rec_i64(DE, rec, "handler");
    if (*out) return RC_OK;
    bool officer = w->who && perm_has(w->who, "danger.order") && in_his_district(w, rec);
    *out = officer ? scope_of(w->who)->body : 0;
    return *out ? RC_OK : danger_handler(w, rec, out);
}

/* ---- Finders ---- */

Rc danger_found_by(Work *w, int64_t danger, Str source, Str words)
{
    DbCursor *c;
    int64_t user = w->who && !w->who->is_token ? w->who->user_id : 0;
    int64_t body = w->who ? scope_of(w->who)->body : 0;
    if (user) {
        Rc known = db_query_one(w->ctx, w->db, &q_danger_finder_known,
                                DB_ARGS(db_val_i64(danger), db_val_i64(user)), &c);
        if (known < 0) return known;
        if (known)
            return FAIL(w->ctx, RC_CONFLICT, "danger.found_already", "您已上报过该隐患",
                        "you have reported it already");
    }
    DbVal name = danger_who(w);
    if (name.type == DB_NULL) name = db_val_z("安澜");
    Rc rc = db_exec(w->ctx, w->db, &q_danger_finder_add,
                    DB_ARGS(db_val_i64(id_new()), db_val_i64(danger), db_val_id(user), db_val_id(body), name,
                            db_val_text(source), words.n ? db_val_text(words) : db_val_null(),
                            db_val_i64(w->now)));
    if (rc < 0 || !body) return rc < 0 ? rc : RC_OK;
    return matter_party(w, danger, body, "finder");
}

Rc danger_found_again(Work *w, Record *danger, Str source, Str words)
{
    DbCursor *c;
    int64_t user = w->who && !w->who->is_token ? w->who->user_id : 0;
    Rc known = 0;
    if (user)
        known = db_query_one(w->ctx, w->db, &q_danger_finder_known,
                             DB_ARGS(db_val_i64(danger->id), db_val_i64(user)), &c);
    if (known) return known < 0 ? known : RC_OK;
    TRY(danger_found_by(w, danger->id, source, words));
    Work program = danger_program(w);
    Record *old = rec_copy(w->ctx, DE, danger);
    rec_set(DE, danger, "finders", db_val_i64(rec_i64(DE, danger, "finders") + 1));
    return store_update(&program, DE, old, danger, "join");
}

Rc danger_finders_move(Work *w, const Record *from, Record *into)
{
    DbCursor *c;
    Rc rc;
    int64_t bodies[FINDERS_MOST];
    size_t n = 0;
    TRY(db_exec(w->ctx, w->db, &q_danger_finder_move, DB_ARGS(db_val_i64(into->id), db_val_i64(from->id))));
    TRY(db_query(w->ctx, w->db, &q_danger_finder_bodies, DB_ARGS(db_val_i64(into->id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < FINDERS_MOST) bodies[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++) TRY(matter_party(w, into->id, bodies[i], "finder"));
    rc = db_query_one(w->ctx, w->db, &q_danger_finder_count, DB_ARGS(db_val_i64(into->id)), &c);
    TRY(rc);
    Work program = danger_program(w);
    Record *old = rec_copy(w->ctx, DE, into);
    rec_set(DE, into, "finders", db_val_i64(db_i64(c, 0)));
    return store_update(&program, DE, old, into, "change");
}

Rc danger_tell_finders(Work *w, const Record *rec, const char *zh)
{
    DbCursor *c;
    Rc rc;
    int64_t users[FINDERS_MOST];
    size_t n = 0;
    TRY(db_query(w->ctx, w->db, &q_danger_finder_list, DB_ARGS(db_val_i64(rec->id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < FINDERS_MOST)
        if (!db_is_null(c, 0)) users[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++)
        TRY(notice_send(w, &(Notice){.user = users[i],
                                     .kind = "info",
                                     .title = str_printf(w->ctx->arena, "%s：%.*s", zh,
                                                         STR_ARG(rec_text(DE, rec, "title"))),
                                     .text = rec_text(DE, rec, "code"),
                                     .entity = DE,
                                     .record_id = rec->id}));
    return RC_OK;
}

/* ---- Making one ---- */

/* An enterprise reports its own; its finding is its own order. */
static Rc check_own(Work *w, const Record *rec, bool *own)
{
    *own = w->who && !perm_has(w->who, "danger.order") && perm_has(w->who, "danger.rectify");
    if (!*own) return RC_OK;
    const char *path = scope_body_path(w, rec_i64(DE, rec, "enterprise"));
    if (path && scope_is_above(scope_of(w->who), path)) return RC_OK;
    return FAIL_FIELD(w->ctx, "enterprise", "scope", 0, "企业只能上报本单位的隐患",
                      "an enterprise reports its own dangers");
}

Rc danger_make(Work *w, Record *rec)
{
    Str code;
    int64_t handler;
    bool own;
    if (w->who && perm_has(w->who, "danger.rectify") && !perm_has(w->who, "danger.order"))
        take(rec, "enterprise", db_val_id(scope_of(w->who)->body));
    TRY(danger_derive(w, rec));
    TRY(check_own(w, rec, &own));
    take(rec, "source", db_val_z(own ? "self" : "inspection"));
    TRY(choose_handler(w, rec, &handler));
    TRY(number_of_day(w, 'H', &code));
    rec_set(DE, rec, "code", db_val_text(code));
    rec_set(DE, rec, "handler", db_val_id(handler));
    rec_set(DE, rec, "reported_by", danger_who(w));
    rec_set(DE, rec, "found_at", db_val_i64(w->now));
    rec_set(DE, rec, "finders", db_val_i64(1));
    TRY(store_insert(w, DE, rec));
    TRY(danger_found_by(w, rec->id, rec_text(DE, rec, "source"), STR_NONE));
    if (!own) return RC_OK;
    Work program = danger_program(w);
    return flow_do(&program, DE, rec, "open", NULL);
}
