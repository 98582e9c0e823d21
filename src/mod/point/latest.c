/* GET /api/latest: the newest value of every point in one sweep over memory: no database, no tree of objects.
 * A city's points go out as one body, made in the bytes that are sent; for more than WHOLE_MOST points that
 * would be too much memory for one request, and the rows are streamed. */
#include "point_private.h"
#include "base/clock.h"
#include "base/num.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- One row ---- */

static size_t put_text(Str s, char *buf)
{
    memcpy(buf, s.p, s.n);
    return s.n;
}

size_t point_value_row(RowTexts *texts, const ValueRow *row, char buf[VALUE_ROW_MAX])
{
    const SeriesLatest *v = &row->v;
    size_t n = put_text(STR("[\""), buf), len;
    num_near_print(&texts->id, row->id, buf + n, &len);
    n += len;
    n += put_text(STR("\","), buf + n);
    num_near_print(&texts->t, v->t, buf + n, &len);
    n += len;
    buf[n++] = ',';
    n += isfinite(v->v) ? num_print_f64(v->v + 0.0, buf + n) : put_text(STR("null"), buf + n); /* no "-0" */
    buf[n++] = ',';
    buf[n++] = (char)('0' + v->q);
    buf[n++] = ',';
    n += row->grade ? num_print_i64(row->grade, buf + n) : put_text(STR("null"), buf + n);
    buf[n++] = ']';
    return n;
}

/* ---- Which points ---- */

typedef struct Pick {
    int64_t object;      /* 0: any */
    int district, field; /* in the set; -1: any, -2: one that no point has */
    bool *chosen;        /* by number; NULL: any */
    const PointSight *sight;
} Pick;

static Rc pick_record(Req *req, const char *name, const char *plural, int64_t *out)
{
    Str key = req_query(req, name);
    if (key.n == 0) return 0;
    Work w;
    Record *rec;
    const Entity *e = kernel_entity(req_kernel(req), plural);
    TRY(work_begin(req, false, &w));
    Rc rc = scope_find(&w, e, key, &rec);
    if (rc == 0) rc = scope_find(&w, e, str_printf(req->ctx.arena, "code:%.*s", STR_ARG(key)), &rec);
    if (rc < 0) return rc;
    if (rc == 0)
        return FAIL_FIELD(&req->ctx, name, "reference", 0, "没有编码为“%.*s”的记录",
                          "there is no record \"%.*s\"", STR_ARG(key));
    *out = rec->id;
    return work_commit(&w);
}

static void pick_field(Req *req, const LiveSet *set, Pick *p)
{
    Str field = req_query(req, "field");
    p->field = -1;
    if (field.n == 0) return;
    p->field = -2;
    for (size_t i = 1; i < set->nfields; i++)
        if (str_is(field, set->fields[i])) p->field = (int)i;
}

static Rc pick_district(Req *req, const LiveSet *set, Pick *p)
{
    int64_t id = 0;
    TRY(pick_record(req, "district", "districts", &id));
    p->district = id ? -2 : -1;
    for (size_t i = 1; id && i < set->ndistricts; i++)
        if (set->districts[i].id == id) p->district = (int)i;
    return 0;
}

static uint32_t number_of(const LiveSet *set, const Registry *r, Str key)
{
    int64_t id;
    uint32_t no = registry_by_code(r, key);
    if (no || !num_parse_i64(key, &id)) return no;
    for (uint32_t i = 1; i <= set->max; i++)
        if (set->p[i].id == id) return i;
    return 0;
}

/* point=A,B: codes or ids. */
static void pick_points(Req *req, PointLive *live, const LiveSet *set, Pick *p)
{
    Str list = req_query(req, "point");
    if (list.n == 0) return;
    const Registry *r = intake_registry_take(live->intake);
    p->chosen = ARENA_ARRAY(req->ctx.arena, bool, (size_t)set->max + 1);
    while (list.n) {
        uint32_t no = number_of(set, r, str_trim(str_cut(&list, ',')));
        if (no && no <= set->max) p->chosen[no] = true;
    }
    intake_registry_release(live->intake, r);
}

