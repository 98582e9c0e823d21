/* The figures of a briefing. Each is the count of a list: the same query that the page of the list asks, by
 * the same code, with the body's own permissions and scope, so that whoever opens it finds as many rows. A
 * query with {from} speaks of the period and is asked for the period before too; one without is how things
 * stand when it is counted. */
#include "briefing_private.h"
#include "base/clock.h"

typedef struct Def {
    const char *key;
    Text label;
    const char *unit, *plural, *query;
} Def;

#define RAISED "raised_at.gte={from}&raised_at.lt={to}"
#define STANDS "state.in=unacknowledged,acknowledged,returned"
#define FOUND  "found_at.gte={from}&found_at.lt={to}&state.ne=rejected&state.ne=merged"
#define OPEN   "state.in=reported,ordered,returned,rectified"
#define ISSUED "published_at.gte={from}&published_at.lt={to}&state.ne=cancelled"
#define ALARM(key, zh, en, query)                                                                            \
    {                                                                                                        \
        key, T(zh, en), "起", "alarms", query                                                                \
    }
#define WARNING(key, zh, en, query)                                                                          \
    {                                                                                                        \
        key, T(zh, en), "条", "warnings", query                                                              \
    }
#define DANGER(key, zh, en, query)                                                                           \
    {                                                                                                        \
        key, T(zh, en), "项", "dangers", query                                                               \
    }
#define DUE "due_at.gte={from}&due_at.lt={to}&state.ne=cancelled"
#define TASK(key, zh, en, query)                                                                             \
    {                                                                                                        \
        key, T(zh, en), "项", "tasks", query                                                                 \
    }
#define DUTY(key, zh, en, query)                                                                             \
    {                                                                                                        \
        key, T(zh, en), "项", "duties", query                                                                \
    }
static const Def defs[] = {
    ALARM("alarms", "报警", "Alarms", RAISED),
    ALARM("alarms_red", "红色报警", "Red alarms", RAISED "&worst_grade=1"),
    ALARM("alarms_orange", "橙色报警", "Orange alarms", RAISED "&worst_grade=2"),
    ALARM("alarms_yellow", "黄色报警", "Yellow alarms", RAISED "&worst_grade=3"),
    ALARM("alarms_blue", "蓝色报警", "Blue alarms", RAISED "&worst_grade=4"),
    ALARM("alarms_judged", "已研判报警", "Judged alarms", RAISED "&verdict.ne="),
    ALARM("alarms_true", "真警", "True alarms", RAISED "&verdict=true"),
    ALARM("alarms_false", "误报", "False alarms", RAISED "&verdict=false"),
    ALARM("alarms_unjudged", "未研判报警", "Alarms not judged", RAISED "&verdict="),
    ALARM("alarms_open", "未结束报警", "Open alarms", STANDS),
    ALARM("alarms_open_red", "未结束红色报警", "Open red alarms", STANDS "&grade=1"),
    ALARM("offline", "测点离线", "Silent points", STANDS "&kind=offline"),
    WARNING("warnings", "发布预警", "Warnings published", ISSUED),
    WARNING("warnings_red", "红色预警", "Red warnings", ISSUED "&grade=1"),
    WARNING("warnings_orange", "橙色预警", "Orange warnings", ISSUED "&grade=2"),
    WARNING("warnings_yellow", "黄色预警", "Yellow warnings", ISSUED "&grade=3"),
    WARNING("warnings_blue", "蓝色预警", "Blue warnings", ISSUED "&grade=4"),
    WARNING("warnings_lifted", "解除预警", "Warnings lifted", "lifted_at.gte={from}&lifted_at.lt={to}"),
    WARNING("warnings_open", "在办预警", "Warnings in force", "state.in=published,handling,reviewing"),
    {"orders", T("派发处置单", "Orders sent"), "张", "orders",
     "issued_at.gte={from}&issued_at.lt={to}&state.ne=withdrawn"},
    {"orders_unsigned", T("未签收处置单", "Orders not signed"), "张", "orders", "state=issued"},
    DANGER("dangers", "排查发现隐患", "Dangers found", FOUND),
    DANGER("dangers_major", "发现重大隐患", "Major dangers found", FOUND "&grade=1"),
    DANGER("dangers_self", "企业自查发现隐患", "Found by enterprises", FOUND "&source=self"),
    DANGER("dangers_rectified", "完成整改隐患", "Dangers rectified",
           "rectified_at.gte={from}&rectified_at.lt={to}"),
    DANGER("dangers_in_time", "按期整改隐患", "Rectified in time",
           "rectified_at.gte={from}&rectified_at.lt={to}&on_time=true"),
    DANGER("dangers_closed", "销号隐患", "Dangers closed",
           "closed_at.gte={from}&closed_at.lt={to}&state=closed"),
    DANGER("dangers_open", "未销号隐患", "Open dangers", OPEN),
    DANGER("dangers_open_major", "未销号重大隐患", "Open major dangers", OPEN "&grade=1"),
    DANGER("dangers_late", "逾期未整改隐患", "Dangers overdue", "due_at.lt={now}&state.in=ordered,returned"),
    {"supervised", T("挂牌督办重大隐患", "Major dangers under supervision"), "项", "supervisions",
     "state.in=hung,applied"},
    {"supervised_removed", T("摘牌重大隐患", "Taken off supervision"), "项", "supervisions",
     "removed_at.gte={from}&removed_at.lt={to}"},
    {"checks", T("检查任务办结", "Checks done"), "次", "checks", "done_at.gte={from}&done_at.lt={to}"},
    TASK("tasks", "到期任务", "Tasks due", DUE),
    TASK("tasks_closed", "已销号任务", "Tasks closed", DUE "&state=closed"),
    TASK("tasks_in_time", "按期完成任务", "Tasks done in time", DUE "&on_time=true"),
    TASK("tasks_late", "超期未办结任务", "Tasks overdue", "due_at.lt={to}&state.in=ordered,doing,returned"),
    DUTY("duties", "到期履职事项", "Duties due", DUE),
    DUTY("duties_done", "已履职事项", "Duties done", DUE "&state=done"),
    DUTY("duties_missing", "未履职事项", "Duties not done", DUE "&state=open"),
};

