/* From records to src/risk and back: no figure of a client's counts, and none is computed twice in different
 * words. The whole answer, with sources, marks of defaults and edition of the tables, is kept in `result`. */
#include "hazard_private.h"
#include "risk/risk.h"

static void one(JsonOut *in, const Record *s)
{
    static const char *const words[] = {"cas", "name", "category"};
    jout_open(in);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (rec_text(SE, s, words[i]).n) jout_ks(in, words[i], rec_text(SE, s, words[i]));
    if (rec_val(SE, s, "row")->type != DB_NULL) jout_ki(in, "row", rec_i64(SE, s, "row"));
    jout_kf(in, "tonnes", rec_f64(SE, s, "tonnes"));
    jout_close(in);
}

typedef struct Gather {
    JsonOut *in;
    size_t n;
} Gather;

static Rc add(void *ud, const Record *rec)
{
    Gather *g = ud;
    if (g->n++ < SUBSTANCES_MOST) one(g->in, rec);
    return RC_OK;
}

static Rc run(Ctx *ctx, Str in, Str *text)
{
    StrBuf buf;
    JsonOut out;
    const RiskCommand *c = risk_command_find(STR("major-hazard"));
    ENSURE(c);
    buf_init(&buf, ctx->arena);
    jout_init(&out, &buf);
    Rc rc = risk_command_run(ctx, c, in, &out);
    *text = buf_str(&buf);
    return rc;
}

static void take(const Entity *e, Record *rec, const char *field, const Json *j, const char *member)
{
    double v;
    const Json *number = json_get(j, member);
    if (number && number->type != JSON_NULL && json_f64(number, &v)) rec_set(e, rec, field, db_val_f64(v));
    else rec_set(e, rec, field, db_val_null());
}

static Rc put(Ctx *ctx, Record *rec, Str text)
{
    const Json *j;
    int64_t grade;
    TRY(json_parse(ctx, text, &j));
    take(HE, rec, "s", j, "s");
    take(HE, rec, "alpha", j, "alpha");
    take(HE, rec, "r", j, "r");
    const Json *number = json_get(j, "grade");
    bool source = number && number->type != JSON_NULL && json_i64(number, &grade);
    rec_set(HE, rec, "grade", source ? db_val_i64(grade) : db_val_null());
    rec_set(HE, rec, "result", db_val_json(text));
    return RC_OK;
}

static void empty(Record *rec)
{
    static const char *const fields[] = {"s", "alpha", "r", "grade", "result"};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) rec_set(HE, rec, fields[i], db_val_null());
}

Rc hazard_compute(Work *w, Record *rec)
{
    StrBuf buf;
    JsonOut in;
    Str text;
    Gather g = {.in = &in};
    Lang lang = w->ctx->lang;
    buf_init(&buf, w->ctx->arena);
    jout_init(&in, &buf);
    jout_open(&in);
    jout_ki(&in, "residents", rec_i64(HE, rec, "residents"));
    jout_key(&in, "substances");
    jout_open_array(&in);
    if (rec->id) TRY(store_each(w, SE, "hazard", db_val_i64(rec->id), add, &g));
    jout_close_array(&in);
    jout_close(&in);
    if (!g.n) return empty(rec), RC_OK;
    if (g.n > SUBSTANCES_MOST)
        return FAIL(w->ctx, RC_INVALID, "hazard.substances", "一个单元的物质不能超过 %d 种",
                    "a unit has at most %d substances", (int)SUBSTANCES_MOST);
    w->ctx->lang = LANG_ZH; /* the answer is kept in Chinese, whoever asked */
    Rc rc = run(w->ctx, buf_str(&buf), &text);
    w->ctx->lang = lang;
    TRY(rc);
    return put(w->ctx, rec, text);
}

/* "substances[0].tonnes" is "tonnes" of the record; what concerns the whole item is said of its name. */
static void own_fields(Ctx *ctx)
{
    for (FieldError *f = ctx->err.fields; f; f = f->next) {
        const char *dot = strrchr(f->field, '.');
        if (!strncmp(f->field, "substances", 10)) f->field = dot ? dot + 1 : "name";
    }
}

Rc hazard_weigh(Work *w, Record *s)
{
    StrBuf buf;
    JsonOut in;
    Str text;
    const Json *j;
    buf_init(&buf, w->ctx->arena);
    jout_init(&in, &buf);
    jout_open(&in);
    jout_ki(&in, "residents", 0);
    jout_key(&in, "substances");
    jout_open_array(&in);
    one(&in, s);
    jout_close_array(&in);
    jout_close(&in);
    if (run(w->ctx, buf_str(&buf), &text) < 0) return own_fields(w->ctx), w->ctx->err.kind;
    TRY(json_parse(w->ctx, text, &j));
    const Json *terms = json_get(j, "terms"), *term = terms ? terms->child : NULL;
    Str name = json_str(json_get(term, "name"));
    if (!name.n) name = rec_text(SE, s, "cas").n ? rec_text(SE, s, "cas") : rec_text(SE, s, "category");
    rec_set(SE, s, "title", db_val_text(name));
    take(SE, s, "critical_t", term, "critical_t");
    take(SE, s, "share", term, "share");
    take(SE, s, "beta", term, "beta");
    take(SE, s, "weighted", term, "weighted");
    return RC_OK;
}
