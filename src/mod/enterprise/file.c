/* GET /api/bodies/{id}/file: the enterprise, and of each kind of record that belongs to it how many there
 * are, how many are open, and the latest. What the caller may not read is not counted; what the program does
 * not have is left out. */
#include "enterprise_private.h"
#include "kernel/flow.h"

enum { SHOWN = 6 };

static const struct Part {
    const char *plural, *field; /* of the body; an object's when it begins with '.' */
} parts[] = {{"dangers", "enterprise"}, {"supervisions", "enterprise"},
             {"licences", "body"},      {"objects", "owner"},
             {"points", ".object"},     {"alarms", "owner"},
             {"warnings", "owner"},     {"orders", "body"},
             {"vehicles", "owner"},     {"people", "body"}};

static bool has_field(const Entity *e, const char *name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return true;
    return false;
}

static const char *table_of(Arena *a, const char *plural)
{
    char *name = arena_strdup(a, plural);
    for (char *p = name; *p; p++)
        if (*p == '-') *p = '_';
    return name;
}

static Rc from_where(Work *w, SqlBuf *b, const Entity *e, const struct Part *part, int64_t body)
{
    sql_lit(b, " FROM ");
    sql_ident(b, table_of(w->ctx->arena, part->plural));
    sql_lit(b, " t");
    if (e->flow) sql_lit(b, " LEFT JOIN matters m ON m.id = t.id");
    sql_lit(b, " WHERE t.archived_at IS NULL AND t.");
    if (part->field[0] == '.') {
        sql_ident(b, part->field + 1);
        sql_lit(b, " IN (SELECT o.id FROM objects o WHERE o.owner = ");
        sql_arg(b, db_val_i64(body));
        sql_lit(b, ")");
    } else {
        sql_ident(b, part->field);
        sql_lit(b, " = ");
        sql_arg(b, db_val_i64(body));
    }
    return scope_where(b, w, e, "t");
}

static Rc count(Work *w, const Entity *e, const struct Part *part, int64_t body, int64_t *all, int64_t *open)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT count(*)");
    if (e->flow) sql_lit(&b, ", sum(CASE WHEN m.closed_at IS NULL THEN 1 ELSE 0 END)");
    TRY(from_where(w, &b, e, part, body));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    *all = rc > 0 ? db_i64(c, 0) : 0;
    *open = rc > 0 && e->flow ? db_i64(c, 1) : -1;
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

static Rc latest(Work *w, const Entity *e, const struct Part *part, int64_t body, JsonOut *out)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    int64_t ids[SHOWN];
    size_t n = 0;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id");
    TRY(from_where(w, &b, e, part, body));
    if (e->flow) sql_lit(&b, " ORDER BY CASE WHEN m.closed_at IS NULL THEN 0 ELSE 1 END, t.id DESC LIMIT ");
    else sql_lit(&b, " ORDER BY t.id DESC LIMIT ");
    sql_arg(&b, db_val_i64(SHOWN));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, e, ids[i], &rec));
        TRY(store_write_json(w, e, rec, out));
    }
    jout_close_array(out);
    return RC_OK;
}

static Rc write_part(Work *w, const struct Part *part, int64_t body, JsonOut *out)
{
    const Entity *e = kernel_entity(w->kernel, part->plural);
    int64_t all, open;
    const char *field = part->field[0] == '.' ? part->field + 1 : part->field;
    if (!e || !perm_has(w->who, e->read_perm) || !has_field(e, field)) return RC_OK;
    TRY(count(w, e, part, body, &all, &open));
    jout_open(out);
    jout_kz(out, "plural", part->plural);
    jout_ki(out, "count", all);
    jout_key(out, "open");
    if (open < 0) jout_null(out);
    else jout_i64(out, open);
    TRY(latest(w, e, part, body, out));
    jout_close(out);
    return RC_OK;
}

Rc enterprise_file(Req *req, Res *res)
{
    Work w;
    Record *body;
    TRY(work_begin(req, false, &w));
    Rc rc = scope_find(&w, BE, req_param(req, "id"), &body);
    if (rc <= 0)
        return rc < 0 ? rc
                      : FAIL(w.ctx, RC_NOT_FOUND, "record.not_found", "没有这条%s", "no such record: %s",
                             text_in(BE->title, w.ctx->lang));
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "body");
    TRY(store_write_json(&w, BE, body, out));
    jout_key(out, "parts");
    jout_open_array(out);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) TRY(write_part(&w, &parts[i], body->id, out));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
