/* What waits on the desk of the city's leaders in the demo: the safety committee's minutes give each leader
 * places to lead an inspection to and things to settle, ordered by the committee's office and signed by
 * nobody yet. */
#include "base/clock.h"
#include "base/log.h"
#include "city.h"
#include "mod/body.h"
#include "mod/task.h"

static const struct {
    const char *title, *text;
    int days;
} given[] = {
    {"带队督导元旦前燃气安全检查",
     "市领导带队到云澜燃气集团和清源街道各检查一处，现场交办发现的问题，检查情况报市安委办。", 5},
    {"协调石埠化工园重大危险源监测数据接入", "召集化工园管委会、市应急管理局和企业，确定接入清单和完成时间。",
     9},
    {"听取四季度重大隐患治理情况汇报", "对超期未整改的挂牌督办隐患逐项明确责任单位和时限。", 14},
};

static Rc body_of(Work *w, const char *code, int64_t *out, int64_t *district)
{
    Record *rec;
    Rc rc = store_find(w, &body_entity, str_printf(w->ctx->arena, "code:%s", code), &rec);
    if (rc <= 0)
        return rc < 0 ? rc : FAIL(w->ctx, RC_NOT_FOUND, "demo.body", "缺少 %s", "the demo lacks %s", code);
    *out = rec->id;
    *district = rec_i64(&body_entity, rec, "district");
    return RC_OK;
}

static Rc fill(Work *w, void *ud)
{
    (void)ud;
    int64_t office, leaders, district;
    TRY(body_of(w, "BODY-EMERG", &office, &district));
    TRY(body_of(w, "BODY-GOV", &leaders, &district));
    TaskUnit unit = {leaders, TASK_RESPONSIBLE};
    for (size_t i = 0; i < ARRAY_LEN(given); i++) {
        size_t made;
        TRY(task_make(w,
                      &(TaskSpec){.title = str_of(given[i].title),
                                  .text = str_of(given[i].text),
                                  .basis = STR("市安委会第四季度全体会议纪要"),
                                  .issuer = office,
                                  .district = district,
                                  .due_at = civil_day_start(civil_day(w->now) + given[i].days),
                                  .until = TIME_NONE,
                                  .order = true,
                                  .units = &unit,
                                  .nunits = 1},
                      &made));
    }
    return RC_OK;
}

void tasks_fill(Kernel *k)
{
    demo_write(k, fill, NULL);
}
