/* An entry of the ledger as a person reads it: who by full name, the table and the action by their titles,
 * the record by its code and name, each changed field by its label with the values in words. The audit
 * administrator may read no table but the ledger, so all of it is said here and not by the page. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel/flow.h"
#include "clock/clock_int.h"
#include "ledger/ledger_int.h"

static const struct {
    const char *action;
    Text label;
} actions[] = {
    {"create", T("新建", "Created")},
    {"change", T("修改", "Changed")},
    {"archive", T("归档", "Archived")},
    {"login", T("登录", "Logged in")},
    {"login-failed", T("登录失败", "Login failed")},
    {"logout", T("退出", "Logged out")},
    {"lock", T("锁定", "Locked")},
    {"unlock", T("解锁", "Unlocked")},
    {"password", T("修改口令", "Password changed")},
    {"unmask", T("查看完整值", "Unmasked")},
    {"export", T("导出", "Exported")},
    {"import", T("导入", "Imported")},
    {"verify", T("校验台账", "Ledger checked")},
    {"attach", T("添加附件", "File attached")},
    {"issue-paper", T("印发文书", "Paper issued")},
    {"urge", T("催办", "Urged")},
    {"supervise", T("督办", "Supervised")},
    {"escalate", T("升级", "Escalated")},
    {"remind", T("提醒", "Reminded")},
    {"call", T("呼叫", "Called")},
    {"pause", T("暂停计时", "Clock paused")},
    {"resume", T("恢复计时", "Clock resumed")},
    {"ask-extension", T("申请延期", "Extension asked for")},
    {"grant-extension", T("同意延期", "Extension granted")},
    {"refuse-extension", T("不同意延期", "Extension refused")},
    {"renew", T("重算时限", "Limit computed anew")},
    {"raise", T("触发", "Raised")},
    {"ease", T("降级", "Eased")},
    {"return", T("恢复", "Returned")},
    {"announce", T("通告", "Announced")},
    {"recount", T("汇总处置进度", "Progress summed up")},
    /* What programs write beside an action of a person. */
    {"answer", T("填报检查结果", "Results entered")},
    {"count", T("重新计数", "Counted anew")},
    {"plan", T("排定下次", "Next one set")},
    {"patrol", T("记录巡查", "Patrol recorded")},
    {"advance", T("进入下一周期", "Next period begun")},
    {"match", T("匹配单位", "Unit matched")},
    {"learn", T("记住简称", "Short name learned")},
    {"keep", T("保存文件", "File kept")},
    {"replace", T("由新版代替", "Replaced by a new edition")},
    {"move", T("更新动态颜色", "Colour moved")},
    {"assessed", T("采用评估结果", "Assessment taken over")},
    {"graded", T("重新分级", "Graded anew")},
    {"attendance", T("更新到会情况", "Attendance updated")},
    {"file", T("归档", "Filed")},
    {"end", T("结束", "Ended")},
};

const char *ledger_action_word(Str action, Lang lang)
{
    for (size_t i = 0; i < ARRAY_LEN(actions); i++)
        if (str_is(action, actions[i].action)) return text_in(actions[i].label, lang);
    return NULL;
}

static const char *action_label(const EntityInfo *info, Str action, Lang lang)
{
    for (size_t i = 0; info && i < info->e->nactions; i++)
        if (str_is(action, info->e->actions[i].name)) return text_in(info->e->actions[i].label, lang);
    const Flow *flow = info ? info->e->flow : NULL;
    for (size_t i = 0; flow && i < flow->nmoves; i++)
        if (str_is(action, flow->moves[i].action)) return text_in(flow->moves[i].label, lang);
    return ledger_action_word(action, lang);
}

/* ---- Values ---- */

static Str choice_text(Work *w, const Field *f, Str code)
{
    const char *label = dict_label(w->kernel, f->ref, code, w->ctx->lang);
    return label ? str_of(label) : code;
}

static Str time_text(Work *w, const Json *j)
{
    int64_t t;
    char text[TIME_TEXT_MAX];
    /* As fields are written: RFC 3339. */
    if (j->type == JSON_TEXT ? !time_parse(j->s, false, &t) : !json_i64(j, &t)) return STR_NONE;
    return str_copy(w->ctx->arena, str_of(time_print_civil(t, text)));
}

