/* From the records to a text: the template that the office keeps is filled with the figures, and what comes
 * out is written down as the text that people edit. Counted is what the body itself may see, by whoever asks,
 * in the one transaction that writes the briefing: all figures are of the same instant. */
#include "briefing_private.h"
#include "base/clock.h"
#include "mod_briefing_queries_sql.h"
#include "paper/template.h"

/* ---- As whom ---- */

static const struct {
    const char *kind, *role;
} roles[] = {{"government", "leader"}, {"committee_office", "office"},
             {"emergency", "office"},  {"department", "dept"},
             {"town", "town"},         {"grid", "town"},
             {"institution", "watch"}};

/* The role by which a body of its kind reaches what it is there for; any other reaches its own only. */
static Rc principal_of(Work *w, int64_t body, Principal *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Record *rec;
    const char *role = "enterprise";
    TRY(store_get(w, bodies, body, &rec));
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (str_is(rec_text(bodies, rec, "kind"), roles[i].kind)) role = roles[i].role;
    return principal_make(w,
                          &(ActAs){.name = "briefing",
                                   .full_name = "",
                                   .roles = role,
                                   .body = body,
                                   .district = rec_i64(bodies, rec, "district")},
                          out);
}

/* ---- The model ---- */

static Rc body_names(Work *w, const Record *rec, JsonOut *o)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies"),
                 *districts = kernel_entity(w->kernel, "districts");
    Record *body, *district;
    TRY(store_get(w, bodies, rec_i64(BE, rec, "body"), &body));
    jout_ks(o, "body", rec_text(bodies, body, "name"));
    if (!rec_i64(bodies, body, "district")) return 0;
    TRY(store_get(w, districts, rec_i64(bodies, body, "district"), &district));
    jout_ks(o, "district", rec_text(districts, district, "name"));
    return 0;
}

static Rc model(Count *c, const Record *rec, const Json **out)
{
    static const char *const spans[BRIEF_KINDS] = {"当日", "本周", "本月", "近七日"};
    StrBuf b;
    JsonOut o;
    Arena *a = c->w->ctx->arena;
    buf_init(&b, a);
    jout_init(&o, &b);
    jout_open(&o);
    TRY(body_names(c->w, rec, &o));
    jout_ks(&o, "period", period_words(a, c->kind, &c->period));
    jout_kz(&o, "span", spans[c->kind]);
    jout_ks(&o, "counted_at", paper_time(a, c->w->now, false, LANG_ZH));
    TRY(figures_count(c, &o));
    jout_close(&o);
    return json_parse(c->w->ctx, buf_str(&b), out);
}

/* ---- Document to text ---- */

/* A value must not look like the shape of a line. */
static void put_plain(StrBuf *out, Str text)
{
    if (text.n && text.p[0] == '#') buf_addz(out, "＃"), text = str_n(text.p + 1, text.n - 1);
    if (text.n && text.p[0] == '|') buf_addz(out, "｜"), text = str_n(text.p + 1, text.n - 1);
    for (size_t i = 0; i < text.n; i++) buf_addc(out, text.p[i] == '\n' ? ' ' : text.p[i]);
    buf_addc(out, '\n');
}

static void put_cell(StrBuf *out, Str text)
{
    buf_addc(out, ' ');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|') buf_addz(out, "｜");
        else buf_addc(out, text.p[i] == '\n' ? ' ' : text.p[i]);
    }
    buf_addz(out, " |");
}

static void put_table(StrBuf *out, const PaperTable *t)
{
    for (size_t r = 0; r < t->nrows; r++) {
        buf_addc(out, '|');
        for (size_t i = 0; i < t->ncols; i++) put_cell(out, t->cells[r * t->ncols + i]);
        buf_addc(out, '\n');
    }
}

static Str text_of(Arena *a, const Paper *p)
{
    StrBuf b;
    buf_init(&b, a);
    for (const PaperBlock *it = p->blocks; it; it = it->next) {
        if (it->kind == PAPER_TABLE) put_table(&b, &it->table);
        for (int i = 0; it->kind == PAPER_HEADING && i < it->level; i++) buf_addc(&b, '#');
        if (it->kind == PAPER_HEADING) buf_addc(&b, ' ');
        if (it->kind == PAPER_HEADING || it->kind == PAPER_PARAGRAPH) put_plain(&b, it->text);
    }
    return str_trim(buf_str(&b));
}

/* ---- Composing ---- */

