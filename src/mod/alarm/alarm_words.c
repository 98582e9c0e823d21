/* What an event says, in words and figures, as it is kept with the record and with the step of its timeline:
 * the sentence in both languages, the value and the limit, and the facts behind them. The watch knows rules
 * and figures; here come the names of the points in an expression with what they showed then, and what
 * another slice says of a figure that stands for something else (a vehicle's fences). Nothing of it may keep
 * an alarm from being booked: what is not known is left out. */
#include "alarm_private.h"
#include "mod/point.h"
#include "base/clock.h"

#include <math.h>
#include <stdatomic.h>

#define REASON_MOST   2000 /* code points, as the field says */
#define READINGS_MOST 20000

static _Atomic(AlarmTell) teller;

void alarm_tell_do(AlarmTell fn)
{
    atomic_store(&teller, fn);
}

Str alarm_shortened(Str s, size_t n)
{
    size_t at = 0;
    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && n-- == 0) break;
    return str_n(s.p, at);
}

/* ---- The operands of an expression ---- */

typedef struct Meant {
    WatchOperand operand;
    int64_t id; /* 0: no such point */
    uint32_t no;
    Str name, unit;
    double value; /* NaN: not known */
} Meant;

typedef struct Saying {
    Work *w;
    Intake *intake; /* NULL: no readings at hand */
    const IntakeEvent *ev;
    Meant *meant;
    size_t n;
} Saying;

static bool is_good(double v, uint8_t q)
{
    return q < Q_BAD && isfinite(v);
}

/* The newest good reading that was there at the event. */
static Rc newest_then(const Saying *s, uint32_t no, SeriesRow *out)
{
    SeriesRow *rows;
    size_t n;
    SeriesLatest latest = {.t = TIME_NONE};
    Series *series = intake_series(s->intake);
    series_latest(series, no, 1, &latest);
    *out = (SeriesRow){.t = TIME_NONE, .v = (double)NAN};
    if (latest.t == TIME_NONE) return RC_OK;
    if (latest.t <= s->ev->e.t) {
        *out = (SeriesRow){latest.t, latest.v, latest.q};
        return RC_OK;
    }
    TRY(series_range(s->w->ctx, series, no, s->ev->e.t - 10 * MS_MINUTE, s->ev->e.t + 1, READINGS_MOST, &rows,
                     &n));
    for (size_t i = 0; i < n; i++)
        if (is_good(rows[i].v, rows[i].q)) *out = rows[i];
    return RC_OK;
}

typedef struct Fold {
    double first, last, least, most, sum;
    size_t n;
} Fold;

static double folded(const char *function, const Fold *f)
{
    if (!f->n) return (double)NAN;
    if (!strcmp(function, "avg")) return f->sum / (double)f->n;
    if (!strcmp(function, "min")) return f->least;
    if (!strcmp(function, "max")) return f->most;
    return f->n > 1 ? f->last - f->first : (double)NAN;
}

static Rc fold_window(const Saying *s, Meant *m)
{
    SeriesRow *rows;
    size_t n;
    Fold f = {0};
    TRY(series_range(s->w->ctx, intake_series(s->intake), m->no, s->ev->e.t - m->operand.window_ms,
                     s->ev->e.t + 1, READINGS_MOST, &rows, &n));
    if (n == READINGS_MOST) return RC_OK; /* too much to read while alarms wait */
    for (size_t i = 0; i < n; i++) {
        double v = rows[i].v;
        if (!is_good(v, rows[i].q)) continue;
        if (!f.n++) f.first = f.least = f.most = v;
        f.last = v;
        f.sum += v;
        f.least = fmin(f.least, v);
        f.most = fmax(f.most, v);
    }
    m->value = folded(m->operand.function, &f);
    return RC_OK;
}

static Rc measure(const Saying *s, Meant *m)
{
    SeriesRow row;
    if (!s->intake || !m->no) return RC_OK;
    if (m->operand.window_ms) return fold_window(s, m);
    TRY(newest_then(s, m->no, &row));
    bool age = !strcmp(m->operand.function, "age");
    if (row.t != TIME_NONE) m->value = age ? (double)(s->ev->e.t - row.t) / 1000 : row.v;
    return RC_OK;
}

