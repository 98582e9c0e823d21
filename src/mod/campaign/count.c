/* Counting the register for a campaign. Every figure is the count of a list (list_figure) with a query that
 * is kept beside it, so that whoever opens the list finds as many units. A list takes only so many districts
 * at once: where the area is all there is, none is named; of another large one the figure is the sum of
 * several lists and has no list of its own. */
#include "campaign_private.h"
#include "base/clock.h"

enum { IN_MOST = 16, INDUSTRIES_MOST = 12, DISTRICTS_MOST = 4000 };

const char *const count_names[COUNTS] = {"red", "orange", "yellow", "blue", "ungraded", "units", "overdue"};
const Text count_labels[COUNTS] = {T("重大风险（红）", "Major (red)"),
                                   T("较大风险（橙）", "Considerable (orange)"),
                                   T("一般风险（黄）", "General (yellow)"),
                                   T("低风险（蓝）", "Low (blue)"),
                                   T("未评级", "Not graded"),
                                   T("风险单元", "Risk units"),
                                   T("逾期未重新评估", "Re-assessment overdue")};

Work campaign_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

Rc industries_check(Work *w, Str codes)
{
    size_t n = 0;
    while ((codes = str_trim(codes)).n) {
        Str code = str_cut(&codes, ' ');
        if (!dict_has(w->kernel, "industry", code))
            FAIL_FIELD(w->ctx, "industries", "dictionary", 0, "行业代码“%.*s”不存在",
                       "no such industry: %.*s", STR_ARG(code));
        n++;
    }
    if (n > INDUSTRIES_MOST)
        FAIL_FIELD(w->ctx, "industries", "length", 0, "最多%d个行业；不填为全部",
                   "at most %d; leave it empty for all", INDUSTRIES_MOST);
    return w->ctx->err.kind;
}

/* ---- Which units ---- */

static Rc below(Work *w, int64_t district, Str *codes, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    const char *path = scope_district_path(w, district);
    *n = 0;
    if (!path) return RC_OK;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT code FROM districts WHERE archived_at IS NULL AND path LIKE ");
    sql_arg(&b, db_val_z(arena_printf(w->ctx->arena, "%s%%", path)));
    sql_lit(&b, " ORDER BY code LIMIT ");
    sql_arg(&b, db_val_i64(DISTRICTS_MOST));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) codes[(*n)++] = str_copy(w->ctx->arena, db_str(c, 0));
    db_close(&c);
    return rc;
}

static void add_list(StrBuf *b, const char *name, const Str *codes, size_t n)
{
    if (!n) return;
    if (b->n) buf_addc(b, '&');
    buf_printf(b, "%s.in=", name);
    for (size_t i = 0; i < n; i++) {
        if (i) buf_addc(b, ',');
        buf_add(b, codes[i]);
    }
}

static Str base_query(Work *w, const Str *districts, size_t n, Str industries)
{
    StrBuf b;
    Str codes[INDUSTRIES_MOST];
    size_t k = 0;
    buf_init(&b, w->ctx->arena);
    add_list(&b, "district", districts, n);
    while ((industries = str_trim(industries)).n && k < INDUSTRIES_MOST)
        codes[k++] = str_cut(&industries, ' ');
    add_list(&b, "industry", codes, k);
    if (!b.n) buf_addz(&b, "sort=code");
    return buf_str(&b);
}

static Str with(Work *w, Str base, int what)
{
    static const char *const conditions[] = {"grade=1&", "grade=2&", "grade=3&", "grade=4&", "grade=&", ""};
    char now[TIME_TEXT_MAX];
    if (what < COUNT_LATE) return str_printf(w->ctx->arena, "%s%.*s", conditions[what], STR_ARG(base));
    time_print(w->now, now);
    return str_printf(w->ctx->arena, "reassess_at.lt=%s&%.*s", now, STR_ARG(base));
}

Str campaign_list(Work *w, const Counts *c, int what)
{
    return c->query.n ? with(w, c->query, what) : STR_NONE;
}

/* Nothing lies outside. */
static Rc is_all(Work *w, size_t n, bool *all)
{
    SqlBuf b;
    DbCursor *c;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT count(*) FROM districts WHERE archived_at IS NULL");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    *all = rc > 0 && db_i64(c, 0) == (int64_t)n;
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

Rc campaign_count(Work *w, int64_t district, Str industries, Counts *out)
{
    Work all = campaign_program(w);
    Str *codes = ARENA_ARRAY(w->ctx->arena, Str, DISTRICTS_MOST);
    size_t n;
    bool whole;
    *out = (Counts){0};
    TRY(below(w, district, codes, &n));
    TRY(is_all(w, n, &whole));
    if (whole) n = 1; /* one list of everything */
    for (size_t at = 0; at < n; at += IN_MOST) {
        Str base = base_query(w, codes + at, whole ? 0 : n - at < IN_MOST ? n - at : IN_MOST, industries);
        if (n <= IN_MOST) out->query = base;
        for (int i = 0; i < COUNTS; i++) {
            int64_t k;
            TRY(list_figure(&all, &risk_unit_entity, with(w, base, i), &k));
            out->n[i] += k;
        }
    }
    return RC_OK;
}

/* ---- The worst ---- */

static Rc top_rows(Work *w, int64_t district, Str industries, DbCursor **c)
{
    SqlBuf b;
    const char *path = scope_district_path(w, district);
    bool first = true;
    if (!path) path = "-";
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id, t.code, t.name, t.grade, t.accident, y.name FROM risk_units t JOIN districts d"
                " ON d.id = t.district LEFT JOIN bodies y ON y.id = t.body WHERE t.archived_at IS NULL"
                " AND t.grade IS NOT NULL AND d.path LIKE ");
    sql_arg(&b, db_val_z(arena_printf(w->ctx->arena, "%s%%", path)));
    while ((industries = str_trim(industries)).n) {
        if (first) sql_lit(&b, " AND t.industry IN (");
        else sql_lit(&b, ", ");
        sql_arg(&b, db_val_text(str_cut(&industries, ' ')));
        first = false;
    }
    if (!first) sql_lit(&b, ")");
    sql_lit(&b, " ORDER BY t.grade, t.code LIMIT ");
    sql_arg(&b, db_val_i64(TOP_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

Rc campaign_top(Work *w, int64_t district, Str industries, Str *json)
{
    StrBuf text;
    JsonOut o;
    DbCursor *c;
    Rc rc;
    buf_init(&text, w->ctx->arena);
    jout_init(&o, &text);
    TRY(top_rows(w, district, industries, &c));
    jout_open_array(&o);
    while ((rc = db_next(w->ctx, c)) > 0) {
        jout_open(&o);
        jout_kid(&o, "id", db_i64(c, 0));
        jout_ks(&o, "code", db_str(c, 1));
        jout_ks(&o, "name", db_str(c, 2));
        jout_ki(&o, "grade", db_i64(c, 3));
        jout_ks(&o, "accident", db_str(c, 4));
        jout_ks(&o, "body", db_str(c, 5));
        jout_close(&o);
    }
    db_close(&c);
    jout_close_array(&o);
    *json = buf_str(&text);
    return rc < 0 ? rc : RC_OK;
}
