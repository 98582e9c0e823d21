/* The paper put together: paragraphs in order, a stack of the units around, and text that waits for its
 * clause. A clause ends an item; so does the next mark. What has no mark and no sentence (signatures,
 * addresses) is no item. */
#include "decode.h"
#include "read.h"

#define STACK 12

typedef struct Unit {
    MarkKind kind;
    Str label, title; /* mark and heading; heading */
    PolicyStrs holders;
} Unit;

typedef struct Run {
    const Para *para;
    size_t from, to;
} Run;

typedef struct Builder {
    Arena *arena;
    const Source *src;
    Paras *paras;
    PolicyPaper *out;
    Unit stack[STACK];
    size_t depth;
    bool begun; /* the head of the paper is over */
    struct {
        Run *v;
        size_t n, cap;
    } pending;
} Builder;

static const char *const mark_names[] = {"title",  "part",  "chapter", "section", "article", "first",
                                         "second", "third", "fourth",  "fifth",   "dash"};

static void item_around(Builder *b, PolicyItem *item)
{
    item->heading = STR("");
    for (size_t i = 0; i < b->depth; i++) {
        const Unit *u = &b->stack[i];
        VEC_PUSH(b->arena, &item->path, u->label);
        if (u->title.n) item->heading = u->title;
        if (u->holders.n == 0 || i + 1 == b->depth) continue;
        item->holder = u->holders.v[0];
        item->units[POLICY_RESPONSIBLE] = (PolicyStrs){0};
        for (size_t k = 0; k < u->holders.n; k++)
            VEC_PUSH(b->arena, &item->units[POLICY_RESPONSIBLE], u->holders.v[k]);
    }
}

static void item_runs(Builder *b, PolicyItem *item)
{
    StrBuf text;
    buf_init(&text, b->arena);
    for (size_t i = 0; i < b->pending.n; i++) {
        Run *r = &b->pending.v[i];
        Found f = {b->arena, b->src, r->para, r->from, r->to, item};
        policy__text_join(&text, b->src, r->para, r->from, r->to);
        policy__find_cadences(&f);
        policy__find_deadlines(&f);
        policy__find_targets(&f);
        policy__find_actions(&f);
    }
    item->text = text.p ? buf_str(&text) : STR("");
    const Run *first = &b->pending.v[0], *last = &b->pending.v[b->pending.n - 1];
    item->from = first->para->at[first->from];
    item->to = last->para->at[last->to - 1] + 1;
    b->pending.n = 0;
}

static void item_units(Builder *b, PolicyItem *item, const Para *p, const Names units[POLICY_ROLES])
{
    for (size_t r = 0; r < POLICY_ROLES; r++)
        for (size_t i = 0; i < units[r].n; i++)
            VEC_PUSH(b->arena, &item->units[r],
                     policy__text_joined(b->arena, b->src, p, units[r].v[i].from, units[r].v[i].to));
}

/* Units that the text itself names, label by label, perhaps a line for each. */
static void item_running(Builder *b, PolicyItem *item)
{
    Names units[POLICY_ROLES];
    for (size_t i = 0; i < b->pending.n; i++) {
        const Run *r = &b->pending.v[i];
        if (clause_running(b->arena, b->src, r->para, r->from, r->to, units))
            item_units(b, item, r->para, units);
    }
}

static void item_clause(Builder *b, PolicyItem *item, const Para *p, const Clause *c)
{
    uint32_t open = p->at[c->open], close = c->close < p->n ? p->at[c->close] : p->at[p->n - 1] + 1;
    if (!item->to) item->from = open;
    item->to = c->close < p->n ? close + 1 : close;
    item->clause = policy__text_of_para(b->arena, b->src, p, c->open + 1, c->close);
    memset(item->units, 0, sizeof item->units);
    item_units(b, item, p, c->units);
    size_t end = c->close < p->n ? c->close : p->n;
    policy__find_deadlines(&(Found){b->arena, b->src, p, c->open + 1, end, item}); /* 完成时限：… */
    if (c->unknown) VEC_PUSH(b->arena, &item->unsure, STR("unit_unknown"));
    if (c->unclosed) VEC_PUSH(b->arena, &item->unsure, STR("bracket_unclosed"));
}

static void end_item(Builder *b, const Para *p, const Clause *c)
{
    if (b->pending.n == 0 && !c) return;
    PolicyItem item = {.clause = STR_NONE, .holder = STR_NONE, .text = STR("")};
    item_around(b, &item);
    if (!c && !item.holder.p) item_running(b, &item);
    if (b->pending.n) item_runs(b, &item);
    if (c && p) item_clause(b, &item, p, c);
    if (c && item.text.n == 0) VEC_PUSH(b->arena, &item.unsure, STR("no_text"));
    VEC_PUSH(b->arena, &b->out->items, item);
}

