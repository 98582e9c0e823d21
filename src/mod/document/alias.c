/* What a name in a paper means (unit-aliases): entered by the office, and learned whenever somebody says
 * which body a name stands for. A name has one meaning; saying it anew changes it. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

static const Field fields[] = {
    {"alias", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120,
     T("文件中的名称", "Name in papers"), T("", ""), NULL, "basic", NULL},
    {"body", F_REF, F_REQUIRED | F_FILTER | F_LIST, "bodies", 0, 0, T("对应单位", "Body"), T("", ""), NULL,
     "basic", NULL},
    {"others", F_TEXT, F_LONG | F_LIST, NULL, 0, 4000, T("其他对应单位", "Further bodies"),
     T("名称指多个单位的，填写其余单位编码，以空格分隔",
       "codes, separated by spaces, of a name that means several"),
     NULL, "basic", NULL},
    {"learned", F_BOOL, F_READONLY | F_FILTER | F_LIST, NULL, 0, 0, T("校对中学得", "Learned while checking"),
     T("", ""), NULL, "basic", "false"},
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

/* The next code of a list separated by blanks or commas; empty at the end. */
Str alias_next(Str *rest)
{
    size_t i = 0;
    while (rest->n && (rest->p[0] <= ' ' || rest->p[0] == ',')) *rest = str_n(rest->p + 1, rest->n - 1);
    while (i < rest->n && (unsigned char)rest->p[i] > ' ' && rest->p[i] != ',') i++;
    Str code = str_n(rest->p, i);
    *rest = str_n(rest->p + i, rest->n - i);
    return code;
}

static Rc find_body(Work *w, Str code, const char *field, Record **out)
{
    Rc rc = store_find(w, &body_entity, code, out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL_FIELD(w->ctx, field, "reference", 0, "没有单位 %.*s", "no body %.*s", STR_ARG(code));
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Record *body;
    Str rest = rec_text(e, rec, "others"), code;
    (void)old;
    while ((code = alias_next(&rest)).n) TRY(find_body(w, code, "others", &body));
    return w->ctx->err.kind;
}

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
    .validate = validate,
    .scope = {.kind = SCOPE_OPEN},
};

Rc unit_teach(Work *w, Str name, Str bodies)
{
    Record *first;
    Str rest = bodies, code = alias_next(&rest);
    TRY(find_body(w, code, "body", &first));
    int64_t body = first->id;
    rest = str_trim(rest);
    DbCursor *c;
    Record *rec, *old = NULL;
    Rc rc = db_query_one(w->ctx, w->db, &q_document_alias_of, DB_ARGS(db_val_text(name)), &c);
    TRY(rc);
    if (rc) {
        int64_t id = db_i64(c, 0);
        db_close(&c);
        TRY(store_get(w, AE, id, &rec));
        if (rec_i64(AE, rec, "body") == body && str_eq(rec_text(AE, rec, "others"), rest)) return 0;
        old = rec_copy(w->ctx, AE, rec);
    } else rec = rec_new(w->ctx, AE);
    rec_set(AE, rec, "alias", db_val_text(name));
    rec_set(AE, rec, "body", db_val_i64(body));
    rec_set(AE, rec, "others", rest.n ? db_val_text(rest) : db_val_null());
    rec_set(AE, rec, "learned", db_val_bool(true));
    TRY(old ? store_update(w, AE, old, rec, "learn") : store_insert(w, AE, rec));
    return 1;
}