static Rc know(const Saying *s, WatchOperand operand, Meant *out)
{
    const Entity *e = &point_entity;
    Record *rec;
    *out = (Meant){.operand = operand, .value = (double)NAN};
    Rc found = store_find(s->w, e, str_printf(s->w->ctx->arena, "code:%.*s", STR_ARG(operand.code)), &rec);
    if (found <= 0) return found;
    out->id = rec->id;
    out->no = (uint32_t)rec_i64(e, rec, "no");
    out->name = rec_text(e, rec, "name");
    out->unit = strcmp(operand.function, "age") ? rec_text(e, rec, "unit") : STR("s");
    return measure(s, out);
}

static WatchShown show(void *ud, const WatchOperand *o)
{
    const Saying *s = ud;
    for (size_t i = 0; i < s->n; i++) {
        const Meant *m = &s->meant[i];
        if (!strcmp(m->operand.function, o->function) && m->operand.window_ms == o->window_ms &&
            str_eq(m->operand.code, o->code))
            return (WatchShown){m->name, m->unit, m->value};
    }
    return (WatchShown){.value = (double)NAN};
}

static Str write_facts(const Saying *s, Str expr)
{
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, s->w->ctx->arena);
    jout_init(&out, &buf);
    jout_open(&out);
    jout_ks(&out, "expr", expr);
    jout_key(&out, "operands");
    jout_open_array(&out);
    for (size_t i = 0; i < s->n; i++) {
        const Meant *m = &s->meant[i];
        jout_open(&out);
        if (m->id) jout_kid(&out, "id", m->id);
        jout_ks(&out, "code", m->operand.code);
        jout_ks(&out, "name", m->name.n ? m->name : m->operand.code);
        jout_ks(&out, "unit", m->unit);
        jout_kz(&out, "function", m->operand.function);
        jout_ki(&out, "window_ms", m->operand.window_ms);
        jout_kf(&out, "value", m->value);
        jout_close(&out);
    }
    jout_close_array(&out);
    jout_close(&out);
    return buf_str(&buf);
}

static Rc know_operands(Saying *s, const RuleSet *rules, WatchWords *words, AlarmSaid *out)
{
    uint32_t rule = s->ev->e.rule;
    if (rule >= ruleset_count(rules) || ruleset_kind(rules, rule) != RULE_EXPR) return RC_OK;
    size_t n = ruleset_operands(rules, rule);
    s->meant = ARENA_ARRAY(s->w->ctx->arena, Meant, n + 1);
    for (; s->n < n; s->n++) TRY(know(s, ruleset_operand(rules, rule, s->n), &s->meant[s->n]));
    words->operand = show;
    words->ud = s;
    out->facts = write_facts(s, ruleset_expr(rules, rule));
    return RC_OK;
}

/* ---- What another slice knows ---- */

static Rc ask_others(const Saying *s, const RuleSet *rules, const Record *point, WatchWords *words,
                     AlarmSaid *out)
{
    AlarmTell tell = atomic_load(&teller);
    AlarmTold told = {.value = (double)NAN, .limit = (double)NAN};
    uint32_t rule = s->ev->e.rule;
    if (!tell || !s->ev->e.has_value || rule >= ruleset_count(rules) ||
        ruleset_kind(rules, rule) != RULE_LEVEL)
        return RC_OK;
    Rc rc = tell(s->w, &(AlarmAsk){point, &s->ev->e, s->intake}, &told);
    if (rc <= 0) return rc;
    memcpy(words->happened, told.happened, sizeof words->happened);
    out->told = true;
    out->value = told.value;
    out->limit = told.limit;
    out->unit = told.unit;
    out->facts = told.facts;
    return RC_OK;
}

/* ---- The whole ---- */

Rc alarm_say(Work *w, const RuleSet *rules, const IntakeEvent *ev, const Record *point, AlarmSaid *out)
{
    Saying s = {.w = w, .intake = alarm_desk_intake(w->kernel), .ev = ev};
    WatchWords words = {.unit = rec_text(&point_entity, point, "unit")};
    *out = (AlarmSaid){.value = ev->e.has_value ? ev->e.value : (double)NAN, .limit = ev->e.limit};
    TRY(know_operands(&s, rules, &words, out));
    TRY(ask_others(&s, rules, point, &words, out));
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        StrBuf buf;
        buf_init(&buf, w->ctx->arena);
        words.name =
            str_of(dict_label(w->kernel, "quantity", rec_text(&point_entity, point, "quantity"), (Lang)lang));
        if (!words.name.n) words.name = rec_text(&point_entity, point, "name");
        watch_reason_with(rules, &ev->e, &words, (Lang)lang, &buf);
        out->reason[lang] = alarm_shortened(buf_str(&buf), REASON_MOST);
    }
    return RC_OK;
}
