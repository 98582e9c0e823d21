/* GET /api/devices/health: every device with its state, worst first, in pages, with sums by state, field and
 * body; the same as CSV; and one device with its points and the devices below it. All from memory but for the
 * faults (one query over the open alarms) and the names of the points that are shown. */
#include "health.h"
#include "mod_point_queries_sql.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>

#define LIMIT_MOST    500
#define BODIES_MOST   500
#define CHILDREN_MOST 500
#define POINTS_MOST   500

typedef struct Health {
    HealthView view;
    DeviceHealth *d; /* by place in the set */
    bool *seen;      /* the asker's devices, by place; NULL: all */
    uint32_t *order; /* the chosen ones, worst first */
    size_t n;
    size_t measured, total;
    /* The question. */
    Str q;
    int state; /* -1: any */
} Health;

/* ---- Everything of one moment ---- */

static Rc read_faults(Req *req, const LiveSet *set, uint8_t *out)
{
    Work w;
    DbCursor *c;
    Rc rc;
    if (!kernel_entity(req_kernel(req), "alarms")) return RC_OK;
    TRY(work_begin(req, false, &w));
    TRY(db_query(&req->ctx, w.db, &q_point_faults, DB_NO_ARGS, &c));
    while ((rc = db_next(&req->ctx, c)) > 0) {
        int64_t no = db_i64(c, 0);
        Str kind = db_str(c, 1);
        if (no < 1 || no > set->max) continue;
        out[no] |= str_is(kind, "offline") ? FAULT_OFFLINE
                   : str_is(kind, "stuck") ? FAULT_STUCK
                                           : FAULT_CLOCK;
    }
    db_close(&c);
    work_abort(&w);
    return rc;
}

/* Devices are scoped by their objects, which the live set does not know. */
static Rc read_seen(Req *req, const LiveSet *set, bool **out)
{
    Work w;
    DbCursor *c;
    Rc rc;
    size_t i = 1;
    *out = NULL;
    if (scope_is_whole(scope_of(req->who))) return RC_OK;
    bool *seen = ARENA_ARRAY(req->ctx.arena, bool, set->ndevices);
    TRY(work_begin(req, false, &w));
    TRY(scope_query(&w, &q_point_devices_in, DB_NO_ARGS, &c));
    while ((rc = db_next(&req->ctx, c)) > 0) {
        while (i < set->ndevices && set->devices[i].id < db_i64(c, 0)) i++;
        if (i < set->ndevices && set->devices[i].id == db_i64(c, 0)) seen[i] = true;
    }
    db_close(&c);
    work_abort(&w);
    *out = seen;
    return rc < 0 ? rc : RC_OK;
}

static bool is_seen(const Health *h, uint32_t i)
{
    return i == 0 || !h->seen || h->seen[i];
}

static void *borrow(Req *req, size_t n, size_t size)
{
    void *p = calloc(n, size); /* beside the request's budget: some 80 bytes a point */
    ENSURE(p != NULL);
    arena_defer(req->ctx.arena, free, p);
    return p;
}

/* How far the measuring is, of the points that the asker sees: the others he does not count either. */
static void count_measured(Health *h)
{
    const LiveSet *set = h->view.set;
    for (uint32_t no = 1; no <= set->max; no++) {
        if (!set->p[no].id || !set->p[no].in_service || !point_seen(h->view.sight, no)) continue;
        h->total++;
        h->measured += h->view.measured[no].measured_at != 0;
    }
}

static Rc look(Req *req, Health *h)
{
    PointLive *live;
    const LiveSet *set;
    TRY(point_set_take(&req->ctx, req_kernel(req), &live, &set));
    size_t n = (size_t)set->max + 1;
    SeriesLatest *latest = borrow(req, n, sizeof *latest);
    HealthPoint *measured = borrow(req, n, sizeof *measured);
    uint8_t *faults = borrow(req, n, 1);
    h->d = borrow(req, set->ndevices, sizeof *h->d);
    h->order = borrow(req, set->ndevices, sizeof *h->order);
    const PointSight *sight;
    TRY(point_sight(&req->ctx, req_kernel(req), req->who, &sight));
    TRY(read_seen(req, set, &h->seen));
    TRY(read_faults(req, set, faults));
    series_latest(intake_series(live->intake), 0, n, latest);
    health_read(live, set, measured);
    h->view = (HealthView){set, latest, measured, faults, req->t, health_began(live), sight};
    count_measured(h);
    health_sum(&h->view, h->d);
    return RC_OK;
}

