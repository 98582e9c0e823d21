/* The report, written from the records: how it was organised, the figures of the whole area with the lists
 * they count and what they were last time, a table of the areas, what each said, the worst risks. The text is
 * then the office's; a figure stands marked, [12](red), as in briefings. */
#include "campaign_private.h"
#include <stdio.h>

typedef struct Report {
    Work *w;
    Record *rec;
    Record *parts[PARTS_MOST];
    size_t n, accepted;
    Counts now;
    int64_t was[COUNTS]; /* < 0: nothing to compare with */
    const Json *top;
    StrBuf out;
} Report;

static Str one_line(Arena *a, Str text)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '|') buf_addz(&b, "｜");
        else buf_addc(&b, text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i]);
    return str_trim(buf_str(&b));
}

static Str field(const Report *r, const Record *part, const char *name)
{
    Str s = one_line(r->w->ctx->arena, rec_text(PE, part, name));
    while (s.n && (s.p[0] == '#' || s.p[0] == '|')) s = str_n(s.p + 1, s.n - 1);
    return s;
}

static Rc body_name(Report *r, int64_t body, Str *out)
{
    Record *rec;
    TRY(store_get(r->w, &body_entity, body, &rec));
    *out = rec_text(&body_entity, rec, "name");
    return RC_OK;
}

static Rc district_name(Report *r, int64_t district, Str *out)
{
    Record *rec;
    TRY(store_get(r->w, &district_entity, district, &rec));
    *out = rec_text(&district_entity, rec, "name");
    return RC_OK;
}

/* "[12](red)项，较上次增加3项". */
static void put_count(Report *r, int what)
{
    int64_t more = r->now.n[what] - r->was[what];
    buf_printf(&r->out, "[%lld](%s)个", (long long)r->now.n[what], count_names[what]);
    if (r->was[what] < 0) return;
    if (!more) buf_addz(&r->out, "（与上次持平）");
    else
        buf_printf(&r->out, "（较上次%s%lld个）", more > 0 ? "增加" : "减少",
                   (long long)(more > 0 ? more : -more));
}

static Rc put_head(Report *r, Str note)
{
    Str due = paper_time(r->w->ctx->arena, rec_time(CE, r->rec, "due_at"), true, LANG_ZH), body, name;
    TRY(body_name(r, rec_i64(CE, r->rec, "body"), &body));
    buf_printf(
        &r->out,
        "# "
        "一、评估组织\n本次评估由%.*s组织，填报截止%.*s，应报[%zu](parts)个单位，已通过[%zu](accepted)个。\n",
        STR_ARG(body), STR_ARG(due), r->n, r->accepted);
    if (r->accepted == r->n) return RC_OK;
    buf_addz(&r->out, "未通过的单位：");
    for (size_t i = 0, k = 0; i < r->n; i++) {
        if (str_is(rec_text(PE, r->parts[i], "state"), "accepted")) continue;
        TRY(body_name(r, rec_i64(PE, r->parts[i], "body"), &name));
        buf_printf(&r->out, "%s%.*s", k++ ? "、" : "", STR_ARG(name));
    }
    note = one_line(r->w->ctx->arena, note);
    buf_addz(&r->out, "。");
    if (note.n) buf_printf(&r->out, "说明：%.*s", STR_ARG(note));
    buf_addz(&r->out, "\n");
    return RC_OK;
}

static void put_whole(Report *r)
{
    static const char *const words[] = {"其中重大风险（红色）", "，较大风险（橙色）", "，一般风险（黄色）",
                                        "，低风险（蓝色）", "，未评级"};
    buf_addz(&r->out, "# 二、总体情况\n登记风险单元");
    put_count(r, COUNT_ALL);
    buf_addz(&r->out, "。");
    for (int i = 0; i < COUNT_ALL; i++) {
        buf_addz(&r->out, words[i]);
        put_count(r, i);
    }
    buf_addz(&r->out, "。逾期未重新评估");
    put_count(r, COUNT_LATE);
    buf_addz(&r->out, "。\n");
}

/* Rows as they were submitted; departments look at the same units again and are not added up. */
static Rc put_table(Report *r)
{
    int64_t sum[COUNTS] = {0};
    Str name;
    buf_addz(&r->out, "# 三、各区域情况\n| 区域 | 红 | 橙 | 黄 | 蓝 | 未评级 | 合计 |\n");
    for (size_t i = 0; i < r->n; i++) {
        const Record *p = r->parts[i];
        if (!str_is(rec_text(PE, p, "role"), "area")) continue;
        TRY(district_name(r, rec_i64(PE, p, "district"), &name));
        buf_printf(&r->out, "| %.*s |", STR_ARG(one_line(r->w->ctx->arena, name)));
        for (int k = 0; k <= COUNT_ALL; k++) {
            int64_t n = rec_i64(PE, p, count_names[k]);
            sum[k] += n;
            buf_printf(&r->out, " %lld |", (long long)n);
        }
        buf_addz(&r->out, "\n");
    }
    buf_addz(&r->out, "| 合计 |");
    for (int k = 0; k <= COUNT_ALL; k++) buf_printf(&r->out, " %lld |", (long long)sum[k]);
    buf_addz(&r->out, "\n");
    return RC_OK;
}

