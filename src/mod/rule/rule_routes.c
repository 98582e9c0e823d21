/* Routes beside the derived ones: the rules bound to a point, the set in force in the replay's format. */
#include "rule_private.h"

typedef struct Bound {
    Work *w;
    Str code;
    JsonOut *out;
} Bound;

static Rc add_bound(void *ud, const Record *rec)
{
    Bound *b = ud;
    if (str_glob(rec_text(&rule_entity, rec, "point"), b->code))
        TRY(store_write_json(b->w, &rule_entity, rec, b->out));
    return RC_OK;
}

static Rc point_rules(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    const Entity *points = kernel_entity(w.kernel, "points");
    ENSURE(points);
    Record *point = NULL;
    Rc found = scope_find(&w, points, req_param(req, "id"), &point);
    TRY(found);
    if (!found) return FAIL(&req->ctx, RC_NOT_FOUND, "point.unknown", "没有这个测点", "no such point");
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    TRY(store_each(&w, &rule_entity, NULL, db_val_null(), add_bound,
                   &(Bound){&w, rec_text(points, point, "code"), out}));
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}

static Rc in_force(Req *req, Res *res)
{
    Work w;
    TRY(work_begin(req, false, &w));
    StrBuf buf;
    size_t outside = 0;
    TRY(rule_set_json(&w, &buf, &outside));
    /* The body is what the replay reads and refuses anything more in. */
    if (outside) res_header(res, "X-Anlan-Outside", arena_printf(req->ctx.arena, "%zu", outside));
    res_body(res, "application/json", buf_str(&buf));
    return RC_OK;
}

/* A rule not yet saved: what would be wrong with it. */
static Rc check(Req *req, Res *res)
{
    const Json *body;
    TRY(req_json(req, &body));
    Work w;
    TRY(work_begin(req, false, &w));
    Record *rec = rec_new(&req->ctx, &rule_entity);
    TRY(store_read_json(&w, &rule_entity, body, true, 0, rec));
    TRY(rule_check(&w, rec));
    res_status(res, 204);
    return RC_OK;
}

const Route rule_routes[RULE_ROUTES] = {
    {HTTP_GET, "/api/points/{id}/rules", "rule.read", point_rules,
     .title = T("测点的规则", "Rules bound to a point")},
    {HTTP_GET, "/api/rules/in-force", "rule.read", in_force,
     .title = T("生效规则集", "The rule set in force")},
    {HTTP_POST, "/api/rules/check", "rule.read", check,
     .title = T("校验规则", "Check a rule without saving it")},
    {HTTP_POST, "/api/rules/try", "rule.read", rule_try,
     .title = T("用历史数据试算规则", "Try a rule out on past data")},
    {HTTP_POST, "/api/rules/advise", "rule.read", rule_advise,
     .title = T("规则提示", "What speaks against a rule that is valid")},
    {HTTP_POST, "/api/rules/copy", "rule.write", rule_copy,
     .title = T("复制规则到多个测点", "Copy a rule to many points")},
};