/* ---- Which devices, in which order ---- */

static bool has_text(const char *z, Str q)
{
    return str_find(str_of(z), q) >= 0;
}

static bool is_chosen(const Health *h, uint32_t i)
{
    const LiveDevice *d = &h->view.set->devices[i];
    if (!is_seen(h, i) || (i == 0 && !h->d[0].points)) return false;
    if (h->state >= 0 && (int)h->d[i].state != h->state) return false;
    return h->q.n == 0 || (i && (has_text(d->code, h->q) || has_text(d->name, h->q)));
}

static int worst_first(const void *a, const void *b, void *ud)
{
    const Health *h = ud;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    if (h->d[i].score != h->d[k].score) return h->d[i].score > h->d[k].score ? -1 : 1;
    return i < k ? -1 : i > k;
}

static void choose(Health *h)
{
    for (uint32_t i = 0; i < h->view.set->ndevices; i++)
        if (is_chosen(h, i)) h->order[h->n++] = i;
    qsort_r(h->order, h->n, sizeof *h->order, worst_first, h);
}

static Rc read_choice(Req *req, const char *const *known, Health *h)
{
    Str state = req_query(req, "state");
    point_query_only(req, known);
    h->q = req_query(req, "q");
    h->state = -1;
    for (int s = 0; state.n && s < HEALTH_STATES; s++)
        if (str_is(state, health_state_names[s])) h->state = s;
    if (state.n && h->state < 0)
        FAIL_FIELD(&req->ctx, "state", "value", 0,
                   "state 应为 offline、partial、fault、poor、ok、waiting 或 idle",
                   "state must be offline, partial, fault, poor, ok, waiting or idle");
    return req->ctx.err.kind;
}

static void read_whole(Req *req, const char *name, int64_t most, int64_t *out)
{
    Str s = req_query(req, name);
    if (s.n && (!num_parse_i64(s, out) || *out < 0 || *out > most))
        FAIL_FIELD(&req->ctx, name, "range", 0, "应为 0 至 %lld 的整数",
                   "must be a whole number from 0 to %lld", (long long)most);
}

/* ---- The answer ---- */

static void put_late(JsonOut *o, int32_t late)
{
    jout_key(o, "late_ms");
    if (late == HEALTH_UNKNOWN) jout_null(o);
    else jout_i64(o, late);
}

static void put_measured(JsonOut *o, uint64_t received, uint64_t bad, uint64_t expected)
{
    jout_ki(o, "received", (int64_t)received);
    jout_ki(o, "bad", (int64_t)bad);
    jout_ki(o, "expected", (int64_t)expected);
}

static void put_faults(JsonOut *o, unsigned faults)
{
    static const char *const names[] = {"offline", "stuck", "clock"};
    jout_key(o, "faults");
    jout_open_array(o);
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (faults & (1U << i)) jout_z(o, names[i]);
    jout_close_array(o);
}

static void put_device(const Health *h, uint32_t i, JsonOut *o)
{
    const LiveDevice *dev = &h->view.set->devices[i];
    const DeviceHealth *d = &h->d[i];
    bool named = dev->parent && is_seen(h, dev->parent);
    const char *parent = named ? h->view.set->devices[dev->parent].code : NULL;
    jout_open(o);
    jout_key(o, "id");
    if (i) jout_id(o, dev->id);
    else jout_null(o);
    jout_kz(o, "code", i ? dev->code : NULL);
    jout_kz(o, "name", i ? dev->name : NULL);
    jout_kz(o, "kind", i && *dev->kind ? dev->kind : NULL);
    jout_kz(o, "parent", parent);
    jout_kz(o, "state", health_state_names[d->state]);
    jout_ki(o, "points", d->points);
    jout_ki(o, "online", d->online);
    jout_ki(o, "children", d->children);
    jout_ki(o, "children_online", d->children_online);
    jout_kt(o, "last_t", d->last_t);
    put_late(o, d->late_ms);
    put_measured(o, d->received, d->bad, d->expected);
    jout_ki(o, "gaps", d->gaps);
    jout_ki(o, "gap_ms", d->gap_ms);
    jout_kf(o, "battery", d->battery);
    jout_kf(o, "signal", d->signal);
    put_faults(o, d->faults);
    jout_close(o);
}

