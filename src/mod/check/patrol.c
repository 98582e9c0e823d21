/* Patrol points: places with a code on the wall that somebody looks at every so many days. When a patrol is
 * due the program makes it, so that it waits on the station's desk; who scans the code does it, whether it is
 * due or not. What was not done in time stands open behind next_at, and its clock climbs. */
#include "check_private.h"
#include "mod_check_queries_sql.h"
#include "base/clock.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("巡查点编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 200, T("巡查点名称", "Name"),
     T("不填时随对象或单位", "as the object or enterprise when left out"), NULL, "basic", NULL},
    {"enterprise", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("单位", "Enterprise"), T("", ""),
     NULL, "place", NULL},
    {"object", F_REF, F_FILTER | F_INDEX, "objects", 0, 0, T("对象", "Object"), T("", ""), NULL, "place",
     NULL},
    {"district", F_REF, F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("网格或区划", "Cell or district"),
     T("不填时随单位的网格", "the enterprise's cell when left out"), NULL, "place", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("巡查单位", "Patrolled by"),
     T("网格站点、乡镇街道或企业", "a grid station, a town, an enterprise"), NULL, "contact", NULL},
    {"list", F_REF, F_REQUIRED | F_FILTER, "check-lists", 0, 0, T("检查表", "Check list"),
     T("须为已发布的检查表", "a published one"), NULL, "basic", NULL},
    {"cadence_days", F_INT, F_SORT | F_LIST, NULL, 0, 366, T("巡查间隔", "Every"),
     T("0 表示不定期", "0: at no fixed time"), "天", "timing", "7"},
    {"enabled", F_BOOL, F_FILTER, NULL, 0, 0, T("启用", "In force"), T("", ""), NULL, "basic", "true"},
    {"last_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("最近巡查", "Last patrol"), T("", ""),
     NULL, "timing", NULL},
    {"last_by", F_TEXT, RO, NULL, 0, 100, T("巡查人", "By"), T("", ""), NULL, "timing", NULL},
    {"last_distance", F_REAL, RO | F_FILTER, NULL, 0, 1e8, T("最近巡查距地点", "Distance last time"),
     T("", ""), "m", "timing", NULL},
    {"next_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("下次巡查", "Next patrol"),
     T("早于现在的为漏巡", "past: missed"), NULL, "timing", NULL},
    {"patrols", F_INT, RO | F_SORT, NULL, 0, 10000000, T("巡查次数", "Patrols"), T("", ""), NULL, "timing",
     "0"},
};

static void take(Record *rec, const char *name, const DbVal *v)
{
    if (rec_val(TE, rec, name)->type == DB_NULL) rec_set(TE, rec, name, *v);
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *object, *body;
    TRY(check_referred(w, OE, rec_i64(e, rec, "object"), &object));
    if (object) {
        take(rec, "enterprise", rec_val(OE, object, "owner"));
        take(rec, "name", rec_val(OE, object, "name"));
    }
    TRY(check_referred(w, BE, rec_i64(e, rec, "enterprise"), &body));
    if (body) {
        take(rec, "name", rec_val(BE, body, "name"));
        take(rec, "district", rec_val(BE, body, "grid"));
        if (!object) take(rec, "district", rec_val(BE, body, "district"));
    }
    if (object) take(rec, "district", rec_val(OE, object, "district"));
    if (!object && !body)
        FAIL_FIELD(w->ctx, "enterprise", "required", 0, "请填写单位或对象",
                   "fill in an enterprise or an object");
    if (!old || rec_i64(e, old, "list") != rec_i64(e, rec, "list"))
        (void)check_list_usable(w, rec_i64(e, rec, "list"), "list");
    return w->ctx->err.kind;
}

