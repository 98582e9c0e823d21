/* A template and a model make a document. Values go in as text; nothing of them is read as markup. Rows that
 * follow one another become one table, also those that a loop brings forth. */
#include "base/num.h"
#include "template_private.h"
#include <math.h>

typedef struct Turn {
    const Json *item;
    size_t n; /* from 1 */
} Turn;

typedef struct Filler {
    Ctx *ctx;
    const PaperModel *m;
    Paper *p;
    Turn turns[PAPER_DEPTH_MAX];
    size_t depth, total;
    Str *cells; /* of the table under way */
    size_t ncols, nrows, cap;
    Str attachments[100];
    size_t nattachments;
    StrBuf *unknown; /* instead of filling: names that no scope has */
} Filler;

static const Str blank = {"＿＿＿＿", sizeof "＿＿＿＿" - 1};

/* ---- Values ---- */

static const Json *member(const Json *j, Str name)
{
    if (!j || j->type != JSON_OBJECT) return NULL;
    for (const Json *m = j->child; m; m = m->next)
        if (str_eq(m->name, name)) return m;
    return NULL;
}

static const Json *inside(const Json *j, Str path)
{
    while (j && path.n) j = member(j, str_cut(&path, '.'));
    return j;
}

static const Json *look_up(const Filler *f, Str path)
{
    const Json *found = NULL;
    if (str_is(path, ".")) return f->depth ? f->turns[f->depth - 1].item : NULL;
    for (size_t i = f->depth; !found && i-- > 0;) found = inside(f->turns[i].item, path);
    for (size_t i = 0; !found && i < f->m->nscopes; i++) found = inside(f->m->scopes[i], path);
    return found;
}

static Str text_of(const Filler *f, const Json *j)
{
    char number[NUM_TEXT_MAX];
    Arena *a = f->ctx->arena;
    switch (j ? j->type : JSON_NULL) {
    case JSON_TEXT:
        return paper_clean(a, str_trim(j->s));
    case JSON_INT:
        return str_copy(a, str_n(number, num_print_i64(j->i, number)));
    case JSON_REAL:
        return str_copy(a, str_n(number, num_print_f64(j->f, number)));
    case JSON_BOOL:
        return f->p->lang == LANG_EN ? (j->b ? STR("yes") : STR("no")) : (j->b ? STR("是") : STR("否"));
    default:
        return STR_NONE;
    }
}

static Str value_of(Filler *f, const Segment *s, bool blanks)
{
    if (str_is(s->text, "#"))
        return f->depth ? str_printf(f->ctx->arena, "%zu", f->turns[f->depth - 1].n) : STR_NONE;
    const Json *j = look_up(f, s->text);
    if (f->unknown && !j && !s->optional && str_find(buf_str(f->unknown), s->text) < 0)
        buf_printf(f->unknown, "%s%.*s", f->unknown->n ? " " : "", STR_ARG(s->text));
    Str text = text_of(f, j);
    return text.n || s->optional || !blanks ? text : blank;
}

static Str join(Filler *f, const Segment *s, bool blanks)
{
    StrBuf b;
    buf_init(&b, f->ctx->arena);
    for (; s; s = s->next)
        buf_add(&b, s->value ? value_of(f, s, blanks) : paper_clean(f->ctx->arena, s->text));
    return buf_str(&b);
}

static bool holds(const Filler *f, const Node *n)
{
    const Json *j = look_up(f, n->path);
    if (n->equals.p) return str_eq(text_of(f, j), n->equals);
    if (!j) return false;
    switch (j->type) {
    case JSON_BOOL:
        return j->b;
    case JSON_INT:
        return j->i != 0;
    case JSON_REAL:
        return j->f != 0;
    case JSON_TEXT:
        return str_trim(j->s).n != 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return j->child != NULL;
    case JSON_NULL:
        break;
    }
    return false;
}

/* ---- Tables ---- */

static Rc end_table(Filler *f)
{
    PaperBlock *b;
    if (!f->nrows) return 0;
    TRY(paper_add(f->ctx, f->p, PAPER_TABLE, &b));
    b->table = (PaperTable){.ncols = f->ncols, .nrows = f->nrows, .heads = 1, .cells = f->cells};
    f->cells = NULL;
    f->nrows = f->ncols = f->cap = 0;
    return 0;
}