static void put_states(const Health *h, JsonOut *o)
{
    int64_t n[HEALTH_STATES] = {0};
    for (uint32_t i = 1; i < h->view.set->ndevices; i++) n[h->d[i].state] += is_seen(h, i);
    jout_key(o, "by_state");
    jout_open(o);
    for (int s = 0; s < HEALTH_STATES; s++) jout_ki(o, health_state_names[s], n[s]);
    jout_close(o);
}

/* Of the points of one field or body. */
typedef struct Part {
    int64_t points, online, must, monitored;
    uint64_t received, bad, expected;
} Part;

static void add_part(const HealthView *v, uint32_t no, Part *part)
{
    const LivePoint *p = &v->set->p[no];
    part->must += p->must_monitor;
    part->monitored += p->must_monitor && p->in_service;
    if (!p->in_service) return;
    part->points++;
    part->online += point_is_online(p, &v->latest[no], v->now);
    part->received += v->measured[no].received;
    part->bad += v->measured[no].bad;
    part->expected += v->measured[no].expected;
}

static void put_part(JsonOut *o, const char *code, const char *title, const Part *p)
{
    jout_open(o);
    jout_kz(o, "code", code && *code ? code : NULL);
    jout_kz(o, "title", title);
    jout_ki(o, "points", p->points);
    jout_ki(o, "online", p->online);
    jout_ki(o, "must_monitor", p->must);
    jout_ki(o, "monitored", p->monitored);
    put_measured(o, p->received, p->bad, p->expected);
    jout_close(o);
}

static void put_fields(Req *req, const LiveSet *set, const Part *fields, JsonOut *o)
{
    const uint32_t *order = live_fields_in_order(req->ctx.arena, set);
    jout_key(o, "by_field");
    jout_open_array(o);
    for (size_t k = 0; k < set->nfields; k++) {
        const Part *part = &fields[order[k]];
        const char *code = set->fields[order[k]];
        if (part->points + part->must)
            put_part(o, code, dict_label(req_kernel(req), "field", str_of(code), req->ctx.lang), part);
    }
    jout_close_array(o);
}

static void put_parts(Req *req, const Health *h, JsonOut *o)
{
    const LiveSet *set = h->view.set;
    Part *fields = borrow(req, set->nfields, sizeof *fields),
         *bodies = borrow(req, set->nbodies, sizeof *bodies);
    for (uint32_t no = 1; no <= set->max; no++) {
        if (!set->p[no].id || !point_seen(h->view.sight, no)) continue;
        add_part(&h->view, no, &fields[set->p[no].field]);
        add_part(&h->view, no, &bodies[set->p[no].body]);
    }
    put_fields(req, set, fields, o);
    jout_key(o, "by_body");
    jout_open_array(o);
    for (size_t i = 0, put = 0; i < set->nbodies && put < BODIES_MOST; i++)
        if (bodies[i].points + bodies[i].must) {
            put_part(o, set->bodies[i].code, set->bodies[i].name, &bodies[i]);
            put++;
        }
    jout_close_array(o);
}