static size_t skip_ends(Cps s, size_t i, size_t to)
{
    while (i < to && (cp_ends_part(s.p[i]) || s.p[i] == ',' || s.p[i] == '.')) i++;
    return i;
}

static void wait(Builder *b, const Para *p, size_t from, size_t to)
{
    if (from < to) VEC_PUSH(b->arena, &b->pending, (Run){p, from, to});
}

/* --- units --- */

/* The end of the heading sentence of a unit, mark_len when it has none. */
static size_t heading_end(const Para *p, const Clauses *clauses, bool *only)
{
    Cps s = para_cps(p);
    size_t end = p->mark_len;
    int depth = 0;
    *only = false;
    size_t stop = clauses->n ? clauses->v[0].open : s.n;
    while (end < stop && !(depth == 0 && cp_ends_part(s.p[end]))) depth = name_depth(s.p[end++], depth);
    if (end == stop) {
        *only = clauses->n == 0 && end - p->mark_len <= 60 && (s.n == 0 || s.p[s.n - 1] != ':');
        return *only ? end : p->mark_len;
    }
    if (p->mark == MARK_ARTICLE || s.p[end] != U'。' || end - p->mark_len > 50) return p->mark_len;
    size_t rest = skip_ends(s, end, s.n);
    if (rest >= s.n || (clauses->n && rest >= clauses->v[0].open)) return p->mark_len;
    return end;
}

static void open_unit(Builder *b, const Para *p, size_t title_end, bool only)
{
    Arena *a = b->arena;
    while (b->depth && b->stack[b->depth - 1].kind >= p->mark) b->depth--;
    if (b->depth == STACK) b->depth--;
    Unit u = {.kind = p->mark, .title = policy__text_joined(a, b->src, p, p->mark_len, title_end)};
    Str mark = policy__text_joined(a, b->src, p, 0, p->mark_len);
    u.label = str_printf(a, "%.*s%s%.*s", STR_ARG(mark), p->mark <= MARK_ARTICLE && u.title.n ? " " : "",
                         STR_ARG(u.title));
    Names holders;
    policy__duty_holders(a, p, only, &holders);
    for (size_t i = 0; i < holders.n; i++)
        VEC_PUSH(a, &u.holders, policy__text_joined(a, b->src, p, holders.v[i].from, holders.v[i].to));
    b->stack[b->depth++] = u;
    VEC_PUSH(a, &b->out->outline,
             (PolicyHeading){.level = (int)b->depth,
                             .kind = mark_names[p->mark],
                             .mark = mark,
                             .text = u.title,
                             .from = p->at[0],
                             .to = p->at[title_end - 1] + 1});
}

static void open_paper(Builder *b, const Para *p)
{
    b->depth = 0;
    VEC_PUSH(b->arena, &b->out->outline,
             (PolicyHeading){.level = 0,
                             .kind = mark_names[0],
                             .mark = STR(""),
                             .text = policy__text_joined(b->arena, b->src, p, 0, p->n),
                             .from = p->at[0],
                             .to = p->at[p->n - 1] + 1});
}

/* A signature with its date behind it. */
static bool ends_with_date(Cps s)
{
    int year, month, day;
    for (size_t i = 2; i < s.n && s.n <= 60; i++)
        if (cp_numeral(s.p[i]) && !cp_numeral(s.p[i - 1]) &&
            policy__para_is_date(cps_from(s, i), &year, &month, &day))
            return true;
    return false;
}

/* A line that is no part of any duty. */
static bool is_margin(const Builder *b, const Para *p)
{
    static const char32_t *const words[] = {U"抄送",  U"抄报",  U"主送",     U"附件:",
                                            U"附件1", U"(此件", U"印发机关", NULL};
    int year, month, day;
    Cps s = para_cps(p);
    if (words_start(s, words, NULL) || policy__para_is_date(s, &year, &month, &day)) return true;
    return p->loose && (b->depth == 0 || ends_with_date(s) || body_certain(s) || s.n < 4);
}

/* Each clause ends an item; what follows the last one waits. */
static void cut_at_clauses(Builder *b, const Para *p, size_t from, const Clauses *clauses)
{
    for (size_t i = 0; i < clauses->n; i++) {
        const Clause *c = &clauses->v[i];
        wait(b, p, from, c->open);
        end_item(b, p, c);
        from = skip_ends(para_cps(p), c->close < p->n ? c->close + 1 : p->n, p->n);
    }
    wait(b, p, from, p->n);
}

