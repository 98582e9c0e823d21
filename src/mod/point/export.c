/* GET /api/readings.csv: the readings of some points over the whole span, raw or in steps, one point after
 * the other, streamed in pieces so that a year needs no more memory than an hour. */
#include "window.h"
#include "base/clock.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>

#define POINTS_MOST 20
#define PIECE       2000    /* rows read at once */
#define ROWS_MOST   5000000 /* of one file, by the sampling periods */
#define LINE_MOST   512

typedef struct Column {
    uint32_t no;
    int64_t interval_ms;
    Str code, unit;
} Column;

typedef struct Export {
    Series *series;
    Window w;
    Column points[POINTS_MOST];
    size_t npoints, at; /* the one under way */
    int64_t from;       /* where it goes on */
    Arena *arena;       /* of the piece */
    Ctx ctx;
    SeriesRow *rows; /* of the piece; one of the two */
    SeriesStep *steps;
    size_t n, i;
    bool begun;
} Export;

/* ---- Which points ---- */

static Rc add_column(Req *req, Work *w, Export *x, Str key)
{
    Record *rec;
    Rc rc = scope_find(w, &point_entity, key, &rec);
    if (rc == 0)
        rc = scope_find(w, &point_entity, str_printf(req->ctx.arena, "code:%.*s", STR_ARG(key)), &rec);
    if (rc < 0) return rc;
    if (rc == 0 || rec->archived_at != TIME_NONE)
        return FAIL_FIELD(&req->ctx, "points", "reference", 0, "没有测点“%.*s”", "there is no point \"%.*s\"",
                          STR_ARG(key));
    int64_t interval = rec_i64(&point_entity, rec, "interval_s");
    x->points[x->npoints++] = (Column){.no = (uint32_t)rec_i64(&point_entity, rec, "no"),
                                       .interval_ms = (interval > 0 ? interval : 60) * MS_SECOND,
                                       .code = rec_text(&point_entity, rec, "code"),
                                       .unit = rec_text(&point_entity, rec, "unit")};
    return RC_OK;
}

static Rc read_points(Req *req, Export *x)
{
    Work w;
    Str list = req_query(req, "points");
    if (!list.n)
        return FAIL_FIELD(&req->ctx, "points", "required", 0, "请给出测点，以逗号分隔",
                          "name points, parted by commas");
    TRY(work_begin(req, false, &w));
    while (list.n) {
        Str key = str_trim(str_cut(&list, ','));
        if (!key.n) continue;
        if (x->npoints == POINTS_MOST)
            return FAIL_FIELD(&req->ctx, "points", "limit", 0, "一次最多导出 %d 个测点",
                              "at most %d points at once", POINTS_MOST);
        TRY(add_column(req, &w, x, key));
    }
    return work_commit(&w);
}

static Rc check_size(Req *req, const Export *x)
{
    double rows = 0;
    for (size_t i = 0; i < x->npoints; i++)
        rows += (double)(x->w.to - x->w.from) / (double)(x->w.step ? x->w.step : x->points[i].interval_ms);
    if (rows <= ROWS_MOST) return RC_OK;
    return FAIL(&req->ctx, RC_TOO_LARGE, "readings.csv",
                "约有 %.0f 万行，超过 %d 万行上限，请加大步长或缩短时间",
                "about %.0f × 10,000 rows, more than %d × 10,000: choose a longer step or a shorter span",
                rows / 10000, ROWS_MOST / 10000);
}

/* ---- Lines ---- */

static void put_figure(StrBuf *b, double v)
{
    char text[32];
    buf_addc(b, ',');
    if (isfinite(v)) buf_add(b, str_n(text, num_print_f64(v, text)));
}

static void put_text(StrBuf *b, Str s)
{
    buf_addz(b, ",\"");
    if (s.n && strchr("=+-@", s.p[0])) buf_addc(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(b, '"');
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, '"');
}

static void put_line(const Export *x, StrBuf *b)
{
    char time[TIME_TEXT_MAX];
    const Column *p = &x->points[x->at];
    if (x->w.step) {
        const SeriesStep *s = &x->steps[x->i];
        buf_addz(b, time_print_civil(s->t, time));
        put_text(b, p->code);
        put_figure(b, point_step_value(s, AGG_AVG));
        put_figure(b, s->min);
        put_figure(b, s->max);
        put_figure(b, s->last);
        buf_printf(b, ",%u,%d", s->count, s->q);
    } else {
        const SeriesRow *r = &x->rows[x->i];
        buf_addz(b, time_print_civil(r->t, time));
        buf_printf(b, ".%03d", (int)(((r->t % 1000) + 1000) % 1000));
        put_text(b, p->code);
        put_figure(b, r->v);
        buf_printf(b, ",%d", r->q);
    }
    put_text(b, p->unit);
    buf_addz(b, "\r\n");
}

/* The next rows of the point under way, or of one after it. false: all is out. */
static Rc next_piece(Export *x)
{
    arena_reset(x->arena);
    ctx_init(&x->ctx, x->arena, LANG_ZH);
    x->i = x->n = 0;
    while (x->at < x->npoints) {
        uint32_t no = x->points[x->at].no;
        Rc rc = x->w.step ? series_steps(&x->ctx, x->series, no, x->from, x->w.to, x->w.step, PIECE,
                                         &x->steps, &x->n)
                          : series_range(&x->ctx, x->series, no, x->from, x->w.to, PIECE, &x->rows, &x->n);
        TRY(rc);
        if (x->n) {
            x->from = x->w.step ? x->steps[x->n - 1].t + x->w.step : x->rows[x->n - 1].t + 1;
            return 1;
        }
        x->at++;
        x->from = x->w.from;
    }
    return RC_OK;
}

static const char raw_head[] = "\xEF\xBB\xBFtime,point,value,quality,unit\r\n";
static const char step_head[] = "\xEF\xBB\xBFtime,point,mean,min,max,last,count,quality,unit\r\n";

static long pull(void *ud, char *buf, size_t max)
{
    Export *x = ud;
    size_t n = 0;
    if (max < 2 * LINE_MOST) return -1;
    if (!x->begun) {
        const char *head = x->w.step ? step_head : raw_head;
        memcpy(buf, head, n = strlen(head));
        x->begun = true;
    }
    while (n + LINE_MOST < max) {
        if (x->i == x->n) {
            Rc rc = next_piece(x);
            if (rc < 0) return -1;
            if (rc == 0) break;
        }
        StrBuf b;
        buf_init(&b, x->arena);
        put_line(x, &b);
        if (b.n > LINE_MOST) return -1;
        memcpy(buf + n, b.p, b.n);
        n += b.n;
        x->i++;
    }
    return (long)n;
}

static void free_arena(void *arg)
{
    Arena *a = arg;
    arena_free(&a);
}

Rc point_readings_csv(Req *req, Res *res)
{
    static const char *const known[] = {"points", "from", "to", "step", NULL};
    Export *x = ARENA_NEW(req->ctx.arena, Export);
    TRY(point_read_window(req, known, &x->w));
    TRY(read_points(req, x));
    TRY(check_size(req, x));
    x->series = intake_series(kernel_service(req_kernel(req), "intake"));
    x->from = x->w.from;
    x->arena = arena_new(0);
    arena_defer(req->ctx.arena, free_arena, x->arena);
    res_attachment(req, res, "readings.csv");
    res_stream(res, "text/csv; charset=utf-8", pull, x);
    return RC_OK;
}