static Rc ref_text(Work *w, const EntityInfo *target, Str id_text, Str *out)
{
    int64_t id;
    RefName name = {STR_NONE, STR_NONE};
    *out = id_text;
    if (!target || !num_parse_i64(id_text, &id)) return 0;
    Rc rc = ref_name(w, target, id, &name);
    if (rc < 0 || !name.code.n) return rc < 0 ? rc : 0;
    *out = str_eq(name.code, name.title)
               ? name.code
               : str_printf(w->ctx->arena, "%.*s %.*s", STR_ARG(name.code), STR_ARG(name.title));
    return 0;
}

static Str plain_text(Work *w, const Json *j)
{
    static const Text yes = T("是", "yes"), no = T("否", "no");
    StrBuf b;
    JsonOut o;
    if (j->type == JSON_TEXT) return j->s;
    if (j->type == JSON_BOOL) return str_of(text_in(j->b ? yes : no, w->ctx->lang));
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_json(&o, j);
    return buf_str(&b);
}

Rc ledger_value_text(Work *w, const EntityInfo *info, const Field *f, const Json *j, Str *out)
{
    *out = STR_NONE;
    if (!j || j->type == JSON_NULL) return 0;
    *out = plain_text(w, j);
    if (f->flags & F_MASK) *out = mask_text(w->ctx->arena, *out);
    else if (f->type == F_TIME) *out = time_text(w, j);
    else if (f->type == F_ENUM || (f->type == F_INT && f->ref)) *out = choice_text(w, f, *out);
    else if (f->type == F_REF) return ref_text(w, info->target[f - info->e->fields], *out, out);
    return 0;
}

static void put_text(JsonOut *o, const char *key, Str s)
{
    jout_key(o, key);
    if (s.n) jout_str(o, s);
    else jout_null(o);
}

/* ---- Changes ---- */

static const Field *field_named(const EntityInfo *info, Str name)
{
    for (size_t i = 0; info && i < info->e->nfields; i++)
        if (str_is(name, info->e->fields[i].name)) return &info->e->fields[i];
    return NULL;
}

/* What entries hold beside the record's fields. */
typedef enum { M_PLAIN, M_TIME, M_LIMIT, M_RECIPIENT, M_BODY } MemberKind;
static const struct Member {
    const char *name;
    Text label;
    MemberKind kind;
} members[] = {
    {"rows", T("行数", "Rows"), M_PLAIN},
    {"format", T("格式", "Format"), M_PLAIN},
    {"query", T("筛选条件", "Filters"), M_PLAIN},
    {"from", T("起", "From"), M_PLAIN},
    {"to", T("止", "To"), M_PLAIN},
    {"field", T("字段", "Field"), M_PLAIN},
    {"file", T("文件", "File"), M_PLAIN},
    {"paper", T("文书", "Paper"), M_PLAIN},
    {"message", T("内容", "Message"), M_PLAIN},
    {"reason", T("事由", "Reason"), M_PLAIN},
    {"limit", T("时限", "Limit"), M_LIMIT},
    {"due_at", T("截止", "Due"), M_TIME},
    {"reached_at", T("到达", "Reached"), M_TIME},
    {"paused_at", T("暂停于", "Paused"), M_TIME},
    {"until", T("延至", "Until"), M_TIME},
    {"provisional", T("截止待日历确认", "Due date provisional"), M_PLAIN},
    {"rung", T("催督级次", "Rung of the ladder"), M_PLAIN},
    {"step", T("阶梯", "Step"), M_PLAIN},
    {"recipient", T("催督对象", "Who is told"), M_RECIPIENT},
    {"told", T("通知单位", "Body that was told"), M_BODY},
};

static const struct Member *member_named(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (str_is(name, members[i].name)) return &members[i];
    return NULL;
}

static Rc limit_text(Work *w, Str code, Str *out)
{
    const char *title;
    TRY(limit_title(w, str_z(w->ctx->arena, code), w->ctx->lang, &title));
    *out = str_of(title);
    return 0;
}

