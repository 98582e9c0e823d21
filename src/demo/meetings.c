/* The year's meetings of the demo city: who has to meet how often, the meetings that were held with their
 * minutes and decisions, one that still lacks its minutes, one planned; a few periods stay empty. */
#include "base/clock.h"
#include "city.h"
#include "kernel/flow.h"
#include "mod/body.h"
#include "mod/meeting.h"

static const struct {
    const char *body, *kind, *per, *basis;
} rules[] = {
    {"BODY-GOV", "government", "quarter", "《地方党政领导干部安全生产责任制规定》"},
    {"BODY-GOV", "committee", "quarter", "市安委会工作规则"},
    {"BODY-EMERG", "office", "month", "市安委办工作规则"},
    {"BODY-EMERG", "judgement", "month", "市安委会工作规则"},
    {"BODY-CITY", "joint", "half_year", "城镇燃气安全部门联席会议制度"},
};

typedef struct Held {
    const char *body, *kind, *title, *chair;
    int month, day; /* of this year */
    const char *minutes, *decision, *unit;
} Held;

#define MINUTES "会议听取了近期安全生产工作情况汇报，分析了面临的形势和突出问题，对下一步重点工作作了部署。"
static const Held meetings[] = {
    {"BODY-GOV", "government", "市政府常务会议研究一季度安全生产工作", "市长", 2, 26, MINUTES, NULL, NULL},
    {"BODY-GOV", "government", "市政府常务会议研究二季度安全生产工作", "市长", 5, 14, MINUTES, NULL, NULL},
    {"BODY-GOV", "government", "市政府常务会议研究三季度安全生产工作", "市长", 8, 20, MINUTES, NULL, NULL},
    {"BODY-GOV", "committee", "市安委会一季度全体会议", "市长", 1, 15, MINUTES, NULL, NULL},
    {"BODY-GOV", "committee", "市安委会三季度全体会议", "市长", 7, 16, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办1月例会", "主任", 1, 9, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办2月例会", "主任", 2, 6, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办3月例会", "主任", 3, 6, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办4月例会", "主任", 4, 10, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办6月例会", "主任", 6, 5, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办7月例会", "主任", 7, 10, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办8月例会", "主任", 8, 7, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办9月例会", "主任", 9, 11, MINUTES, NULL, NULL},
    {"BODY-EMERG", "office", "市安委办10月例会", "主任", 10, 16, MINUTES, "完成冬季燃气安全检查",
     "BODY-CITY"},
    {"BODY-EMERG", "judgement", "汛期风险会商研判", "副主任", 6, 18, MINUTES, NULL, NULL},
    {"BODY-EMERG", "judgement", "国庆前风险会商研判", "副主任", 9, 22, MINUTES, NULL, NULL},
    {"BODY-EMERG", "judgement", "入冬风险会商研判", "副主任", 11, 3, NULL, NULL, NULL},
    {"BODY-CITY", "joint", "燃气安全部门联席会议（上半年）", "局长", 4, 22, MINUTES, NULL, NULL},
};

static Rc body_of(Work *w, const char *code, Record **out)
{
    Rc rc = store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%s", code), out);
    return rc > 0 ? RC_OK
           : rc   ? rc
                  : FAIL(w->ctx, RC_NOT_FOUND, "demo.body", "缺少 %s", "the demo lacks %s", code);
}

static Rc add_rule(Work *w, size_t i, int64_t since)
{
    const Entity *e = &meeting_rule_entity;
    Record *rec = rec_new(w->ctx, e), *body;
    TRY(body_of(w, rules[i].body, &body));
    rec_set(e, rec, "body", db_val_i64(body->id));
    rec_set(e, rec, "kind", db_val_z(rules[i].kind));
    rec_set(e, rec, "per", db_val_z(rules[i].per));
    rec_set(e, rec, "times", db_val_i64(1));
    rec_set(e, rec, "active", db_val_bool(true));
    rec_set(e, rec, "since", db_val_i64(since));
    rec_set(e, rec, "basis", db_val_z(rules[i].basis));
    return store_insert(w, e, rec);
}

static Rc decide(Work *w, const Record *meeting, const Held *h)
{
    const Entity *e = &meeting_decision_entity;
    Record *rec = rec_new(w->ctx, e), *unit;
    if (!h->decision) return RC_OK;
    TRY(body_of(w, h->unit, &unit));
    rec_set(e, rec, "meeting", db_val_i64(meeting->id));
    rec_set(e, rec, "no", db_val_i64(1));
    rec_set(e, rec, "title", db_val_z(h->decision));
    rec_set(e, rec, "body", db_val_i64(unit->id));
    rec_set(e, rec, "due_at", db_val_i64(civil_day_start(civil_day(w->now) + 20)));
    return store_insert(w, e, rec);
}

/* What lies ahead is planned; what is past was held, and has minutes when it says so. */
static Rc add_meeting(Work *w, const Held *h, int64_t at)
{
    const Entity *e = &meeting_entity;
    Record *rec = rec_new(w->ctx, e), *body;
    TRY(body_of(w, h->body, &body));
    rec_set(e, rec, "title", db_val_z(h->title));
    rec_set(e, rec, "kind", db_val_z(h->kind));
    rec_set(e, rec, "body", db_val_i64(body->id));
    rec_set(e, rec, "planned_at", db_val_i64(at));
    rec_set(e, rec, "chair", db_val_z(h->chair));
    rec_set(e, rec, "place", db_val_z("市应急指挥中心会议室"));
    TRY(store_insert(w, e, rec));
    if (at > w->now) return RC_OK;
    TRY(flow_do(w, e, rec, "hold", (DbVal[]){db_val_null(), db_val_null(), db_val_i64(18), db_val_i64(16)}));
    TRY(decide(w, rec, h));
    if (!h->minutes) return RC_OK;
    TRY(flow_do(w, e, rec, "minute", (DbVal[]){db_val_z(h->minutes)}));
    return h->decision ? RC_OK : flow_do(w, e, rec, "file", NULL);
}

static Rc fill(Work *w, void *ud)
{
    (void)ud;
    int year = civil_of(w->now).year;
    Civil first = {.year = year, .month = 1, .day = 1};
    for (size_t i = 0; i < ARRAY_LEN(meetings); i++) {
        const Held *h = &meetings[i];
        Civil at = {.year = year, .month = h->month, .day = h->day, .hour = 9};
        TRY(add_meeting(w, h, civil_ms(&at)));
    }
    TRY(add_meeting(
        w, &(Held){"BODY-GOV", "committee", "市安委会四季度全体会议", "市长", 0, 0, NULL, NULL, NULL},
        civil_day_start(civil_day(w->now) + 5) + 9 * MS_HOUR));
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) TRY(add_rule(w, i, civil_ms(&first)));
    return RC_OK;
}

void meetings_fill(Kernel *k)
{
    demo_write(k, fill, NULL);
}
