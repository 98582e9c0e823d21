/* The search index is kept in the transaction that writes the record, like the ledger: what is committed can
 * be found, what is rolled back cannot. The row in the table "search" holds what an answer shows and the text
 * the terms were made of. SQLite's full-text table keeps terms only (contentless), and to take a record out
 * it must be told the very terms that went in: they are made again from that row. */
#include "search/search.h"
#include "kernel_search_sql.h"
#include "kernel/flow.h"

bool search_wanted(const Entity *e)
{
    return (e->searched || e->flow) && e->scope.kind != SCOPE_SELF;
}

/* ---- What is indexed of a record ---- */

typedef struct Entry {
    Str labels, code, title, state, body;
    DbVal grade;
} Entry;

static void add_line(StrBuf *b, Str s)
{
    if (!s.n) return;
    if (b->n) buf_addc(b, '\n');
    buf_add(b, s);
}

static void add_choice(Work *w, const Field *f, DbVal v, StrBuf *b)
{
    Str code = f->type == F_INT ? str_printf(w->ctx->arena, "%lld", (long long)v.i) : v.s;
    const char *label = dict_label(w->kernel, f->ref, code, LANG_ZH);
    add_line(b, label ? str_of(label) : code);
}

static Rc add_field(Work *w, const EntityInfo *info, const Record *rec, size_t i, StrBuf *b)
{
    const Field *f = &info->e->fields[i];
    DbVal v = rec->v[i];
    if (v.type == DB_NULL || (f->flags & (F_SECRET | F_MASK))) return 0;
    if (f->type == F_TEXT) add_line(b, v.s);
    else if (f->type == F_ENUM || (f->type == F_INT && f->ref)) add_choice(w, f, v, b);
    if (f->type != F_REF) return 0;
    RefName name;
    TRY(ref_name(w, info->target[i], v.i, &name));
    if (name.title.n) add_line(b, name.title);
    return 0;
}

static Rc body_of(Work *w, const EntityInfo *info, const Record *rec, Str *out)
{
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    const char *state = info->e->flow ? info->e->flow->state : "";
    for (size_t i = 0; i < info->e->nfields; i++) {
        bool apart = (ptrdiff_t)i == info->code || (ptrdiff_t)i == info->title;
        if (!apart && strcmp(info->e->fields[i].name, state) != 0) TRY(add_field(w, info, rec, i, &b));
    }
    *out = buf_str(&b);
    return 0;
}

static Str field_text(const Record *rec, ptrdiff_t i)
{
    return i < 0 || rec->v[i].type != DB_TEXT ? STR_NONE : rec->v[i].s;
}

/* ---- Scope as labels: each district and body above the row, its line, who takes part ---- */

static void add_label(StrBuf *b, char kind, Str label)
{
    if (b->n) buf_addc(b, ' ');
    buf_add(b, search_label(b->arena, kind, label));
}

static void add_path(StrBuf *b, char kind, const char *path)
{
    Str rest = str_of(path);
    while (rest.n) {
        Str key = str_cut(&rest, '/');
        if (key.n) add_label(b, kind, key);
    }
}

/* STR_NONE: the row is one user's alone and stands in no common index. */
static Rc labels_of(Work *w, const EntityInfo *info, const Record *rec, Str *out)
{
    RowScope row;
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    add_label(&b, SEARCH_ENTITY, str_of(info->e->plural));
    TRY(scope_row(w, info->e, rec, &row));
    if (row.open) add_label(&b, SEARCH_OPEN, STR("1"));
    add_path(&b, SEARCH_DISTRICT, row.path);
    add_path(&b, SEARCH_BODY, row.body_path);
    add_path(&b, SEARCH_BODY, row.also_path);
    if (row.line.n) add_label(&b, SEARCH_LINE, row.line);
    for (size_t i = 0; i < row.nparties; i++)
        add_label(&b, SEARCH_PARTY, str_printf(w->ctx->arena, "%lld", (long long)row.parties[i]));
    *out = row.self ? STR_NONE : buf_str(&b);
    return 0;
}

static Rc entry_of(Work *w, const EntityInfo *info, const Record *rec, Entry *out)
{
    const Flow *flow = info->e->flow;
    *out = (Entry){.code = field_text(rec, info->code), .title = field_text(rec, info->title)};
    if (flow) out->state = rec_text(info->e, rec, flow->state);
    if (flow && flow->grade) out->grade = *rec_val(info->e, rec, flow->grade);
    TRY(labels_of(w, info, rec, &out->labels));
    return body_of(w, info, rec, &out->body);
}

static Str terms_of(Work *w, const Entry *e)
{
    Str text =
        str_printf(w->ctx->arena, "%.*s\n%.*s\n%.*s", STR_ARG(e->code), STR_ARG(e->title), STR_ARG(e->body));
    return search_index_text(w->ctx->arena, db_kind(w->db), e->labels, text);
}

/* ---- The tables ---- */

/* 1: there is a row. */
static Rc read_entry(Work *w, int64_t id, Entry *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_search_find, DB_ARGS(db_val_i64(id)), &c);
    if (rc <= 0) return rc;
    *out = (Entry){.labels = db_str_copy(w->ctx, c, Q_SEARCH_FIND_LABELS),
                   .code = db_str_copy(w->ctx, c, Q_SEARCH_FIND_CODE),
                   .title = db_str_copy(w->ctx, c, Q_SEARCH_FIND_TITLE),
                   .body = db_str_copy(w->ctx, c, Q_SEARCH_FIND_BODY)};
    db_close(&c);
    return 1;
}