/* Room for one more row; *row its cells. */
static Rc take_row(Filler *f, size_t ncells, Str **row)
{
    if (!f->nrows) f->ncols = ncells;
    size_t used = f->nrows * f->ncols;
    if (used + f->ncols > PAPER_CELLS_MAX)
        return FAIL(f->ctx, RC_TOO_LARGE, "paper.too_large", "表格过大，最多 %d 格",
                    "the table is too large, it may have %d cells", PAPER_CELLS_MAX);
    if (used + f->ncols > f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 64;
        Str *grown = ARENA_ARRAY(f->ctx->arena, Str, cap);
        if (used) memcpy(grown, f->cells, used * sizeof(Str));
        f->cells = grown;
        f->cap = cap;
    }
    *row = f->cells + used;
    f->nrows++;
    return 0;
}

static Rc add_row(Filler *f, const Node *n)
{
    Str *row;
    TRY(take_row(f, n->ncells, &row));
    for (size_t i = 0; i < f->ncols; i++) row[i] = i < n->ncells ? join(f, n->cells[i], false) : STR_NONE;
    return 0;
}

/* ---- Blocks ---- */

static Rc add_text(Filler *f, const Node *n)
{
    Str text = join(f, n->text, true);
    while (text.n) {
        PaperBlock *b;
        Str line = str_trim(str_cut(&text, '\n'));
        if (!line.n) continue;
        TRY(paper_add(f->ctx, f->p, n->kind == NODE_HEADING ? PAPER_HEADING : PAPER_PARAGRAPH, &b));
        b->text = line;
        b->level = n->level;
        b->flush = n->kind == NODE_FLUSH;
        b->centre = n->kind == NODE_CENTRE;
    }
    return 0;
}

static void put_place(Filler *f, const Node *n)
{
    Paper *p = f->p;
    Str *const places[PLACES] = {
        [PLACE_HEAD] = &p->red_head,  [PLACE_NUMBER] = &p->number, [PLACE_TITLE] = &p->title,
        [PLACE_TO] = &p->to,          [PLACE_SENDER] = &p->sender, [PLACE_DATE] = &p->date,
        [PLACE_NOTE] = &p->note,      [PLACE_CC] = &p->cc,         [PLACE_PRINTER] = &p->printer,
        [PLACE_PRINTED] = &p->printed};
    Str text = str_trim(join(f, n->text, false));
    if (!text.n) return;
    if (n->level != PLACE_ATTACH) *places[n->level] = text;
    else if (f->nattachments < ARRAY_LEN(f->attachments)) f->attachments[f->nattachments++] = text;
}

/* A text that people wrote and its slice took apart: [{"level":1,"text":…}, {"text":…}, {"row":[…]}, …]. */
static Rc add_line(Filler *f, const Json *line)
{
    const Json *cells = json_get(line, "row");
    Str *row, text = text_of(f, json_get(line, "text"));
    int64_t level = 0;
    PaperBlock *b;
    if (cells && cells->type == JSON_ARRAY) {
        if (!cells->count || cells->count > PAPER_COLUMNS_MAX) return 0;
        TRY(take_row(f, cells->count, &row));
        const Json *cell = cells->child;
        for (size_t i = 0; i < f->ncols; i++, cell = cell ? cell->next : NULL) row[i] = text_of(f, cell);
        return 0;
    }
    TRY(end_table(f));
    if (!text.n) return 0;
    json_i64(json_get(line, "level"), &level);
    TRY(paper_add(f->ctx, f->p, level > 0 ? PAPER_HEADING : PAPER_PARAGRAPH, &b));
    b->text = text;
    b->level = (int)(level > 4 ? 4 : level);
    return 0;
}

static Rc add_lines(Filler *f, const Node *n)
{
    const Json *list = look_up(f, n->path);
    if (!list || list->type != JSON_ARRAY) return 0;
    JSON_EACH(it, list) TRY(add_line(f, it));
    return end_table(f);
}

static size_t count_of(const Json *list)
{
    return list && list->type == JSON_ARRAY ? list->count : 0;
}

static PaperMark *marks_of(Filler *f, const Json *list, size_t *n)
{
    PaperMark *out = ARENA_ARRAY(f->ctx->arena, PaperMark, count_of(list));
    *n = 0;
    JSON_EACH(it, list)
    {
        if (!json_f64(json_get(it, "at"), &out[*n].at)) continue;
        out[(*n)++].label = text_of(f, json_get(it, "label"));
    }
    return out;
}

