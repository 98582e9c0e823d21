/* Numbers of papers (发文字号): the issuer's word, the civil year, and a number that begins anew each year. A
 * row for each word and year holds the last one given; the transaction that issues the paper takes it, so
 * none is given twice and none is left out: a failed issue gives it back. A revoked paper keeps its own. */
#include "paper_private.h"
#include "mod_paper_queries_sql.h"
#include "base/clock.h"
#include <stdio.h>

Rc number_validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    static const char *const parts[] = {"{word}", "{year}", "{n}"};
    (void)old;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_find(rec_text(e, rec, "pattern"), str_of(parts[i])) < 0)
            FAIL_FIELD(w->ctx, "pattern", "format", 0, "样式中缺少 %s", "the pattern lacks %s", parts[i]);
    Str kinds = rec_text(e, rec, "kinds");
    while (kinds.n) {
        Str one = str_cut(&kinds, ' '), rest = one, plural = str_cut(&rest, '.');
        const Entity *of = kernel_entity(w->kernel, str_z(w->ctx->arena, plural));
        if (one.n && !paper_kind_of(of, rest))
            FAIL_FIELD(w->ctx, "kinds", "unknown", 0, "没有文书“%.*s”", "there is no paper \"%.*s\"",
                       STR_ARG(one));
    }
    return w->ctx->err.kind;
}

static Rc last_of(Work *w, int64_t id, int year, int64_t *out)
{
    DbCursor *c;
    *out = 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_paper_counter_last, DB_ARGS(db_val_i64(id), db_val_i64(year)), &c);
    if (rc > 0) *out = db_i64(c, Q_PAPER_COUNTER_LAST_LAST);
    return rc < 0 ? rc : 0;
}

void number_expand(Work *w, const Entity *e, const Record *rec, JsonOut *o)
{
    int64_t last = 0;
    int year = civil_of(w->now).year;
    (void)e;
    if (!w->db || last_of(w, rec->id, year, &last) < 0) return;
    jout_ki(o, "year", year);
    jout_ki(o, "last", last);
}

/* Until the office says another: the issuer's own name and the kind's word. */
static Rc rule_made(Work *w, const PaperOf *of, int64_t issuer, bool make, NumberRule *out)
{
    Record *body, *rec = rec_new(w->ctx, NE);
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    TRY(store_get(w, bodies, issuer, &body));
    Str name = rec_text(bodies, body, bodies->title_field);
    while (str_utf8_len(name) > 30) { /* the last character goes */
        name.n--;
        while (name.n && ((unsigned char)name.p[name.n] & 0xc0) == 0x80) name.n--;
    }
    out->id = 0;
    out->word = str_printf(w->ctx->arena, "%.*s%s", STR_ARG(name), of->kind->word);
    out->pattern = STR("{word}〔{year}〕{n}号");
    if (!make) return 0;
    rec_set(NE, rec, "word", db_val_text(out->word));
    rec_set(NE, rec, "issuer", db_val_i64(issuer));
    rec_set(NE, rec, "kinds", db_val_text(str_printf(w->ctx->arena, "%s.%s", of->e->plural, of->kind->kind)));
    rec_set(NE, rec, "pattern", db_val_text(out->pattern));
    TRY(store_insert(w, NE, rec));
    out->id = rec->id;
    return 0;
}

Rc number_rule(Work *w, const PaperOf *of, int64_t issuer, bool make, NumberRule *out)
{
    DbCursor *c;
    Str kind = str_printf(w->ctx->arena, "%s.%s", of->e->plural, of->kind->kind);
    Rc rc =
        db_query_one(w->ctx, w->db, &q_paper_number_of, DB_ARGS(db_val_i64(issuer), db_val_text(kind)), &c);
    TRY(rc);
    if (!rc) return rule_made(w, of, issuer, make, out);
    *out = (NumberRule){db_i64(c, Q_PAPER_NUMBER_OF_ID), db_str_copy(w->ctx, c, Q_PAPER_NUMBER_OF_WORD),
                        db_str_copy(w->ctx, c, Q_PAPER_NUMBER_OF_PATTERN)};
    return 0;
}

Rc number_take(Work *w, const NumberRule *rule, int *year, int64_t *n)
{
    *year = civil_of(w->now).year;
    TRY(db_exec(w->ctx, w->db, &q_paper_counter_open, DB_ARGS(db_val_i64(rule->id), db_val_i64(*year))));
    TRY(db_exec(w->ctx, w->db, &q_paper_counter_take, DB_ARGS(db_val_i64(rule->id), db_val_i64(*year))));
    return last_of(w, rule->id, *year, n);
}

Str number_text(Arena *a, const NumberRule *rule, int year, int64_t n)
{
    StrBuf b;
    buf_init(&b, a);
    Str rest = rule->pattern;
    while (rest.n) {
        if (str_starts(rest, STR("{word}"))) {
            buf_add(&b, rule->word);
            rest = str_n(rest.p + 6, rest.n - 6);
        } else if (str_starts(rest, STR("{year}"))) {
            buf_printf(&b, "%d", year);
            rest = str_n(rest.p + 6, rest.n - 6);
        } else if (str_starts(rest, STR("{n}"))) {
            if (n) buf_printf(&b, "%lld", (long long)n);
            else buf_addz(&b, "　　");
            rest = str_n(rest.p + 3, rest.n - 3);
        } else {
            buf_addc(&b, *rest.p);
            rest = str_n(rest.p + 1, rest.n - 1);
        }
    }
    return buf_str(&b);
}
