/* POST /api/consequence/compute: the answer without a record. GET /api/consequence/models: what each model
 * asks for, with units, ranges and marked defaults, as JSON Schema, for the form. */
#include "consequence_private.h"
#include "risk/risk.h"
#include <math.h>

static const char *const models[] = {"blast", "pool-fire", "fireball", "plume-zones"};

Rc consequence_models(Req *req, Res *res)
{
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "items");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(models); i++) {
        const RiskCommand *c = risk_command_find(str_of(models[i]));
        jout_open(o);
        jout_kz(o, "model", models[i]);
        jout_text(o, "title", risk_command_about(c));
        jout_key(o, "schema");
        risk_command_schema(&req->ctx, c, o);
        jout_close(o);
    }
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}

static double member(Ctx *ctx, const Json *body, const char *name, bool required, const double range[2])
{
    double v = NAN;
    const Json *j = json_get(body, name);
    if (!j || j->type == JSON_NULL) {
        if (required) FAIL_FIELD(ctx, name, "required", 0, "必填", "is required");
        return NAN;
    }
    if (!json_f64(j, &v) || !(v >= range[0] && v <= range[1]))
        FAIL_FIELD(ctx, name, "range", 0, "须为 %g 至 %g 的数", "must be a number from %g to %g", range[0],
                   range[1]);
    return v;
}

static Rc read_question(Req *req, Question *q)
{
    static const double lon[2] = {73, 136}, lat[2] = {3, 54}, wind[2] = {0, 360};
    const Json *body;
    StrBuf buf;
    JsonOut in;
    TRY(json_parse(&req->ctx, req->body, &body));
    const Json *inputs = json_get(body, "inputs");
    bool known = false;
    q->model = json_str(json_get(body, "model"));
    for (size_t i = 0; i < ARRAY_LEN(models); i++) known = known || str_is(q->model, models[i]);
    if (!known)
        FAIL_FIELD(&req->ctx, "model", "choice", 0, "可选 blast、pool-fire、fireball、plume-zones",
                   "choose blast, pool-fire, fireball or plume-zones");
    q->origin.lon = member(&req->ctx, body, "lon", true, lon);
    q->origin.lat = member(&req->ctx, body, "lat", true, lat);
    q->wind_from = member(&req->ctx, body, "wind_from", false, wind);
    if (!inputs || inputs->type != JSON_OBJECT)
        FAIL_FIELD(&req->ctx, "inputs", "required", 0, "须为一个对象", "must be an object");
    if (req->ctx.err.kind) return req->ctx.err.kind;
    buf_init(&buf, req->ctx.arena);
    jout_init(&in, &buf);
    jout_json(&in, inputs);
    q->inputs = buf_str(&buf);
    return RC_OK;
}

Rc consequence_compute(Req *req, Res *res)
{
    Question q = {0};
    Counted n;
    Work w;
    Str text;
    TRY(read_question(req, &q));
    TRY(work_begin(req, false, &w));
    TRY(consequence_answer(&w, &q, &text, &n));
    jout_raw(res_json(req, res), text);
    return RC_OK;
}