static bool wanted(const Pick *p, const LiveSet *set, uint32_t no)
{
    const LivePoint *pt = &set->p[no];
    return pt->id && (!p->object || pt->object == p->object) &&
           (p->district == -1 || (int64_t)pt->district == p->district) &&
           (p->field == -1 || pt->field == p->field) && (!p->chosen || p->chosen[no]) &&
           point_seen(p->sight, no);
}

/* ---- The stream ---- */

typedef struct Stream {
    const LiveSet *set;
    SeriesLatest *v; /* by number */
    const PointGrades *grades;
    Pick pick;
    RowTexts texts;
    uint32_t next;
    bool first, ended;
    int64_t now;
} Stream;

enum { HEAD_MOST = 160, WHOLE_MOST = 250000, ROW_USUAL = 56 };

static size_t put_head(const Stream *s, char *buf)
{
    char t[TIME_TEXT_MAX];
    return (size_t)snprintf(buf, HEAD_MOST,
                            "{\"t\":\"%s\",\"columns\":[\"id\",\"t\",\"v\",\"q\",\"grade\"],\"rows\":[",
                            time_print(s->now, t));
}

static long pull(void *ud, char *buf, size_t max)
{
    Stream *s = ud;
    size_t n = 0;
    if (s->ended || max < HEAD_MOST + 2 * VALUE_ROW_MAX) return 0;
    if (s->next == 0) {
        n = put_head(s, buf);
        s->next = 1;
    }
    for (; s->next <= s->set->max && n + VALUE_ROW_MAX + 4 < max; s->next++) {
        uint32_t no = s->next;
        if (s->v[no].t == TIME_NONE || !wanted(&s->pick, s->set, no)) continue;
        if (!s->first) buf[n++] = ',';
        s->first = false;
        ValueRow row = {s->set->p[no].id, s->v[no], s->grades->grade(s->grades->ud, no)};
        n += point_value_row(&s->texts, &row, buf + n);
    }
    if (s->next > s->set->max && n + 2 < max) {
        buf[n++] = ']';
        buf[n++] = '}';
        s->ended = true;
    }
    return (long)n;
}

/* All of it; malloc. */
static char *whole(Stream *s, size_t *out)
{
    size_t cap = 4096 + (size_t)s->set->max * ROW_USUAL, n = 0;
    char *buf = NULL;
    do {
        if (buf) cap *= 2;
        buf = realloc(buf, cap);
        ENSURE(buf != NULL);
        n += (size_t)pull(s, buf + n, cap - n);
    } while (!s->ended);
    *out = n;
    return buf;
}

static Rc pick_all(Req *req, PointLive *live, const LiveSet *set, Pick *p)
{
    static const char *const known[] = {"point", "field", "object", "district", NULL};
    TRY(point_query_only(req, known));
    TRY(pick_record(req, "object", "objects", &p->object));
    TRY(pick_district(req, set, p));
    pick_field(req, set, p);
    pick_points(req, live, set, p);
    return point_sight(&req->ctx, req_kernel(req), req->who, &p->sight);
}

Rc point_latest(Req *req, Res *res)
{
    PointLive *live;
    Stream *s = ARENA_NEW(req->ctx.arena, Stream);
    *s = (Stream){.first = true, .now = req->t};
    TRY(point_set_take(&req->ctx, req_kernel(req), &live, &s->set));
    TRY(pick_all(req, live, s->set, &s->pick));
    size_t n = (size_t)s->set->max + 1;
    s->v = malloc(n * sizeof *s->v); /* beside the request's budget: 24 bytes a point */
    ENSURE(s->v != NULL);
    arena_defer(req->ctx.arena, free, s->v);
    s->grades = kernel_service(req_kernel(req), "point_grades");
    series_latest(intake_series(live->intake), 0, n, s->v);
    if (s->set->max > WHOLE_MOST) {
        res_stream(res, "application/json", pull, s);
    } else {
        size_t bytes;
        char *body = whole(s, &bytes);
        res_body_take(res, "application/json", body, bytes);
    }
    return 0;
}
