/* The search index is kept in the transaction that writes the record, like the ledger: what is committed can
 * be found, what is rolled back cannot. The row in the table "search" holds what an answer shows and the text
 * the terms were made of. SQLite's full-text table keeps terms only (contentless), and to take a record out
 * it must be told the very terms that went in: they are made again from that row. */
#include "search.h"
#include "kernel_search_sql.h"
#include "kernel/flow.h"

bool search_wanted(const Entity *e)
{
    return e->searched || e->flow;
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

static Rc labels_of(Work *w, const EntityInfo *info, const Record *rec, Str *out)
{
    (void)rec;
    *out = search_label(w->ctx->arena, 'e', str_of(info->e->plural));
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

Rc search_keep(Work *w, const EntityInfo *info, const Record *rec)
{
    if (!search_wanted(info->e)) return 0;
    Entry old, fresh;
    Rc had = read_entry(w, rec->id, &old);
    if (had < 0) return had;
    if (rec->archived_at != INT64_MIN) return had ? drop(w, rec->id, &old) : 0;
    TRY(entry_of(w, info, rec, &fresh));
    TRY(put_row(w, info, rec, &fresh));
    if (had && same_terms(&old, &fresh)) return 0;
    if (had) TRY(drop_terms(w, rec->id, terms_of(w, &old)));
    return put_terms(w, rec->id, terms_of(w, &fresh));
}