static Rc put_words(Report *r)
{
    static const struct {
        const char *field, *label;
    } said[] = {{"situation", ""}, {"top_text", "主要风险："}, {"changes", "变化："}, {"measures", "措施："}};
    Str name;
    for (size_t i = 0; i < r->n; i++) {
        const Record *p = r->parts[i];
        if (!str_is(rec_text(PE, p, "state"), "accepted")) continue;
        TRY(body_name(r, rec_i64(PE, p, "body"), &name));
        buf_printf(&r->out, "## %.*s\n", STR_ARG(name));
        for (size_t k = 0; k < ARRAY_LEN(said); k++) {
            Str text = field(r, p, said[k].field);
            if (text.n) buf_printf(&r->out, "%s%.*s\n", said[k].label, STR_ARG(text));
        }
    }
    return RC_OK;
}

static void put_top(Report *r)
{
    Arena *a = r->w->ctx->arena;
    if (!r->top || !r->top->count) return;
    buf_addz(&r->out, "# 四、主要风险\n| 风险单元 | 等级 | 责任单位 | 可能的事故 |\n");
    JSON_EACH(it, r->top)
    {
        int64_t grade = 0;
        json_i64(json_get(it, "grade"), &grade);
        const char *label =
            dict_label(r->w->kernel, "risk_grade", str_printf(a, "%lld", (long long)grade), LANG_ZH);
        buf_printf(&r->out, "| %.*s | %s | %.*s | %.*s |\n",
                   STR_ARG(one_line(a, json_str(json_get(it, "name")))), label ? label : "",
                   STR_ARG(one_line(a, json_str(json_get(it, "body")))),
                   STR_ARG(one_line(a, json_str(json_get(it, "accident")))));
    }
}

/* ---- Figures ---- */

typedef struct Line {
    const char *key, *plural;
    Text label;
    int64_t n, was;
    Str query;
} Line;

static void put_figure(JsonOut *o, const Line *f)
{
    char value[24];
    snprintf(value, sizeof value, "%lld", (long long)f->n);
    jout_open(o);
    jout_kz(o, "key", f->key);
    jout_text(o, "label", f->label);
    jout_kz(o, "value", value);
    jout_ki(o, "n", f->n);
    if (f->was >= 0) jout_ki(o, "was", f->was);
    if (f->query.n) jout_kz(o, "plural", f->plural);
    if (f->query.n) jout_ks(o, "query", f->query);
    jout_close(o);
}

static Str figures(Report *r)
{
    StrBuf b;
    JsonOut o;
    Arena *a = r->w->ctx->arena;
    Str code = rec_text(CE, r->rec, "code");
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kt(&o, "counted_at", r->w->now);
    jout_key(&o, "items");
    jout_open_array(&o);
    put_figure(&o, &(Line){"parts", "campaign-parts", T("应报单位", "Asked"), (int64_t)r->n, -1,
                           str_printf(a, "campaign=%.*s", STR_ARG(code))});
    put_figure(&o, &(Line){"accepted", "campaign-parts", T("已通过", "Accepted"), (int64_t)r->accepted, -1,
                           str_printf(a, "campaign=%.*s&state=accepted", STR_ARG(code))});
    for (int i = 0; i < COUNTS; i++)
        put_figure(&o, &(Line){count_names[i], "risk-units", count_labels[i], r->now.n[i], r->was[i],
                               campaign_list(r->w, &r->now, i)});
    jout_close_array(&o);
    jout_close(&o);
    return buf_str(&b);
}

/* What the report before said. */
static Rc read_was(Report *r)
{
    Record *before;
    const Json *j;
    for (int i = 0; i < COUNTS; i++) r->was[i] = -1;
    if (!rec_i64(CE, r->rec, "previous")) return RC_OK;
    TRY(store_get(r->w, CE, rec_i64(CE, r->rec, "previous"), &before));
    if (!rec_text(CE, before, "figures").n) return RC_OK;
    TRY(json_parse(r->w->ctx, rec_text(CE, before, "figures"), &j));
    JSON_EACH(it, json_get(j, "items"))
    for (int i = 0; i < COUNTS; i++)
        if (str_is(json_str(json_get(it, "key")), count_names[i])) json_i64(json_get(it, "n"), &r->was[i]);
    return RC_OK;
}

static Rc read_all(Report *r)
{
    Str top, industries = rec_text(CE, r->rec, "industries");
    int64_t district = rec_i64(CE, r->rec, "district");
    TRY(parts_of(r->w, r->rec->id, r->parts, &r->n));
    for (size_t i = 0; i < r->n; i++) r->accepted += str_is(rec_text(PE, r->parts[i], "state"), "accepted");
    TRY(campaign_count(r->w, district, industries, &r->now));
    TRY(campaign_top(r->w, district, industries, &top));
    TRY(json_parse(r->w->ctx, top, &r->top));
    return read_was(r);
}

Rc report_compose(Work *w, Record *campaign, Str note)
{
    Report *r = ARENA_NEW(w->ctx->arena, Report);
    *r = (Report){.w = w, .rec = campaign};
    buf_init(&r->out, w->ctx->arena);
    TRY(read_all(r));
    TRY(put_head(r, note));
    put_whole(r);
    TRY(put_table(r));
    TRY(put_words(r));
    put_top(r);
    Str text = str_trim(buf_str(&r->out));
    if (str_utf8_len(text) > TEXT_MOST)
        return FAIL(w->ctx, RC_TOO_LARGE, "campaign.too_large", "报告正文过长", "the report is too long");
    rec_set(CE, campaign, "text", db_val_text(text));
    rec_set(CE, campaign, "figures", db_val_json(figures(r)));
    rec_set(CE, campaign, "counted_at", db_val_i64(w->now));
    return RC_OK;
}