Rc point_health(Req *req, Res *res)
{
    static const char *const known[] = {"q", "state", "limit", "cursor", NULL};
    Health *h = ARENA_NEW(req->ctx.arena, Health);
    int64_t limit = 50, from = 0;
    read_whole(req, "limit", LIMIT_MOST, &limit);
    read_whole(req, "cursor", INT32_MAX, &from);
    TRY(read_choice(req, known, h));
    TRY(look(req, h));
    choose(h);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kt(o, "t", req->t);
    jout_ki(o, "measured", (int64_t)h->measured);
    jout_ki(o, "to_measure", (int64_t)h->total);
    put_states(h, o);
    put_parts(req, h, o);
    jout_ki(o, "count", (int64_t)h->n);
    jout_key(o, "items");
    jout_open_array(o);
    size_t end = (size_t)(from + limit) < h->n ? (size_t)(from + limit) : h->n;
    for (size_t i = (size_t)from; i < end; i++) put_device(h, h->order[i], o);
    jout_close_array(o);
    jout_kz(o, "next", end < h->n ? arena_printf(req->ctx.arena, "%zu", end) : NULL);
    jout_close(o);
    return RC_OK;
}

/* ---- One device ---- */

static Rc put_point(Req *req, Work *w, const Health *h, uint32_t no, JsonOut *o)
{
    const HealthView *v = &h->view;
    const HealthPoint *m = &v->measured[no];
    DbCursor *c;
    Rc found = db_query_one(&req->ctx, w->db, &q_point_of_number, DB_ARGS(db_val_i64(no)), &c);
    if (found <= 0) return found;
    jout_open(o);
    jout_kid(o, "id", v->set->p[no].id);
    jout_ks(o, "code", db_str(c, 0));
    jout_ks(o, "name", db_str(c, 1));
    jout_ks(o, "unit", db_str(c, 2));
    jout_ks(o, "quantity", db_str(c, 3));
    jout_kb(o, "in_service", v->set->p[no].in_service);
    jout_kz(o, "state", health_state_names[v->set->p[no].in_service ? health_of_point(v, no) : HEALTH_IDLE]);
    jout_kt(o, "last_t", v->latest[no].t);
    jout_kf(o, "value", v->latest[no].t == TIME_NONE ? (double)NAN : v->latest[no].v);
    put_late(o, m->late_ms);
    put_measured(o, m->received, m->bad, m->expected);
    jout_ki(o, "gaps", m->gaps);
    jout_ki(o, "gap_ms", m->gap_ms);
    jout_ki(o, "window_ms", m->window_ms);
    jout_ki(o, "interval_ms", v->set->p[no].interval_ms);
    put_faults(o, v->faults[no]);
    jout_close(o);
    return RC_OK;
}

static Rc find_device(Req *req, Work *w, const LiveSet *set, uint32_t *out)
{
    Record *rec;
    *out = 0;
    if (str_is(req_param(req, "id"), "none")) return RC_OK;
    Rc rc = scope_find(w, kernel_entity(w->kernel, "devices"), req_param(req, "id"), &rec);
    TRY(rc);
    for (uint32_t i = 1; rc && i < set->ndevices; i++)
        if (set->devices[i].id == rec->id) *out = i;
    return *out ? RC_OK : FAIL(&req->ctx, RC_NOT_FOUND, "device.absent", "没有这台设备", "no such device");
}

Rc point_device_health(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    Health *h = ARENA_NEW(req->ctx.arena, Health);
    Work w;
    uint32_t device;
    TRY(point_query_only(req, known));
    TRY(look(req, h));
    const LiveSet *set = h->view.set;
    TRY(work_begin(req, false, &w));
    TRY(find_device(req, &w, set, &device));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "device");
    put_device(h, device, o);
    jout_key(o, "points");
    jout_open_array(o);
    for (uint32_t no = 1, n = 0; no <= set->max && n < POINTS_MOST; no++) {
        if (!set->p[no].id || set->p[no].device != device || !point_seen(h->view.sight, no)) continue;
        TRY(put_point(req, &w, h, no, o));
        n++;
    }
    jout_close_array(o);
    jout_key(o, "children");
    jout_open_array(o);
    for (uint32_t i = 1, n = 0; device && i < set->ndevices && n < CHILDREN_MOST; i++) {
        if (set->devices[i].parent != device || !is_seen(h, i)) continue;
        put_device(h, i, o);
        n++;
    }
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}

/* ---- CSV ---- */

