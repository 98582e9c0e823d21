/* CSV for Excel in China: UTF-8 with a BOM (without it Excel takes GB18030), commas, CRLF. A text that a
 * spreadsheet would run as a formula gets a ' in front; texts that already have quotes there get one more, so
 * that reading takes exactly one off. */
#include "write_private.h"
#include "base/clock.h"
#include "base/num.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>

static void csv_raw(SheetWriter *w, Str s)
{
    FILE *f = w->impl;
    if (w->col > 0) fputc(',', f);
    fwrite(s.p, 1, s.n, f);
}

static bool needs_guard(Str s)
{
    size_t i = 0;
    while (i < s.n && s.p[i] == '\'') i++;
    return i < s.n && strchr("=+-@\t\r", s.p[i]) != NULL;
}

static bool needs_quotes(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr(",\"\r\n;\t", s.p[i])) return true;
    return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void csv_text(SheetWriter *w, Str s)
{
    FILE *f = w->impl;
    if (w->col > 0) fputc(',', f);
    bool guard = s.n > 0 && needs_guard(s), quotes = needs_quotes(s);
    if (quotes) fputc('"', f);
    if (guard) fputc('\'', f);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') fputc('"', f);
        fputc(s.p[i], f);
    }
    if (quotes) fputc('"', f);
}

static void csv_number(SheetWriter *w, double v)
{
    char buf[NUM_TEXT_MAX];
    size_t n;
    if (v == floor(v) && fabs(v) < 1e15) n = (size_t)snprintf(buf, sizeof buf, "%lld", (long long)v);
    else n = num_print_f64(v, buf);
    csv_raw(w, str_n(buf, n));
}

static void csv_bool(SheetWriter *w, bool v)
{
    csv_raw(w, v ? STR("TRUE") : STR("FALSE"));
}

static void csv_time(SheetWriter *w, int64_t t, bool date_only)
{
    char buf[TIME_TEXT_MAX];
    Str s = str_of(time_print_civil(t, buf));
    csv_raw(w, date_only ? str_n(s.p, 10) : s);
}

static Rc csv_end_row(Ctx *ctx, SheetWriter *w)
{
    FILE *f = w->impl;
    fputs("\r\n", f);
    return ferror(f) ? sheet__fail_write(ctx, strerror(errno)) : 0;
}

static Rc csv_begin(Ctx *ctx, SheetWriter *w, const char *name, const SheetColumn *cols, size_t ncols)
{
    (void)name;
    fputs("\xEF\xBB\xBF", w->impl);
    for (size_t i = 0; i < ncols; i++) {
        csv_text(w, str_of(cols[i].title));
        w->col++;
    }
    w->col = 0;
    return csv_end_row(ctx, w);
}

static Rc csv_close(Ctx *ctx, SheetWriter *w)
{
    FILE *f = w->impl;
    bool bad = ferror(f) != 0;
    w->impl = NULL;
    if (fclose(f) != 0 || bad) return sheet__fail_write(ctx, strerror(errno));
    return 0;
}

static void csv_drop(SheetWriter *w)
{
    fclose(w->impl);
}

static const SheetOut csv_out = {csv_begin, csv_text,    csv_number, csv_bool,
                                 csv_time,  csv_end_row, csv_close,  csv_drop};

Rc sheet__open_csv(Ctx *ctx, const char *path, SheetWriter *w)
{
    w->out = &csv_out;
    FILE *f = fopen(path, "wbe");
    if (!f) return sheet__fail_write(ctx, strerror(errno));
    w->impl = f;
    return 0;
}

static ssize_t collect(void *memory, const char *p, size_t n)
{
    buf_add(memory, str_n(p, n));
    return (ssize_t)n;
}

Rc sheet__open_csv_memory(Ctx *ctx, SheetWriter *w)
{
    w->out = &csv_out;
    w->memory = ARENA_NEW(ctx->arena, StrBuf);
    buf_init(w->memory, ctx->arena);
    w->impl = fopencookie(w->memory, "w", (cookie_io_functions_t){.write = collect});
    return w->impl ? 0 : sheet__fail_write(ctx, strerror(errno));
}