static Rc add_chart(Filler *f, const Node *n)
{
    const Json *j = look_up(f, n->path), *t = json_get(j, "t"), *v = json_get(j, "v");
    size_t count = count_of(t);
    PaperBlock *b;
    if (!count || count != count_of(v)) return 0;
    int64_t *times = ARENA_ARRAY(f->ctx->arena, int64_t, count);
    double *values = ARENA_ARRAY(f->ctx->arena, double, count);
    const Json *y = v->child;
    size_t i = 0;
    for (const Json *x = t->child; x && y; x = x->next, y = y->next, i++)
        if (!json_i64(x, &times[i]) || !json_f64(y, &values[i])) values[i] = NAN;
    TRY(paper_add(f->ctx, f->p, PAPER_CHART, &b));
    b->chart = (PaperChart){.n = count, .t = times, .v = values};
    b->chart.title = text_of(f, json_get(j, "title"));
    b->chart.unit = text_of(f, json_get(j, "unit"));
    b->chart.limits = marks_of(f, json_get(j, "limits"), &b->chart.nlimits);
    b->chart.marks = marks_of(f, json_get(j, "marks"), &b->chart.nmarks);
    return 0;
}

static Rc add_picture(Filler *f, const Node *n)
{
    PaperBlock *b;
    Str bytes = STR_NONE, name = text_of(f, look_up(f, n->path));
    if (!name.n || !f->m->picture) return 0;
    Rc rc = f->m->picture(f->m->ud, name, &bytes);
    if (rc == RC_NOT_FOUND) ctx_clear(f->ctx);
    if (rc < 0) return rc == RC_NOT_FOUND ? 0 : rc;
    TRY(paper_add(f->ctx, f->p, PAPER_PICTURE, &b));
    b->picture.png = bytes;
    return 0;
}

/* ---- The tree ---- */

static Rc fill(Filler *f, const Node *n);

static Rc each(Filler *f, const Node *n)
{
    const Json *list = look_up(f, n->path);
    if (f->unknown && !list) buf_printf(f->unknown, "%s%.*s", f->unknown->n ? " " : "", STR_ARG(n->path));
    if (!list || list->type != JSON_ARRAY || f->depth == PAPER_DEPTH_MAX) return 0;
    size_t turn = 0;
    f->depth++;
    for (const Json *item = list->child; item; item = item->next) {
        if (++f->total > PAPER_EACH_MAX || arena_over(f->ctx->arena))
            return FAIL(f->ctx, RC_TOO_LARGE, "paper.too_large", "文书内容过多，循环超过 %d 次",
                        "the paper is too long: more than %d turns of loops", PAPER_EACH_MAX);
        f->turns[f->depth - 1] = (Turn){item, ++turn};
        TRY(fill(f, n->child));
    }
    f->depth--;
    return 0;
}

static Rc fill_one(Filler *f, const Node *n)
{
    bool within = n->kind == NODE_ROW || n->kind == NODE_EACH || n->kind == NODE_IF;
    if (!within) TRY(end_table(f));
    switch (n->kind) {
    case NODE_TEXT:
    case NODE_FLUSH:
    case NODE_CENTRE:
    case NODE_HEADING:
        return add_text(f, n);
    case NODE_ROW:
        return add_row(f, n);
    case NODE_PLACE:
        put_place(f, n);
        return 0;
    case NODE_CHART:
        return add_chart(f, n);
    case NODE_MAP:
        return template_map(f->ctx, f->p, look_up(f, n->path));
    case NODE_PICTURE:
        return add_picture(f, n);
    case NODE_LINES:
        return add_lines(f, n);
    case NODE_EACH:
        return each(f, n);
    case NODE_IF:
        return fill(f, holds(f, n) ? n->child : n->other);
    case NODE_BLANK:
        return 0;
    }
    return 0;
}

static Rc fill(Filler *f, const Node *n)
{
    for (; n; n = n->next) TRY(fill_one(f, n));
    return 0;
}

static Rc run(Filler *f, const PaperTemplate *t)
{
    TRY(fill(f, t->nodes));
    TRY(end_table(f));
    f->p->attachments = arena_copy(f->ctx->arena, f->attachments, sizeof f->attachments);
    f->p->nattachments = f->nattachments;
    return 0;
}

Rc paper_template_fill(Ctx *ctx, const PaperTemplate *t, const PaperModel *m, Paper *p)
{
    Filler *f = ARENA_NEW(ctx->arena, Filler);
    f->ctx = ctx;
    f->m = m;
    f->p = p;
    return run(f, t);
}

Rc paper_template_unknown(Ctx *ctx, const PaperTemplate *t, const PaperModel *m, StrBuf *out)
{
    Paper scratch;
    paper_init(&scratch, LANG_ZH);
    Filler *f = ARENA_NEW(ctx->arena, Filler);
    f->ctx = ctx;
    f->m = m;
    f->p = &scratch;
    f->unknown = out;
    return run(f, t);
}
