/* The papers of a task: the order (任务交办单), the reminder (提醒函) and the supervision notice
 * (督办通知书). First templates, which an office changes as records. Each quotes the paper that the task
 * comes from. */
#include "task_private.h"

/* Units that stand above and below, and whether it is late, for the templates. */
static Rc task_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    int64_t due = rec_time(e, rec, "due_at");
    if (due != TIME_NONE) jout_ks(o, "due", paper_time(w->ctx->arena, due, true, lang));
    if (due != TIME_NONE && due < w->now) {
        jout_ki(o, "late_days", civil_day(w->now) - civil_day(due));
        jout_ks(o, "now_day", paper_time(w->ctx->arena, w->now, true, lang));
    }
    int64_t parent = rec_i64(e, rec, "parent");
    if (!parent) return RC_OK;
    Record *above;
    TRY(store_get(w, e, parent, &above));
    jout_key(o, "above");
    jout_open(o);
    TRY(paper_fields(w, e, above, lang, o));
    jout_close(o);
    return RC_OK;
}

static const char order_zh[] = "@title 任务交办单\n"
                               "@to {{body}}\n"
                               "{{#if basis}}\n"
                               "根据{{basis}}，现将有关任务交办你单位，请抓好落实。\n"
                               "{{else}}\n"
                               "现将有关任务交办你单位，请抓好落实。\n"
                               "{{/if}}\n"
                               "\n"
                               "# 任务内容\n"
                               "| 项目 | 内容 |\n"
                               "| 任务编号 | {{code}} |\n"
                               "| 任务名称 | {{title}} |\n"
                               "| 承担角色 | {{role}} |\n"
                               "| 所属周期 | {{period}} |\n"
                               "| 应完成次数 | {{times}} |\n"
                               "| 办结时限 | {{due}} |\n"
                               "\n"
                               "{{text}}\n"
                               "{{#if above.title}}\n"
                               "牵头任务：{{above.code}} {{above.title}}，牵头单位为{{above.body}}。\n"
                               "{{/if}}\n"
                               "\n"
                               "# 工作要求\n"
                               "{{#if requirements}}\n"
                               "{{requirements}}\n"
                               "{{/if}}\n"
                               "请及时在平台签收，办理中按要求续报进展，完成后申请销号并附佐证材料。\n"
                               "{{#if due}}\n"
                               "请于{{due}}前办结。确需延期的，应在到期前申请。\n"
                               "{{/if}}\n"
                               "@sender {{paper_issuer}}\n"
                               "@date {{paper_date}}\n"
                               "@note 经办人：{{paper_by}}\n";

static const char order_en[] = "@title Order of a task\n"
                               "@to {{body}}\n"
                               "{{#if basis}}\n"
                               "By {{basis}} the following is asked of you.\n"
                               "{{/if}}\n"
                               "| Item | |\n"
                               "| Task | {{code}} |\n"
                               "| Role | {{role}} |\n"
                               "| Due | {{due}} |\n"
                               "\n"
                               "{{text}}\n"
                               "{{#if requirements}}\n"
                               "# Requirements\n"
                               "{{requirements}}\n"
                               "{{/if}}\n"
                               "@sender {{paper_issuer}}\n"
                               "@date {{paper_date}}\n";

static const char reminder_zh[] = "@title 任务提醒函\n"
                                  "@to {{body}}\n"
                                  "你单位承办的任务“{{title}}”（编号{{code}}），目前状态为“{{state}}”。\n"
                                  "{{#if due}}\n"
                                  "该任务应于{{due}}前办结。\n"
                                  "{{/if}}\n"
                                  "{{#if late_days}}\n"
                                  "截至{{now_day}}，已超期{{late_days}}天。\n"
                                  "{{/if}}\n"
                                  "{{#if basis}}\n"
                                  "任务来源：{{basis}}。\n"
                                  "{{/if}}\n"
                                  "{{#if progress}}\n"
                                  "最近一次进展：{{progress}}\n"
                                  "{{else}}\n"
                                  "尚未收到进展情况。\n"
                                  "{{/if}}\n"
                                  "请对照要求加快办理，按时申请销号；存在困难的，请说明情况并提出办结时间。\n"
                                  "特此函告。\n"
                                  "@sender {{paper_issuer}}\n"
                                  "@date {{paper_date}}\n"
                                  "@note 联系人：{{paper_by}}\n";

static const char supervise_zh[] = "@title 任务督办通知书\n"
                                   "@to {{body}}\n"
                                   "你单位承办的任务“{{title}}”（编号{{code}}）未按要求办结，现予督办。\n"
                                   "\n"
                                   "# 任务情况\n"
                                   "{{text}}\n"
                                   "{{#if basis}}\n"
                                   "任务来源：{{basis}}。\n"
                                   "{{/if}}\n"
                                   "{{#if due}}\n"
                                   "办结时限：{{due}}。\n"
                                   "{{/if}}\n"
                                   "{{#if late_days}}\n"
                                   "截至{{now_day}}，已超期{{late_days}}天。\n"
                                   "{{/if}}\n"
                                   "{{#if returned_reason}}\n"
                                   "曾退回补办：{{returned_reason}}\n"
                                   "{{/if}}\n"
                                   "\n"
                                   "# 督办要求\n"
                                   "请单位主要负责人亲自过问，查明未办结原因，明确责任人和办结时间，自收到本"
                                   "通知之日起三个工作日内书面反馈。\n"
                                   "逾期仍未办结的，将按有关规定通报。\n"
                                   "@sender {{paper_issuer}}\n"
                                   "@date {{paper_date}}\n"
                                   "@note 经办人：{{paper_by}}\n";

const PaperKind task_papers[TASK_PAPERS] = {
    {.kind = "order",
     .title = T("任务交办单", "Order of a task"),
     .perm = "task.order",
     .states = "ordered doing returned applied closed",
     .issuer = "issuer",
     .to = "body",
     .word = "交",
     .body = {order_zh, order_en},
     .model = task_model},
    {.kind = "reminder",
     .title = T("提醒函", "Reminder"),
     .perm = "task.supervise",
     .states = "ordered doing returned",
     .issuer = "issuer",
     .to = "body",
     .word = "函",
     .body = {reminder_zh, NULL},
     .model = task_model},
    {.kind = "supervision",
     .title = T("督办通知书", "Supervision notice"),
     .perm = "task.supervise",
     .states = "ordered doing returned",
     .issuer = "issuer",
     .to = "body",
     .word = "督",
     .body = {supervise_zh, NULL},
     .model = task_model},
};