/* ---- Words ---- */

static Str stamp(Arena *a, int64_t t)
{
    char text[TIME_TEXT_MAX];
    return str_copy(a, str_of(time_print(t, text)));
}

static Str expand(Arena *a, const char *query, int64_t from, int64_t to, int64_t now)
{
    const struct {
        Str name;
        int64_t t;
    } names[] = {{STR("{from}"), from}, {STR("{to}"), to}, {STR("{now}"), now}};
    StrBuf b;
    Str rest = str_of(query);
    buf_init(&b, a);
    while (rest.n) {
        size_t used = 1;
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            if (!str_starts(rest, names[i].name)) continue;
            buf_add(&b, stamp(a, names[i].t));
            used = names[i].name.n;
        }
        if (used == 1) buf_addc(&b, rest.p[0]);
        rest = str_n(rest.p + used, rest.n - used);
    }
    return buf_str(&b);
}

Str figure_change(Arena *a, BriefKind kind, const Figure *f)
{
    static const char *const before[BRIEF_KINDS] = {"前一日", "上周", "上月", "前七日", "上季度"};
    int64_t more = f->n - f->was;
    if (f->was < 0) return STR("");
    if (!more) return str_printf(a, "与%s持平", before[kind]);
    Str words = str_printf(a, "较%s%s%lld%.*s", before[kind], more > 0 ? "增加" : "减少",
                           (long long)(more > 0 ? more : -more), STR_ARG(f->unit));
    if (f->was < 10) return words;
    return str_printf(a, "%.*s（%s%.1f%%）", STR_ARG(words), more > 0 ? "上升" : "下降",
                      100.0 * (double)(more > 0 ? more : -more) / (double)f->was);
}

Str figure_mark(Arena *a, const Figure *f)
{
    return str_printf(a, "[%.*s](%s)", STR_ARG(f->value), f->key);
}

Figure *figure_add(Count *c, const char *key, Text label)
{
    ENSURE(c->n < FIGURES_MOST);
    Figure *f = &c->v[c->n++];
    *f = (Figure){.key = key, .label = label, .was = -1, .unit = STR("")};
    return f;
}

/* ---- Counting ---- */

static bool fields_there(const Entity *e, const char *query)
{
    for (Str rest = str_of(query); rest.n;) {
        Str name = str_cut(&rest, '&');
        name = str_cut(&name, '=');
        name = str_cut(&name, '.');
        bool there = false;
        for (size_t i = 0; i < e->nfields; i++) there |= str_is(name, e->fields[i].name);
        if (!there) return false;
    }
    return true;
}

/* A program without the slice has not the figure. */
static Rc count_one(Count *c, const Def *d)
{
    Arena *a = c->w->ctx->arena;
    const Period *p = &c->period;
    const Entity *e = kernel_entity(c->w->kernel, d->plural);
    if (!e || !perm_has(c->w->who, e->read_perm) || !fields_there(e, d->query)) return 0;
    Figure *f = figure_add(c, d->key, d->label);
    f->unit = str_of(d->unit);
    f->plural = d->plural;
    f->query = expand(a, d->query, p->from, p->to, c->w->now);
    TRY(list_figure(c->w, e, f->query, &f->n));
    if (strstr(d->query, "{from}"))
        TRY(list_figure(c->w, e, expand(a, d->query, p->was_from, p->was_to, c->w->now), &f->was));
    f->value = str_printf(a, "%lld", (long long)f->n);
    return 0;
}

static void put_figure(const Count *c, const Figure *f, JsonOut *o)
{
    Arena *a = c->w->ctx->arena;
    jout_ks(o, f->key, figure_mark(a, f));
    jout_ki(o, arena_printf(a, "%s_n", f->key), f->n);
    jout_ks(o, arena_printf(a, "%s_vs", f->key), figure_change(a, c->kind, f));
    if (f->was >= 0) jout_ki(o, arena_printf(a, "%s_was", f->key), f->was);
}

Rc figures_count(Count *c, JsonOut *o)
{
    for (size_t i = 0; i < ARRAY_LEN(defs); i++) TRY(count_one(c, &defs[i]));
    TRY(sums_count(c, o));
    for (size_t i = 0; i < c->n; i++) put_figure(c, &c->v[i], o);
    return 0;
}

Rc figures_some(Count *c, const char *const *keys, size_t n)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < ARRAY_LEN(defs); i++)
            if (!strcmp(defs[i].key, keys[k])) TRY(count_one(c, &defs[i]));
    return 0;
}

/* ---- As they are kept ---- */

void figure_write(const Figure *f, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "key", f->key);
    jout_text(o, "label", f->label);
    jout_ks(o, "value", f->value);
    jout_ki(o, "n", f->n);
    if (f->was >= 0) jout_ki(o, "was", f->was);
    if (f->plural) jout_kz(o, "plural", f->plural);
    if (f->plural) jout_ks(o, "query", f->query);
    if (f->page) jout_kz(o, "page", f->page);
    jout_close(o);
}

Str figures_json(const Count *c)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, c->w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kt(&o, "counted_at", c->w->now);
    jout_key(&o, "items");
    jout_open_array(&o);
    for (size_t i = 0; i < c->n; i++) figure_write(&c->v[i], &o);
    jout_close_array(&o);
    jout_close(&o);
    return buf_str(&b);
}