static Rc template_of(Work *w, const Record *rec, Record **out)
{
    DbCursor *c;
    int64_t id = rec_i64(BE, rec, "template");
    if (id) return store_get(w, TE, id, out);
    Rc rc = db_query_one(w->ctx, w->db, &q_briefing_template_first, DB_ARGS(*rec_val(BE, rec, "kind")), &c);
    TRY(rc);
    if (!rc)
        return FAIL(w->ctx, RC_STATE, "briefing.template", "没有此类简报的模板",
                    "there is no template for this kind of briefing");
    id = db_i64(c, 0);
    return store_get(w, TE, id, out);
}

static Rc fill(Work *w, Record *rec, const Json *model_json)
{
    Record *template;
    PaperTemplate *t;
    Paper p;
    PaperModel m = {.scopes = &model_json, .nscopes = 1};
    TRY(template_of(w, rec, &template));
    TRY(paper_template_parse(w->ctx, "body", rec_text(TE, template, "body"), &t));
    paper_init(&p, LANG_ZH);
    TRY(paper_template_fill(w->ctx, t, &m, &p));
    Str text = text_of(w->ctx->arena, &p);
    if (str_utf8_len(text) > BRIEFING_TEXT_MAX)
        return FAIL(w->ctx, RC_TOO_LARGE, "briefing.too_large", "简报正文过长", "the briefing is too long");
    if (p.title.n) rec_set(BE, rec, "title", db_val_text(p.title));
    rec_set(BE, rec, "text", db_val_text(text));
    rec_set(BE, rec, "template", db_val_i64(template->id));
    return 0;
}

Rc brief_compose(Work *w, Record *rec)
{
    Principal who;
    const Json *j;
    Work as = *w;
    Count *c = ARENA_NEW(w->ctx->arena, Count);
    TRY(principal_of(w, rec_i64(BE, rec, "body"), &who));
    as.who = &who;
    *c = (Count){.w = &as};
    ENSURE(brief_kind(rec_text(BE, rec, "kind"), &c->kind));
    c->period = (Period){.from = rec_time(BE, rec, "from_at"), .to = rec_time(BE, rec, "to_at")};
    int64_t span = c->period.to - c->period.from;
    c->period.was_to = c->period.from;
    c->period.was_from = c->kind == BRIEF_MONTHLY ? schedule_period(BRIEF_MONTHLY, c->period.from).from
                                                  : c->period.from - span;
    TRY(model(c, rec, &j));
    rec_set(BE, rec, "counted_at", db_val_i64(w->now));
    rec_set(BE, rec, "figures", db_val_json(figures_json(c)));
    return fill(w, rec, j);
}

/* ---- By a plan ---- */

static Rc there(Work *w, Str code)
{
    DbCursor *c;
    return db_query_one(w->ctx, w->db, &q_briefing_of_code, DB_ARGS(db_val_text(code)), &c);
}

static void copy_plan(const Record *plan, Record *rec)
{
    static const char *const names[] = {"kind", "body", "district", "template", "recipients"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) rec_set(BE, rec, names[i], *rec_val(PE, plan, names[i]));
    rec_set(BE, rec, "plan", db_val_i64(plan->id));
}

static Rc tell_body(Work *w, const Record *rec)
{
    return notice_send(w, &(Notice){.body = rec_i64(BE, rec, "body"),
                                    .perm = "briefing.issue",
                                    .kind = "assigned",
                                    .title = rec_text(BE, rec, "title"),
                                    .text = STR("简报已自动生成，请审核印发"),
                                    .entity = BE,
                                    .record_id = rec->id});
}

Rc briefing_write(Work *w, const Record *plan, int64_t due, Record **out)
{
    Schedule s;
    Arena *a = w->ctx->arena;
    if (!plan_schedule(plan, &s))
        return FAIL(w->ctx, RC_STATE, "briefing.plan", "简报计划不完整", "the plan is not complete");
    Period p = schedule_period(s.kind, due);
    Str code =
        str_printf(a, "%.*s%.*s", STR_ARG(period_code(a, s.kind, &p)), STR_ARG(rec_text(PE, plan, "code")));
    Rc rc = there(w, code);
    TRY(rc);
    if (rc)
        return FAIL(w->ctx, RC_CONFLICT, "briefing.there", "该时段的简报已生成：%.*s",
                    "the briefing of this time is there already: %.*s", STR_ARG(code));
    Record *rec = rec_new(w->ctx, BE);
    copy_plan(plan, rec);
    rec_set(BE, rec, "code", db_val_text(code));
    rec_set(BE, rec, "title", *rec_val(PE, plan, "name"));
    rec_set(BE, rec, "from_at", db_val_i64(p.from));
    rec_set(BE, rec, "to_at", db_val_i64(p.to));
    TRY(brief_compose(w, rec));
    TRY(store_insert(w, BE, rec));
    *out = rec;
    if (rec_i64(PE, plan, "automatic")) return flow_do(w, BE, rec, "issue", NULL);
    return tell_body(w, rec);
}
