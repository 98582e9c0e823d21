/* What a name in a paper means (unit-aliases): entered by the office, and learned whenever somebody says
 * which body a name stands for. A name has one meaning; saying it anew changes it. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

static const Field fields[] = {
    {"alias", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120,
     T("文件中的名称", "Name in papers"), T("", ""), NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST, "bodies", 0, 0, T("对应单位", "Body"), T("", ""), NULL,
     "basic", NULL},
    {"learned", F_BOOL, F_READONLY | F_FILTER | F_LIST, NULL, 0, 0, T("校对中学得", "Learned while checking"),
     T("", ""), NULL, "basic", "false"},
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

const Entity alias_entity = {
    .name = "unit-alias",
    .plural = "unit-aliases",
    .title = T("单位别名", "Names of units"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "document.read",
    .write_perm = "document.write",
    .code_field = "alias",
    .title_field = "alias",
    .sort = "alias",
    .scope = {.kind = SCOPE_OPEN},
};

Rc unit_teach(Work *w, Str name, int64_t body)
{
    DbCursor *c;
    Record *rec, *old = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_document_alias_of, DB_ARGS(db_val_text(name)), &c);
    TRY(rc);
    if (rc) {
        int64_t id = db_i64(c, 0);
        db_close(&c);
        TRY(store_get(w, AE, id, &rec));
        if (rec_i64(AE, rec, "body") == body) return 0;
        old = rec_copy(w->ctx, AE, rec);
    } else rec = rec_new(w->ctx, AE);
    rec_set(AE, rec, "alias", db_val_text(name));
    rec_set(AE, rec, "body", db_val_i64(body));
    rec_set(AE, rec, "learned", db_val_bool(true));
    TRY(old ? store_update(w, AE, old, rec, "learn") : store_insert(w, AE, rec));
    return 1;
}