Rc ledger_member_text(Work *w, const char *name, const Json *j, Str *out)
{
    const struct Member *m = member_named(str_of(name));
    int64_t t;
    *out = !j || j->type == JSON_NULL ? STR_NONE : plain_text(w, j);
    if (!out->n || !m) return 0;
    if (m->kind == M_TIME) {
        char text[TIME_TEXT_MAX];
        if (time_parse(*out, false, &t)) *out = str_copy(w->ctx->arena, str_of(time_print_civil(t, text)));
    } else if (m->kind == M_RECIPIENT) {
        const char *label = dict_label(w->kernel, "step_to", *out, w->ctx->lang);
        if (label) *out = str_of(label);
    } else if (m->kind == M_LIMIT && j->type == JSON_TEXT) {
        return limit_text(w, *out, out);
    } else if (m->kind == M_BODY) {
        return ref_text(w, decl_entity(w->kernel->decl, STR("bodies")), *out, out);
    }
    return 0;
}

static const char *label_of(Ctx *ctx, const Field *f, Str name)
{
    if (f) return text_in(f->label, ctx->lang);
    const struct Member *m = member_named(name);
    return m ? text_in(m->label, ctx->lang) : str_z(ctx->arena, name);
}

/* A step of a clock or what somebody did with it: no fields of the record. */
static bool of_clock(const Json *j)
{
    const Json *limit = json_get(j, "limit");
    return (limit && limit->type == JSON_TEXT && json_get(j, "due_at")) || json_get(j, "until");
}

static Rc put_change(Work *w, const EntityInfo *info, Str name, const Json *before, const Json *after,
                     JsonOut *o)
{
    const Field *f = field_named(info, name);
    const char *key = str_z(w->ctx->arena, name);
    Str was, is;
    TRY(f ? ledger_value_text(w, info, f, before, &was) : ledger_member_text(w, key, before, &was));
    TRY(f ? ledger_value_text(w, info, f, after, &is) : ledger_member_text(w, key, after, &is));
    jout_open(o);
    jout_ks(o, "field", name);
    jout_kz(o, "label", label_of(w->ctx, f, name));
    put_text(o, "before", was);
    put_text(o, "after", is);
    jout_close(o);
    return 0;
}

static const Json *side(Ctx *ctx, Str text)
{
    Ctx scratch;
    const Json *j = NULL;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    if (!text.n || json_parse(&scratch, text, &j) < 0 || j->type != JSON_OBJECT) return NULL;
    return j;
}

static Rc put_changes(Work *w, const EntityInfo *info, const LedgerEntry *e, JsonOut *o)
{
    const Json *before = side(w->ctx, e->before), *after = side(w->ctx, e->after);
    if (of_clock(after) || of_clock(before)) info = NULL;
    jout_key(o, "changes");
    jout_open_array(o);
    JSON_EACH(j, after)
    {
        TRY(put_change(w, info, j->name, json_get(before, str_z(w->ctx->arena, j->name)), j, o));
    }
    JSON_EACH(j, before)
    {
        if (json_get(after, str_z(w->ctx->arena, j->name))) continue;
        TRY(put_change(w, info, j->name, j, NULL, o));
    }
    jout_close_array(o);
    return 0;
}

Rc ledger_show(Work *w, const LedgerEntry *e, JsonOut *o)
{
    static const Text ledger = T("台账", "The ledger");
    const EntityInfo *info = decl_entity(w->kernel->decl, e->entity);
    RefName name = {STR_NONE, STR_NONE};
    if (info && e->record_id) {
        Rc rc = ref_name(w, info, e->record_id, &name);
        if (rc < 0) return rc;
    }
    bool own = str_is(e->entity, "ledger");
    const char *action = action_label(info, e->action, w->ctx->lang);
    jout_key(o, "entity_title");
    jout_z(o, info ? text_in(info->e->title, w->ctx->lang) : own ? text_in(ledger, w->ctx->lang) : NULL);
    put_text(o, "action_label", action ? str_of(action) : e->action);
    put_text(o, "code", name.code);
    put_text(o, "title", name.title);
    return put_changes(w, info, e, o);
}
