/* Running a command: JSON is read by its shape, the results are followed by what every answer carries: unit
 * and source of each quantity, the defaults that were used, notes. Nothing is written when something is
 * wrong. */
#include "command.h"

static const RiskCommand *const commands[] = {
    &command_major_hazard, &command_lec,        &command_ls,          &command_mes,       &command_matrix,
    &command_checklist,    &command_blast,      &command_fireball,    &command_pool_fire, &command_plume,
    &command_probit,       &command_individual, &command_plume_zones, &command_fn,        &command_safe,
    &command_region,       &command_dynamic,
};

const char *risk_colour_name(RiskColour c)
{
    static const char *const names[] = {NULL, "red", "orange", "yellow", "blue"};
    return names[c];
}

Text risk_colour_title(RiskColour c)
{
    static const Text titles[] = {T("无", "none"), T("重大风险", "major risk"),
                                  T("较大风险", "considerable risk"), T("一般风险", "general risk"),
                                  T("低风险", "low risk")};
    return titles[c];
}

const char *risk_mark_name(RiskMark m)
{
    static const char *const names[] = {"corroborated", "memory", "proposed"};
    return names[m];
}

size_t risk_command_count(void)
{
    return ARRAY_LEN(commands);
}

const RiskCommand *risk_command_at(size_t i)
{
    return commands[i];
}

const RiskCommand *risk_command_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (str_is(name, commands[i]->name)) return commands[i];
    return NULL;
}

const char *risk_command_name(const RiskCommand *c)
{
    return c->name;
}

Text risk_command_about(const RiskCommand *c)
{
    return c->about;
}

void out_num(JsonOut *out, const char *key, double v)
{
    jout_kf(out, key, risk_round9(v));
}

void out_colour(JsonOut *out, RiskColour c, Lang lang)
{
    jout_kz(out, "colour", risk_colour_name(c));
    jout_ki(out, "grade", c);
    jout_kz(out, "grade_title", text_in(risk_colour_title(c), lang));
}

static void source_members(JsonOut *out, RiskSource s)
{
    jout_kz(out, "source", s.text);
    jout_kz(out, "mark", risk_mark_name(s.mark));
}

void out_source(JsonOut *out, const char *key, RiskSource s)
{
    jout_key(out, key);
    jout_open(out);
    source_members(out, s);
    jout_close(out);
}

static void out_quantities(JsonOut *out, const RiskCommand *c)
{
    jout_key(out, "quantities");
    jout_open(out);
    for (size_t i = 0; i < c->nquantities; i++) {
        jout_key(out, c->quantities[i].name);
        jout_open(out);
        jout_kz(out, "unit", c->quantities[i].unit);
        source_members(out, c->quantities[i].source);
        jout_close(out);
    }
    jout_close(out);
}

static void out_used(JsonOut *out, const Run *run)
{
    jout_key(out, "defaults");
    jout_open_array(out);
    for (size_t i = 0; i < risk_ndefaults; i++) {
        const RiskDefault *d = &risk_defaults[i];
        if (!run->used[i]) continue;
        jout_open(out);
        jout_kz(out, "key", d->key);
        if (d->text) jout_kz(out, "value", d->text);
        else out_num(out, "value", d->value);
        if (d->unit) jout_kz(out, "unit", d->unit);
        source_members(out, d->source);
        jout_kz(out, "about", text_in(d->about, run->ctx->lang));
        jout_close(out);
    }
    jout_close_array(out);
}

static void out_notes(JsonOut *out, const Run *run)
{
    if (!run->nnotes) return;
    jout_key(out, "notes");
    jout_open_array(out);
    jout_raw(out, buf_str(&run->notes));
    jout_close_array(out);
}

/* JSON that cannot be read: the member is named where it can be found. */
static Rc unreadable(Ctx *ctx, Str json, Rc rc)
{
    const char *member = locate_fault(ctx->arena, json);
    if (rc != RC_SYNTAX || !member) return rc;
    Err before = ctx->err;
    ctx_clear(ctx);
    FAIL_FIELD(ctx, member, "syntax", 0, "无法读取：%s", "cannot be read: %s", before.message);
    ctx_cause(ctx, "%s", before.cause ? before.cause : "");
    return RC_INVALID;
}

Rc risk_command_run(Ctx *ctx, const RiskCommand *c, Str json, JsonOut *out)
{
    const Json *tree;
    if (json.n > RISK_MAX_BYTES)
        return FAIL(ctx, RC_TOO_LARGE, "risk.too_large", "输入超过 %u MB", "the input is over %u MB",
                    RISK_MAX_BYTES >> 20);
    Rc rc = json_parse(ctx, json, &tree);
    if (rc < 0) return unreadable(ctx, json, rc);
    Run run = {.ctx = ctx, .used = ARENA_ARRAY(ctx->arena, bool, risk_ndefaults)};
    StrBuf text;
    JsonOut answer;
    void *in = arena_alloc(ctx->arena, c->in->size);
    buf_init(&run.notes, ctx->arena);
    buf_init(&text, ctx->arena);
    jout_init(&answer, &text);
    TRY(shape_read(&run, c->in, tree, in));
    jout_open(&answer);
    TRY(c->run(&run, in, &answer));
    out_quantities(&answer, c);
    out_used(&answer, &run);
    out_notes(&answer, &run);
    jout_close(&answer);
    jout_raw(out, buf_str(&text));
    return RC_OK;
}

void risk_command_schema(Ctx *ctx, const RiskCommand *c, JsonOut *out)
{
    shape_schema(out, c->in, arena_printf(ctx->arena, "anlan risk %s", c->name), ctx->lang);
}
