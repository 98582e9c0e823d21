/* The demo's risk assessment of the city: last year's, carried out when the register was smaller, issued;
 * this year's under way, with districts that have answered, one that was returned and some that have not. */
#include "city.h"
#include "base/clock.h"
#include "kernel/flow.h"
#include "mod/body.h"
#include "mod/campaign.h"

#define CE (&campaign_entity)
#define PE (&campaign_part_entity)
enum { PARTS = 32 };

static Rc step(Work *w, const Entity *e, Record **rec, const char *action, const DbVal *params)
{
    TRY(flow_do(w, e, *rec, action, params));
    return store_get(w, e, (*rec)->id, rec);
}

static Rc begin(Work *w, int year, int64_t due, Record **out)
{
    Record *office, *rec = rec_new(w->ctx, CE);
    Arena *a = w->ctx->arena;
    Rc rc = store_find(w, &body_entity, STR("code:BODY-EMERG"), &office);
    if (rc <= 0) return rc < 0 ? rc : FAIL(w->ctx, RC_NOT_FOUND, "demo.body", "缺少牵头单位", "no office");
    rec_set(CE, rec, "code", db_val_z(arena_printf(a, "PG-%d", year)));
    rec_set(CE, rec, "title", db_val_z(arena_printf(a, "云澜市%d年度城市安全风险评估", year)));
    rec_set(CE, rec, "kind", db_val_z("year"));
    rec_set(CE, rec, "year", db_val_i64(year));
    rec_set(CE, rec, "body", db_val_i64(office->id));
    rec_set(CE, rec, "level", db_val_z("county"));
    rec_set(CE, rec, "due_at", db_val_i64(due));
    rec_set(CE, rec, "requirements",
            db_val_z("对辖区风险单元逐一复核等级、管控措施和责任人，报送风险状况、变化和下一步措施"));
    TRY(store_insert(w, CE, rec));
    TRY(step(w, CE, &rec, "open", NULL));
    *out = rec;
    return RC_OK;
}

static Rc note_part(void *ud, const Record *rec)
{
    int64_t *ids = ud;
    for (int i = 0; i < PARTS; i++) {
        if (ids[i]) continue;
        ids[i] = rec->id;
        break;
    }
    return RC_OK;
}

static Rc answer(Work *w, int64_t id, int i, bool accept)
{
    static const char *const said[][3] = {
        {"逐户核对风险单元台账，燃气管网和人员密集场所仍是主要风险点，总体可控。",
         "新增相邻地下空间监测点位，等级结构与上次基本一致。",
         "每月复核重大、较大风险单元，完成监测终端补装。"},
        {"开展入户核查和专家会诊，储罐区和下穿通道需重点管控。",
         "完成一批风险单元降级，个别单元因施工作业升级。", "落实领导包保，汛期前完成泵站和道闸检修。"},
        {"结合报警和隐患数据复核等级，未发现失管单元。", "责任人变更三处，已更新台账和公告栏。",
         "对逾期未重新评估的单元限期完成评估。"},
    };
    Record *part;
    const char *const *s = said[i % 3];
    TRY(store_get(w, PE, id, &part));
    TRY(step(w, PE, &part, "fill", (DbVal[]){db_val_z(s[0]), db_val_null(), db_val_z(s[1]), db_val_z(s[2])}));
    TRY(step(w, PE, &part, "submit", NULL));
    return accept ? step(w, PE, &part, "accept", NULL) : RC_OK;
}

static Rc parts(Work *w, const Record *campaign, int64_t *ids)
{
    memset(ids, 0, PARTS * sizeof *ids);
    return store_each(w, PE, "campaign", db_val_i64(campaign->id), note_part, ids);
}

Rc campaign_last_year(Work *w)
{
    Record *rec;
    int64_t ids[PARTS];
    int64_t now = w->now;
    int year = civil_of(now).year;
    w->now = now - 345 * MS_DAY;
    TRY(begin(w, year - 1, now - 325 * MS_DAY, &rec));
    TRY(parts(w, rec, ids));
    w->now = now - 330 * MS_DAY;
    for (int i = 0; i < PARTS && ids[i]; i++) TRY(answer(w, ids[i], i, true));
    w->now = now - 322 * MS_DAY;
    TRY(step(w, CE, &rec, "sum", (DbVal[]){db_val_null()}));
    w->now = now - 315 * MS_DAY;
    TRY(step(w, CE, &rec, "issue", NULL));
    w->now = now;
    return RC_OK;
}

Rc campaign_this_year(Work *w)
{
    Record *rec, *part;
    int64_t ids[PARTS];
    int year = civil_of(w->now).year;
    TRY(begin(w, year, w->now + 12 * MS_DAY, &rec));
    TRY(parts(w, rec, ids));
    for (int i = 0; i < PARTS && ids[i]; i++)
        if (i % 7 < 5 && i % 7 != 2) TRY(answer(w, ids[i], i, i % 7 < 2));
    if (!ids[3]) return RC_OK;
    Work returned = *w;
    returned.why = "请补充变化原因";
    TRY(store_get(w, PE, ids[3], &part));
    return step(&returned, PE, &part, "return", (DbVal[]){db_val_null()});
}
