/* The paper as JSON: the format of docs/policy.md. */
#include "text.h"

const char *policy_per_name(PolicyPer per)
{
    static const char *const names[] = {"day",     "week",      "month", "two_months",
                                        "quarter", "half_year", "term",  "year"};
    return names[per];
}

const char *policy_role_name(PolicyRole role)
{
    static const char *const names[] = {"lead", "support", "responsible"};
    return role < POLICY_ROLES ? names[role] : "none";
}

static void key_or_null(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.n) jout_str(o, s);
    else jout_null(o);
}

static void strs(JsonOut *o, const char *key, const PolicyStrs *s)
{
    jout_key(o, key);
    jout_open_array(o);
    for (size_t i = 0; i < s->n; i++) jout_str(o, s->v[i]);
    jout_close_array(o);
}

static void place(JsonOut *o, uint32_t from, uint32_t to)
{
    jout_key(o, "source");
    jout_open(o);
    jout_ki(o, "from", from);
    jout_ki(o, "to", to);
    jout_close(o);
}

static void cadences(JsonOut *o, const PolicyItem *item)
{
    jout_key(o, "cadence");
    jout_open_array(o);
    for (size_t i = 0; i < item->cadence.n; i++) {
        const PolicyCadence *c = &item->cadence.v[i];
        jout_open(o);
        jout_ks(o, "text", c->text);
        jout_kz(o, "per", policy_per_name(c->per));
        jout_ki(o, "every", c->every);
        jout_key(o, "times");
        if (c->times < 0) jout_null(o);
        else jout_i64(o, c->times);
        jout_kb(o, "at_least", c->at_least);
        jout_close(o);
    }
    jout_close_array(o);
}

static void target(JsonOut *o, const PolicyTarget *t)
{
    jout_ks(o, "text", t->text);
    jout_kf(o, "value", t->value);
    jout_ks(o, "unit", t->unit);
    jout_kz(o, "direction", t->direction);
}

static void item_print(JsonOut *o, const PolicyItem *item)
{
    jout_open(o);
    strs(o, "path", &item->path);
    jout_ks(o, "heading", item->heading);
    jout_ks(o, "text", item->text);
    place(o, item->from, item->to);
    jout_key(o, "clause");
    if (item->clause.p) jout_str(o, item->clause);
    else jout_null(o);
    jout_key(o, "units");
    jout_open(o);
    for (PolicyRole r = 0; r < POLICY_ROLES; r++) strs(o, policy_role_name(r), &item->units[r]);
    jout_close(o);
    key_or_null(o, "holder", item->holder);
    cadences(o, item);
    jout_key(o, "deadlines");
    jout_open_array(o);
    for (size_t i = 0; i < item->deadlines.n; i++) {
        jout_open(o);
        jout_ks(o, "text", item->deadlines.v[i].text);
        jout_ks(o, "date", item->deadlines.v[i].date);
        jout_close(o);
    }
    jout_close_array(o);
    jout_key(o, "targets");
    jout_open_array(o);
    for (size_t i = 0; i < item->targets.n; i++) {
        jout_open(o);
        target(o, &item->targets.v[i]);
        jout_close(o);
    }
    jout_close_array(o);
    strs(o, "actions", &item->actions);
    strs(o, "unsure", &item->unsure);
    jout_close(o);
}

static void outline_print(JsonOut *o, const PolicyPaper *p)
{
    jout_key(o, "outline");
    jout_open_array(o);
    for (size_t i = 0; i < p->outline.n; i++) {
        const PolicyHeading *h = &p->outline.v[i];
        jout_open(o);
        jout_ki(o, "level", h->level);
        jout_kz(o, "kind", h->kind);
        jout_ks(o, "mark", h->mark);
        jout_ks(o, "text", h->text);
        place(o, h->from, h->to);
        jout_close(o);
    }
    jout_close_array(o);
}

static void row_print(JsonOut *o, const PolicyTable *t, const PolicyRow *r)
{
    jout_open(o);
    strs(o, "cells", &r->cells);
    jout_key(o, "figures");
    jout_open_array(o);
    for (size_t i = 0; i < r->figures.n; i++) {
        const PolicyFigure *f = &r->figures.v[i];
        jout_open(o);
        jout_ks(o, "column", f->column < t->columns.n ? t->columns.v[f->column] : STR(""));
        target(o, &f->figure);
        jout_close(o);
    }
    jout_close_array(o);
    place(o, r->from, r->to);
    jout_close(o);
}

static void tables_print(JsonOut *o, const PolicyPaper *p)
{
    jout_key(o, "tables");
    jout_open_array(o);
    for (size_t i = 0; i < p->tables.n; i++) {
        const PolicyTable *t = &p->tables.v[i];
        jout_open(o);
        jout_ks(o, "caption", t->caption);
        strs(o, "columns", &t->columns);
        jout_key(o, "rows");
        jout_open_array(o);
        for (size_t k = 0; k < t->rows.n; k++) row_print(o, t, &t->rows.v[k]);
        jout_close_array(o);
        jout_close(o);
    }
    jout_close_array(o);
}

void policy_print(JsonOut *o, const PolicyPaper *p)
{
    jout_open(o);
    key_or_null(o, "title", p->title);
    key_or_null(o, "number", p->number);
    key_or_null(o, "issuer", p->issuer);
    key_or_null(o, "date", p->date);
    jout_kz(o, "kind", p->kind);
    outline_print(o, p);
    tables_print(o, p);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < p->items.n; i++) item_print(o, &p->items.v[i]);
    jout_close_array(o);
    jout_close(o);
}
