/* The table reader. Bytes are cut into lines (a line that spans two pieces is put together in `held`), the
 * first line chooses the form and resolves the columns, every further line goes to that form's function.
 * Memory is bounded by the longest line and the header, whatever the length of the table. */
#include "gateway/csv_codec.h"
#include "base/num.h"
#include <stdlib.h>

typedef struct Column {
    Str key;         /* "csv:CODE" */
    uint32_t number; /* 0: no such point */
} Column;

struct CsvDecoder {
    ReadingSink sink;
    Arena *arena; /* of the columns */
    void (*line_fn)(CsvDecoder *d, Str line);
    Column *columns; /* the wide form */
    size_t ncolumns; /* cells of a line */
    uint64_t line;
    char *held; /* the beginning of a line whose end has not come */
    size_t nheld;
    bool skipping; /* the line at hand is too long */
};

CsvDecoder *csv_new(const ReadingSink *sink)
{
    CsvDecoder *d = calloc(1, sizeof *d);
    ENSURE(d);
    d->sink = *sink;
    d->arena = arena_new(0);
    return d;
}

void csv_free(CsvDecoder **d)
{
    if (!*d) return;
    arena_free(&(*d)->arena);
    free((*d)->held);
    free(*d);
    *d = NULL;
}

uint64_t csv_lines(const CsvDecoder *d)
{
    return d->line;
}

static void reject(CsvDecoder *d, Str field, const char *code)
{
    d->sink.reject(d->sink.ud, d->line, field, code);
}

typedef struct Cells {
    Str rest;
    bool more; /* another cell follows */
    bool bad;  /* a quote is not closed, or something follows it */
} Cells;

/* The next cell without its quotes and without spaces around it. */
static Str next_cell(Cells *c)
{
    if (c->rest.n == 0 || *c->rest.p != '"') {
        const char *comma = c->rest.n ? memchr(c->rest.p, ',', c->rest.n) : NULL;
        c->more = comma != NULL;
        return str_trim(str_cut(&c->rest, ','));
    }
    const char *start = c->rest.p + 1, *end = c->rest.p + c->rest.n;
    const char *close = memchr(start, '"', (size_t)(end - start));
    if (!close || (close + 1 < end && close[1] != ',')) {
        c->bad = true;
        c->more = false;
        return STR_NONE;
    }
    c->more = close + 1 < end;
    c->rest = c->more ? str_n(close + 2, (size_t)(end - close - 2)) : STR_NONE;
    return str_n(start, (size_t)(close - start));
}

static bool parse_time(Str s, int64_t *out)
{
    return (num_parse_i64(s, out) || time_parse(s, true, out)) && gateway_time_ok(*out);
}

static bool parse_quality(Str s, uint8_t *out)
{
    *out = 0;
    if (s.n == 0) return true;
    if (s.n != 1 || *s.p < '0' || *s.p > '2') return false;
    *out = (uint8_t)(*s.p - '0');
    return true;
}

/* ---- t,point,v[,q] ---- */

static void emit_code(CsvDecoder *d, Str code, int64_t t, double v, uint8_t q)
{
    uint32_t number = d->sink.point(d->sink.ud, code);
    if (number) {
        d->sink.add(d->sink.ud, number, t, v, q);
        return;
    }
    char key[POINT_CODE_MAX + 4];
    memcpy(key, "csv:", 4);
    memcpy(key + 4, code.p, code.n);
    sink_at(&d->sink, d->line);
    d->sink.source(d->sink.ud, str_n(key, code.n + 4), t, v, q);
}

static void take_long(CsvDecoder *d, Str line)
{
    Str cell[4] = {STR_NONE, STR_NONE, STR_NONE, STR_NONE};
    Cells c = {.rest = line, .more = true};
    size_t n = 0;
    while (c.more && n < d->ncolumns) cell[n++] = next_cell(&c);
    int64_t t = 0;
    double v = 0;
    uint8_t q = 0;
    if (c.bad || c.more || n != d->ncolumns) reject(d, STR("line"), REJECT_SYNTAX);
    else if (!parse_time(cell[0], &t)) reject(d, STR("t"), REJECT_TIME);
    else if (cell[1].n == 0) reject(d, STR("point"), REJECT_REQUIRED);
    else if (cell[1].n > POINT_CODE_MAX) reject(d, STR("point"), REJECT_LIMIT);
    else if (!num_parse_f64(cell[2], true, &v)) reject(d, STR("v"), REJECT_NUMBER);
    else if (!parse_quality(cell[3], &q)) reject(d, STR("q"), REJECT_QUALITY);
    else emit_code(d, cell[1], t, v, q);
}

/* ---- t,CODE1,CODE2… ---- */

/* The cells of a line; SIZE_MAX when a quote is wrong. */
static size_t count_cells(Str line)
{
    Cells c = {.rest = line, .more = true};
    size_t n = 0;
    for (; c.more; n++) next_cell(&c);
    return c.bad ? SIZE_MAX : n;
}

static void take_cell(CsvDecoder *d, const Column *column, int64_t t, Str cell)
{
    double v;
    if (cell.n == 0) return;
    if (!num_parse_f64(cell, true, &v)) reject(d, str_n(column->key.p + 4, column->key.n - 4), REJECT_NUMBER);
    else if (column->number) d->sink.add(d->sink.ud, column->number, t, v, 0);
    else {
        sink_at(&d->sink, d->line);
        d->sink.source(d->sink.ud, column->key, t, v, 0);
    }
}