static void read_para(Builder *b, const Para *p)
{
    Clauses clauses = {0};
    bool only = false;
    if (p->title) {
        end_item(b, NULL, NULL);
        open_paper(b, p);
        return;
    }
    if (p->mark) b->begun = true;
    if (!p->loose) b->begun = true;
    if (b->begun) clauses_find(b->arena, b->src, p, &clauses);
    if (!p->mark && clauses.n == 0 && is_margin(b, p)) return;
    size_t from = p->mark_len;
    if (p->mark) {
        end_item(b, NULL, NULL);
        size_t title = heading_end(p, &clauses, &only);
        open_unit(b, p, title, only);
        if (only || b->stack[b->depth - 1].holders.n) return;
    }
    cut_at_clauses(b, p, from, &clauses);
    if (b->depth == 0) end_item(b, NULL, NULL);
}

/* --- tables --- */

static bool is_target_column(const PolicyTable *t, size_t column, Arena *a)
{
    static const char *const words[] = {"目标", "规划", "计划", "指标值", "要求"};
    const char *name = column < t->columns.n ? str_z(a, t->columns.v[column]) : "";
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(name, words[i])) return true;
    return false;
}

/* A row without a clause: its cells are its text. */
static void row_item(Builder *b, const PolicyTable *t, const PolicyRow *r, const Para *p,
                     const PolicyRole *roles)
{
    Names units[POLICY_ROLES];
    PolicyItem item = {.clause = STR_NONE, .holder = STR_NONE};
    StrBuf text;
    bool any = false;
    item_around(b, &item);
    item.heading = t->caption;
    wait(b, p, 0, p->n);
    item_runs(b, &item);
    if (policy__table_units(b->arena, b->src, t, p, roles, units)) item_units(b, &item, p, units);
    item.targets.n = 0; /* the figures below say it better */
    buf_init(&text, b->arena);
    for (size_t i = 0; i < r->cells.n; i++) {
        if (text.n && r->cells.v[i].n) buf_addc(&text, ' ');
        buf_add(&text, r->cells.v[i]);
    }
    item.text = buf_str(&text);
    item.to = r->to;
    for (size_t i = 0; i < t->columns.n; i++) any |= is_target_column(t, i, b->arena);
    for (size_t i = 0; i < r->figures.n; i++)
        if (!any || is_target_column(t, r->figures.v[i].column, b->arena))
            VEC_PUSH(b->arena, &item.targets, r->figures.v[i].figure);
    VEC_PUSH(b->arena, &b->out->items, item);
}

static size_t read_table(Builder *b, size_t at)
{
    size_t before = b->out->tables.n, next = policy__table_read(b->arena, b->src, b->paras, at, b->out),
           row = 0;
    PolicyRole roles[TABLE_CELLS];
    policy__table_roles(b->arena, b->paras, at, roles);
    const PolicyTable *t = b->out->tables.n > before ? &b->out->tables.v[before] : NULL;
    end_item(b, NULL, NULL);
    for (size_t i = at; i < next; i++) {
        const Para *p = &b->paras->v[i];
        const PolicyRow *r = t && row < t->rows.n && t->rows.v[row].from == p->at[0] ? &t->rows.v[row] : NULL;
        Clauses clauses = {0};
        clauses_find(b->arena, b->src, p, &clauses);
        row += r != NULL;
        if (clauses.n) {
            cut_at_clauses(b, p, 0, &clauses);
            end_item(b, NULL, NULL);
        } else if (r) {
            row_item(b, t, r, p, roles);
        }
    }
    return next;
}

Rc policy_read(Ctx *ctx, Str bytes, PolicyPaper **out)
{
    Source *src = ARENA_NEW(ctx->arena, Source);
    TRY(policy__decode_file(ctx, bytes, src));
    Lines lines;
    Paras paras = {0};
    PolicyPaper *paper = ARENA_NEW(ctx->arena, PolicyPaper);
    paper->text = src->p;
    paper->ntext = src->n;
    paper->title = paper->number = paper->issuer = paper->date = STR("");
    policy__lines_split(ctx->arena, src, &lines);
    policy__lines_clean(&lines);
    Str page_date = policy__front_page_date(ctx->arena, &lines);
    policy__lines_join(&lines, &paras);
    policy__paras_unroll(ctx->arena, &paras);
    policy__front_read(ctx->arena, src, &paras, paper);
    if (!paper->date.n) paper->date = page_date;
    Builder *b = ARENA_NEW(ctx->arena, Builder);
    *b = (Builder){.arena = ctx->arena, .src = src, .paras = &paras, .out = paper};
    for (size_t i = 0; i < paras.n;) {
        if (paras.v[i].kind == PARA_ROW) i = read_table(b, i);
        else if (i + 1 < paras.n && paras.v[i + 1].kind == PARA_ROW && policy__table_caption(&paras.v[i]))
            i++;
        else read_para(b, &paras.v[i++]);
    }
    end_item(b, NULL, NULL);
    *out = paper;
    return RC_OK;
}

Str policy_text(Ctx *ctx, const PolicyPaper *paper)
{
    Source src = {paper->text, paper->ntext};
    return policy__text_literal(ctx->arena, &src, 0, (uint32_t)paper->ntext);
}