typedef struct Sheet {
    const Health *h;
    size_t next;
    bool begun;
    Lang lang;
    Arena *arena;
} Sheet;

/* Quoted; what a spreadsheet would take for a formula is made a text. */
static void put_cell(StrBuf *b, const char *z)
{
    buf_addc(b, '"');
    if (*z && strchr("=+-@\t\r", *z)) buf_addc(b, '\'');
    for (; *z; z++) {
        if (*z == '"') buf_addc(b, '"');
        buf_addc(b, *z);
    }
    buf_addz(b, "\",");
}

static void put_figure(StrBuf *b, double v)
{
    char text[32];
    if (isfinite(v)) buf_add(b, str_n(text, num_print_f64(v, text)));
    buf_addc(b, ',');
}

static void put_line(const Sheet *s, uint32_t i, StrBuf *b)
{
    const LiveDevice *dev = &s->h->view.set->devices[i];
    const DeviceHealth *d = &s->h->d[i];
    char time[TIME_TEXT_MAX];
    put_cell(b, i ? dev->code : "");
    put_cell(b, i ? dev->name : "");
    put_cell(b, dev->parent && is_seen(s->h, dev->parent) ? s->h->view.set->devices[dev->parent].code : "");
    buf_printf(b, "%s,%u,%u,%s,", health_state_names[d->state], d->points, d->online,
               d->last_t == TIME_NONE ? "" : time_print_civil(d->last_t, time));
    put_figure(b, d->late_ms == HEALTH_UNKNOWN ? (double)NAN : d->late_ms / 1000.0);
    buf_printf(b, "%llu,%llu,%llu,%u,%lld,", (unsigned long long)d->expected, (unsigned long long)d->received,
               (unsigned long long)d->bad, d->gaps, (long long)(d->gap_ms / MS_SECOND));
    put_figure(b, d->battery);
    put_figure(b, d->signal);
    buf_printf(b, "%s%s%s\r\n", d->faults & FAULT_OFFLINE ? "offline " : "",
               d->faults & FAULT_STUCK ? "stuck " : "", d->faults & FAULT_CLOCK ? "clock" : "");
}

static const Text heads =
    T("设备编号,设备名称,上级设备,状态,在用测点,在线测点,最近读数,迟到（秒）,应收,实收,坏值,缺口数,最长"
      "缺口（秒）,电量（%）,信号（dBm）,故障",
      "code,name,parent,state,points,online,last reading,late s,expected,received,bad,gaps,longest "
      "gap s,battery %,signal dBm,faults");

static long pull(void *ud, char *buf, size_t max)
{
    Sheet *s = ud;
    StrBuf b;
    long n = 0;
    if (max < 2048) return -1;
    arena_reset(s->arena);
    buf_init(&b, s->arena);
    if (!s->begun) buf_printf(&b, "\xEF\xBB\xBF%s\r\n", text_in(heads, s->lang));
    s->begun = true;
    for (;;) {
        if (b.n > max - (size_t)n) {
            s->next--; /* comes again in the next piece */
            break;
        }
        if (b.n) memcpy(buf + n, b.p, b.n);
        n += (long)b.n;
        if (s->next >= s->h->n) break;
        b.n = 0;
        put_line(s, s->h->order[s->next++], &b);
    }
    return n;
}

static void free_arena(void *arg)
{
    Arena *a = arg;
    arena_free(&a);
}

Rc point_health_csv(Req *req, Res *res)
{
    static const char *const known[] = {"q", "state", NULL};
    Health *h = ARENA_NEW(req->ctx.arena, Health);
    Sheet *s = ARENA_NEW(req->ctx.arena, Sheet);
    TRY(read_choice(req, known, h));
    TRY(look(req, h));
    choose(h);
    *s = (Sheet){.h = h, .lang = req->ctx.lang, .arena = arena_new(0)};
    arena_defer(req->ctx.arena, free_arena, s->arena);
    res_attachment(req, res, req->ctx.lang == LANG_EN ? "device-health.csv" : "设备健康.csv");
    res_stream(res, "text/csv; charset=utf-8", pull, s);
    return RC_OK;
}