static void take_wide(CsvDecoder *d, Str line)
{
    int64_t t;
    if (count_cells(line) != d->ncolumns) {
        reject(d, STR("line"), REJECT_SYNTAX);
        return;
    }
    Cells c = {.rest = line, .more = true};
    if (!parse_time(next_cell(&c), &t)) {
        reject(d, STR("t"), REJECT_TIME);
        return;
    }
    for (size_t i = 1; i < d->ncolumns; i++) take_cell(d, &d->columns[i], t, next_cell(&c));
}

/* ---- The header ---- */

static Rc bad_header(Ctx *ctx, const char *zh, const char *en)
{
    return FAIL(ctx, RC_SYNTAX, "csv.header", "CSV 表头无法识别：%s", "the CSV header is not understood: %s",
                ctx->lang == LANG_EN ? en : zh);
}

static int compare_keys(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static bool codes_repeat(CsvDecoder *d)
{
    size_t n = d->ncolumns - 1;
    Str *keys = ARENA_ARRAY(d->arena, Str, n);
    for (size_t i = 0; i < n; i++) keys[i] = d->columns[i + 1].key;
    qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t i = 1; i < n; i++)
        if (str_eq(keys[i - 1], keys[i])) return true;
    return false;
}

static Rc take_wide_header(Ctx *ctx, CsvDecoder *d, Cells *c)
{
    d->columns = ARENA_ARRAY(d->arena, Column, d->ncolumns);
    for (size_t i = 1; i < d->ncolumns; i++) {
        Str code = next_cell(c);
        if (code.n == 0 || code.n > POINT_CODE_MAX || !str_utf8_ok(code))
            return bad_header(ctx, "列名须为点位编码", "a column must be named by the code of a point");
        d->columns[i].number = d->sink.point(d->sink.ud, code);
        d->columns[i].key = str_printf(d->arena, "csv:%.*s", STR_ARG(code));
    }
    if (codes_repeat(d)) return bad_header(ctx, "点位编码重复", "a code stands twice");
    d->line_fn = take_wide;
    return RC_OK;
}

static bool is_long_header(Str line, size_t ncells)
{
    static const char *const names[] = {"t", "point", "v", "q"};
    Cells c = {.rest = line, .more = true};
    if (ncells != 3 && ncells != 4) return false;
    for (size_t i = 0; i < ncells; i++)
        if (!str_is(next_cell(&c), names[i])) return false;
    return true;
}

static Rc take_header(Ctx *ctx, CsvDecoder *d, Str line)
{
    if (str_starts(line, STR("\xEF\xBB\xBF"))) line = str_n(line.p + 3, line.n - 3);
    d->ncolumns = count_cells(line);
    Cells c = {.rest = line, .more = true};
    if (d->ncolumns < 2 || d->ncolumns > CSV_COLUMNS_MAX || !str_is(next_cell(&c), "t"))
        return bad_header(ctx, "应为 t,point,v[,q] 或 t,编码1,编码2…",
                          "it must be t,point,v[,q] or t,CODE1,CODE2…");
    if (!is_long_header(line, d->ncolumns)) return take_wide_header(ctx, d, &c);
    d->line_fn = take_long;
    return RC_OK;
}

/* ---- Lines ---- */

static Rc take_line(Ctx *ctx, CsvDecoder *d, Str line)
{
    d->line++;
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (!d->line_fn) return take_header(ctx, d, line);
    if (line.n > CSV_LINE_MAX) reject(d, STR("line"), REJECT_LIMIT);
    else if (line.n && !str_utf8_ok(line)) reject(d, STR("line"), REJECT_SYNTAX);
    else if (line.n) d->line_fn(d, line);
    return RC_OK;
}

/* Keeps the beginning of a line until its end comes. */
static void hold(CsvDecoder *d, Str part)
{
    if (!d->held) {
        d->held = malloc(CSV_LINE_MAX + 1);
        ENSURE(d->held);
    }
    if (part.n > CSV_LINE_MAX + 1 - d->nheld) {
        part.n = CSV_LINE_MAX + 1 - d->nheld; /* too long by one: what follows of it is skipped */
        d->skipping = true;
    }
    if (part.n) memcpy(d->held + d->nheld, part.p, part.n);
    d->nheld += part.n;
}

static Rc take_held(Ctx *ctx, CsvDecoder *d)
{
    size_t n = d->nheld;
    bool too_long = d->skipping;
    d->nheld = 0;
    d->skipping = false;
    if (!too_long) return take_line(ctx, d, str_n(d->held, n));
    d->line++;
    if (!d->line_fn) return bad_header(ctx, "超过 1 MiB", "longer than 1 MiB");
    reject(d, STR("line"), REJECT_LIMIT);
    return RC_OK;
}

Rc csv_feed(Ctx *ctx, CsvDecoder *d, Str bytes)
{
    const char *p = bytes.p, *end = bytes.p + bytes.n;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        Str part = str_n(p, (size_t)((newline ? newline : end) - p));
        if (!newline) {
            if (!d->skipping) hold(d, part);
            break;
        }
        if (d->nheld == 0) {
            TRY(take_line(ctx, d, part));
        } else {
            if (!d->skipping) hold(d, part);
            TRY(take_held(ctx, d));
        }
        p = newline + 1;
    }
    return RC_OK;
}

Rc csv_end(Ctx *ctx, CsvDecoder *d)
{
    if (d->nheld) TRY(take_held(ctx, d));
    if (!d->line_fn) return bad_header(ctx, "内容为空", "the table is empty");
    return RC_OK;
}