const Entity patrol_point_entity = {
    .name = "patrol-point",
    .plural = "patrol-points",
    .title = T("巡查点", "Patrol points"),
    .icon = T("", "place"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "check.read",
    .write_perm = "check.points",
    .code_field = "code",
    .title_field = "name",
    .sort = "next_at",
    .validate = validate,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body enterprise", .line = SCOPE_ANY_LINE},
};

/* ---- What is due ---- */

static Rc make(Work *w, const Record *point, Record **out)
{
    Record *rec = rec_new(w->ctx, CE);
    rec_set(CE, rec, "kind", db_val_z("patrol"));
    rec_set(CE, rec, "point", db_val_i64(point->id));
    rec_set(CE, rec, "list", *rec_val(TE, point, "list"));
    rec_set(CE, rec, "body", *rec_val(TE, point, "body"));
    *out = rec;
    return check_make(w, rec, TIME_NONE);
}

static Rc make_due(Work *w, int64_t id)
{
    Record *point, *list, *check;
    TRY(store_get(w, TE, id, &point));
    TRY(check_referred(w, LE, rec_i64(TE, point, "list"), &list));
    if (!list || !str_is(rec_text(LE, list, "state"), "published")) return 0; /* retired: the point waits */
    TRY(make(w, point, &check));
    if (rec_val(TE, point, "next_at")->type != DB_NULL) return 1;
    Record *old = rec_copy(w->ctx, TE, point);
    rec_set(TE, point, "next_at", *rec_val(CE, check, "due_at"));
    TRY(store_update(w, TE, old, point, "plan"));
    return 1;
}

Rc patrols_round(Work *w, int64_t *made)
{
    enum { MOST = 500 };
    DbCursor *c;
    Rc rc;
    int64_t ids[MOST];
    size_t n = 0;
    TRY(db_query(w->ctx, w->db, &q_patrol_points_due,
                 DB_ARGS(db_val_i64(civil_day_start(civil_day(w->now) + 1))), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < MOST) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (size_t i = 0; i < n; i++) {
        TRY(rc = make_due(w, ids[i]));
        *made += rc;
    }
    return RC_OK;
}

/* ---- Done ---- */

Rc patrol_done(Work *w, const Record *check)
{
    Record *point;
    TRY(store_get(w, TE, rec_i64(CE, check, "point"), &point));
    Record *old = rec_copy(w->ctx, TE, point);
    int64_t at = rec_time(CE, check, "done_at"), days = rec_i64(TE, point, "cadence_days");
    rec_set(TE, point, "last_at", db_val_i64(at));
    rec_set(TE, point, "last_by", *rec_val(CE, check, "done_by"));
    rec_set(TE, point, "last_distance", *rec_val(CE, check, "distance"));
    rec_set(TE, point, "patrols", db_val_i64(rec_i64(TE, point, "patrols") + 1));
    rec_set(TE, point, "next_at",
            days ? db_val_i64(civil_day_start(civil_day(at) + days + 1) - MS_SECOND) : db_val_null());
    return store_update(w, TE, old, point, "patrol");
}

/* ---- The code on the wall ---- */

static Rc by_code(Work *w, const Entity *e, Str code, Record **out)
{
    Rc rc = scope_find(w, e, str_printf(w->ctx->arena, "code:%.*s", STR_ARG(code)), out);
    if (rc <= 0) *out = NULL;
    return rc;
}

/* The point itself, or the one of the object or the enterprise that carries the code. 0: none in scope. */
static Rc find_point(Work *w, Str code, Record **out)
{
    DbCursor *c;
    Record *object, *body = NULL;
    Rc rc = by_code(w, TE, code, out);
    if (rc) return rc;
    rc = by_code(w, OE, code, &object);
    if (!rc) rc = by_code(w, BE, code, &body);
    if (rc <= 0) return rc;
    rc = db_query_one(w->ctx, w->db, &q_patrol_of_place,
                      DB_ARGS(db_val_i64(object ? object->id : 0), db_val_i64(body ? body->id : 0)), &c);
    if (rc <= 0) return rc;
    TRY(store_get(w, TE, db_i64(c, 0), out));
    return scope_of_record(w, TE, *out);
}

static Rc need_point(Req *req, Work *w, Record **out)
{
    Rc rc = find_point(w, req_param(req, "code"), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "patrol.none", "该地点没有巡查点",
                "there is no patrol point at this place");
}

static Rc open_check(Work *w, const Record *point, Record **out)
{
    DbCursor *c;
    *out = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_patrol_open, DB_ARGS(db_val_i64(point->id)), &c);
    if (rc <= 0) return rc;
    return store_get(w, CE, db_i64(c, 0), out);
}

static bool may_patrol(Work *w, const Record *point)
{
    const char *path = scope_body_path(w, rec_i64(TE, point, "body"));
    return path && scope_is_above(scope_of(w->who), path);
}

/* A place without a point is no error: its code leads to the report of a danger. */
Rc patrol_of_place(Req *req, Res *res)
{
    Work w;
    Record *point, *check = NULL;
    TRY(work_begin(req, false, &w));
    Rc rc = find_point(&w, req_param(req, "code"), &point);
    TRY(rc);
    if (rc) TRY(open_check(&w, point, &check));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "point");
    if (rc) TRY(store_write_json(&w, TE, point, out));
    else jout_null(out);
    jout_key(out, "check");
    if (check) jout_id(out, check->id);
    else jout_null(out);
    jout_kb(out, "may", rc && may_patrol(&w, point));
    jout_close(out);
    return RC_OK;
}

/* The patrol that waits, or a new one. */
Rc patrol_begin(Req *req, Res *res)
{
    Work w;
    Record *point, *check;
    TRY(work_begin(req, true, &w));
    TRY(need_point(req, &w, &point));
    if (!may_patrol(&w, point))
        return FAIL(w.ctx, RC_FORBIDDEN, "patrol.not_yours", "该点由其他单位巡查", "another body patrols it");
    TRY(open_check(&w, point, &check));
    bool made = !check;
    if (made) {
        Work program = check_program(&w);
        TRY(make(&program, point, &check));
    }
    TRY(work_commit(&w));
    res_status(res, made ? 201 : 200);
    return store_write_json(&w, CE, check, res_json(req, res));
}
