/* The slice's tables and its one action: claim, which makes the source a point that carries the source's key.
 */
#include "source_private.h"
#include "mod_source_migrations.h"
#include "mod_source_queries_sql.h"
#include "mod/point.h"

#define RO           F_READONLY
#define SENDERS_MOST 1000

static const Field fields[] = {
    {"key", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SEARCH | F_SORT | F_LIST, NULL, 1, 1000, T("来源", "Source"),
     T("", ""), NULL, NULL, NULL},
    {"sender", F_TEXT, RO | F_FILTER | F_SEARCH | F_LIST, NULL, 0, 200, T("发送方", "Sender"), T("", ""),
     NULL, NULL, NULL},
    {"count", F_INT, RO | F_SORT | F_LIST, NULL, 0, 0, T("读数条数", "Readings"), T("", ""), NULL, NULL,
     NULL},
    {"last_value", F_REAL, RO | F_LIST, NULL, 0, 0, T("最新值", "Last value"), T("", ""), NULL, NULL, NULL},
    {"first_seen", F_TIME, RO | F_SORT | F_LIST, NULL, 0, 0, T("首次出现", "First seen"), T("", ""), NULL,
     NULL, NULL},
    {"last_seen", F_TIME, RO | F_SORT | F_LIST | F_FILTER, NULL, 0, 0, T("最近出现", "Last seen"), T("", ""),
     NULL, NULL, NULL},
};

static const Field claim_params[] = {
    {"code", F_TEXT, F_REQUIRED, NULL, 1, 64, T("测点编号", "Point code"), T("", ""), NULL, NULL, NULL},
    {"name", F_TEXT, F_REQUIRED, NULL, 1, 120, T("测点名称", "Point name"), T("", ""), NULL, NULL, NULL},
    {"object", F_REF, 0, "objects", 0, 0, T("对象", "Object"), T("", ""), NULL, NULL, NULL},
    {"device", F_REF, 0, "devices", 0, 0, T("设备", "Device"), T("", ""), NULL, NULL, NULL},
    {"quantity", F_ENUM, 0, "quantity", 0, 0, T("监测量", "Quantity"), T("", ""), NULL, NULL, NULL},
    {"unit", F_TEXT, 0, NULL, 0, 20, T("单位", "Unit"), T("", ""), NULL, NULL, NULL},
};

/* The point is in force as soon as the claim is answered: storing it renews the registry (mod/point), and
 * with the new registry the intake forgets the source. What the source sent before is counted, not kept:
 * readings begin with the claim. */
static Rc claim(Work *w, const Entity *e, Record *rec, const DbVal *params)
{
    TRY(perm_need(w->ctx, w->who, "point.write"));
    Record *point = rec_new(w->ctx, &point_entity);
    for (size_t i = 0; i < ARRAY_LEN(claim_params); i++)
        if (params[i].type != DB_NULL) rec_set(&point_entity, point, claim_params[i].name, params[i]);
    rec_set(&point_entity, point, "source", *rec_val(e, rec, "key"));
    rec_set(&point_entity, point, "in_service", db_val_bool(true));
    TRY(store_insert(w, &point_entity, point));
    rec->archived_at = w->now;
    return RC_OK;
}

static const Action actions[] = {
    {"claim", "source.claim", T("建为测点", "Make it a point"), claim_params, ARRAY_LEN(claim_params), claim,
     NULL},
};

const Entity source_entity = {
    .name = "source",
    .plural = "unclaimed",
    .title = T("未认领来源", "Unclaimed sources"),
    .icon = T("", "unclaimed"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "source.read",
    .write_perm = NULL,
    .code_field = "key",
    .title_field = "key",
    .sort = "-last_seen",
    .scope = {.kind = SCOPE_ROW},
    .actions = actions,
    .nactions = ARRAY_LEN(actions),
};

/* ---- By sender: who sends much that nobody knows ---- */

static Rc senders(Req *req, Res *res)
{
    Work w;
    DbCursor *c;
    Rc rc;
    TRY(work_begin(req, false, &w));
    TRY(scope_query(&w, &q_source_senders, DB_ARGS(db_val_i64(SENDERS_MOST)), &c));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    while ((rc = db_next(&req->ctx, c)) > 0) {
        jout_open(out);
        jout_ks(out, "sender", db_str(c, 0));
        jout_ki(out, "sources", db_i64(c, 1));
        jout_ki(out, "readings", db_i64(c, 2));
        jout_kt(out, "first_seen", db_i64(c, 3));
        jout_kt(out, "last_seen", db_i64(c, 4));
        jout_close(out);
    }
    db_close(&c);
    jout_close_array(out);
    jout_close(out);
    return rc;
}

static const Route routes[] = {
    {HTTP_GET, "/api/unclaimed/senders", "source.read", senders,
     .title = T("未认领来源的发送方", "Senders of unclaimed sources")},
};

static const Perm perms[] = {
    {"source.read", T("查看未认领来源", "See unclaimed sources"), "watch office system"},
    {"source.claim", T("认领来源", "Claim sources"), "office system"},
};
static const Entity *const entities[] = {&source_entity};
const Module mod_source = {
    .name = "source",
    .title = T("未认领来源", "Unclaimed sources"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = source_sync_start,
    .stop = source_sync_stop,
    .migrations = mod_source_migrations, /* the unique index leaves archived keys out */
    .nmigrations = ARRAY_LEN(mod_source_migrations),
};