static DbVal or_null(Str s)
{
    return s.n ? db_val_text(s) : db_val_null();
}

static Rc put_row(Work *w, const EntityInfo *info, const Record *rec, const Entry *e)
{
    Rc rc = db_exec(w->ctx, w->db, &q_search_put,
                    DB_ARGS(db_val_i64(rec->id), db_val_z(info->e->plural), or_null(e->code),
                            or_null(e->title), or_null(e->state), e->grade, db_val_i64(rec->updated_at),
                            db_val_text(e->labels), or_null(e->body)));
    return rc < 0 ? rc : 0;
}

static Rc drop_terms(Work *w, int64_t id, Str terms)
{
    Rc rc = db_exec(w->ctx, w->db, &q_search_terms_drop, DB_ARGS(db_val_i64(id), db_val_text(terms)));
    return rc < 0 ? rc : 0;
}

static Rc put_terms(Work *w, int64_t id, Str terms)
{
    Rc rc = db_exec(w->ctx, w->db, &q_search_terms_put, DB_ARGS(db_val_i64(id), db_val_text(terms)));
    return rc < 0 ? rc : 0;
}

static Rc drop(Work *w, int64_t id, const Entry *old)
{
    TRY(drop_terms(w, id, terms_of(w, old)));
    Rc rc = db_exec(w->ctx, w->db, &q_search_drop, DB_ARGS(db_val_i64(id)));
    return rc < 0 ? rc : 0;
}

static bool same_terms(const Entry *a, const Entry *b)
{
    return str_eq(a->labels, b->labels) && str_eq(a->code, b->code) && str_eq(a->title, b->title) &&
           str_eq(a->body, b->body);
}

/* ---- Rows whose scope is another record's ---- */

static bool names(const char *columns, const char *field)
{
    Str rest = str_of(columns);
    while (rest.n) {
        Str one = str_cut(&rest, ' ');
        if (str_is(str_cut(&one, '.'), field)) return true;
    }
    return false;
}

static bool rule_names(const ScopeRule *r, const Field *f)
{
    return names(r->district, f->name) || names(r->body, f->name) || names(r->line, f->name) ||
           names(r->via, f->name);
}

/* All of it is walked again, in the background. */
static Rc walk_again(Work *w)
{
    Rc rc = db_exec(w->ctx, w->db, &q_search_state_again, DB_ARGS(db_val_z(search_first(w->kernel))));
    return rc < 0 ? rc : 0;
}

static Rc read_leaning(Work *w, const EntityInfo *from, const Field *f, int64_t id, int64_t *ids, size_t max,
                       size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM ");
    sql_ident(&b, from->table);
    sql_lit(&b, " WHERE archived_at IS NULL AND ");
    sql_ident(&b, f->name);
    sql_lit(&b, " = ");
    sql_arg(&b, db_val_i64(id));
    sql_lit(&b, " LIMIT ");
    sql_arg(&b, db_val_i64((int64_t)max));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0; ++*n) ids[*n] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

static Rc renew_leaning(Work *w, const EntityInfo *from, const Field *f, int64_t id)
{
    enum { HERE_MOST = 100 };
    int64_t ids[HERE_MOST + 1];
    size_t n;
    TRY(read_leaning(w, from, f, id, ids, HERE_MOST + 1, &n));
    if (n > HERE_MOST) return walk_again(w);
    for (size_t i = 0; i < n; i++) TRY(search_refresh(w, ids[i]));
    return 0;
}

/* A record that others take their scope from has moved: a few of them are renewed here, many in the
 * background. Until then a page is right all the same, since each of its rows is looked at (search_list.c).
 */
static Rc moved(Work *w, const EntityInfo *to, int64_t id)
{
    const Decl *d = w->kernel->decl;
    for (size_t i = 0; i < d->nentities; i++) {
        const EntityInfo *from = &d->entities[i];
        const ScopeRule *r = &from->e->scope;
        if (from == to || !search_wanted(from->e)) continue;
        if (r->of && !strcmp(r->of, to->e->plural)) TRY(walk_again(w));
        for (size_t f = 0; f < from->e->nfields; f++)
            if (from->target[f] == to && rule_names(r, &from->e->fields[f]))
                TRY(renew_leaning(w, from, &from->e->fields[f], id));
    }
    return 0;
}

Rc search_keep(Work *w, const EntityInfo *info, const Record *rec)
{
    if (!search_wanted(info->e)) return 0;
    Entry old, fresh;
    Rc had = read_entry(w, rec->id, &old);
    if (had < 0) return had;
    if (rec->archived_at != INT64_MIN) return had ? drop(w, rec->id, &old) : 0;
    TRY(entry_of(w, info, rec, &fresh));
    if (!fresh.labels.n) return had ? drop(w, rec->id, &old) : 0;
    if (had && !str_eq(old.labels, fresh.labels)) TRY(moved(w, info, rec->id));
    TRY(put_row(w, info, rec, &fresh));
    if (had && same_terms(&old, &fresh)) return 0;
    if (had) TRY(drop_terms(w, rec->id, terms_of(w, &old)));
    return put_terms(w, rec->id, terms_of(w, &fresh));
}

Rc search_refresh(Work *w, int64_t id)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_search_entity, DB_ARGS(db_val_i64(id)), &c);
    if (rc <= 0) return rc;
    const EntityInfo *info = decl_entity(w->kernel->decl, db_str(c, Q_SEARCH_ENTITY_ENTITY));
    db_close(&c);
    Record *rec;
    if (!info) return 0;
    TRY(store_get(w, info->e, id, &rec));
    return search_keep(w, info, rec);
}
