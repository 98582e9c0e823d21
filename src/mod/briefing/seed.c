/* The first templates, in our own words, each written once when its code is not there; after that they are
 * the office's. The markup is that of papers (docs/papers.md); the names of figures stand in figures.c and
 * sums.c. A text says figures with what they are measured against, and says nothing where there is nothing to
 * say. */
#include "briefing_private.h"
#include "mod_briefing_queries_sql.h"

#define ALARMS(when)                                                                                                      \
    "{{#if alarms_n}}\n" when "共发生报警{{alarms}}起，{{alarms_vs}}。其中，红色{{alarms_red}}起，橙色"  \
    "{{alarms_orange}}起，黄色{{alarms_yellow}}起，蓝色{{alarms_blue}}起。\n"                                   \
    "{{else}}\n" when "未发生报警。\n"                                                                              \
    "{{/if}}\n"                                                                                                           \
    "{{#if alarms_judged_n}}\n"                                                                                           \
    "已研判{{alarms_judged}}起：真警{{alarms_true}}起，误报{{alarms_false}}起，误报率{{false_rate}}。\n" \
    "{{/if}}\n"                                                                                                           \
    "{{#if unjudged}}\n"                                                                                                  \
    "尚未研判{{alarms_unjudged}}起；等待最久的为“{{unjudged.point}}”，"                                  \
    "自{{unjudged.since}}起已等待{{unjudged.waits}}。\n"                                                            \
    "{{/if}}\n"                                                                                                           \
    "{{#if offline_n}}\n"                                                                                                 \
    "目前测点离线{{offline}}处，请运维单位尽快恢复。\n"                                                 \
    "{{else}}\n"                                                                                                          \
    "目前无测点离线报警。\n"                                                                                    \
    "{{/if}}\n"
#define WARNINGS(when)                                                                                       \
    "{{#if warnings_n}}\n" when                                                                              \
    "发布预警{{warnings}}条，{{warnings_vs}}。其中，红色{{warnings_red}}条，橙色"            \
    "{{warnings_orange}}条，黄色{{warnings_yellow}}条，蓝色{{warnings_blue}}条。\n"                \
    "{{#if warnings_red_n}}\n"                                                                               \
    "{{else}}\n" when "未发布红色预警。\n"                                                           \
    "{{/if}}\n"                                                                                              \
    "{{else}}\n" when "未发布预警。\n"                                                                 \
    "{{/if}}\n" when "解除预警{{warnings_lifted}}条，目前在办{{warnings_open}}条。\n"            \
    "{{#if signing}}\n"                                                                                      \
    "派发处置单{{orders}}张，签收用时中位数{{signing}}。\n"                                   \
    "{{/if}}\n"                                                                                              \
    "{{#if answering}}\n"                                                                                    \
    "反馈用时中位数{{answering}}。\n"                                                                \
    "{{/if}}\n"                                                                                              \
    "{{#if orders_unsigned_n}}\n"                                                                            \
    "目前尚有{{orders_unsigned}}张处置单未签收。\n"                                              \
    "{{/if}}\n"
#define DANGERS(when)                                                                                                          \
    "{{#if dangers_n}}\n" when                                                                                                 \
    "排查发现隐患{{dangers}}项，{{dangers_vs}}；其中重大隐患{{dangers_major}}项，"                            \
    "企业自查发现{{dangers_self}}项。\n"                                                                               \
    "{{else}}\n" when "未排查发现隐患。\n"                                                                             \
    "{{/if}}\n"                                                                                                                \
    "{{#if dangers_rectified_n}}\n" when "完成整改{{dangers_rectified}}项，按期整改率{{in_time_rate}}；销号"     \
    "{{dangers_closed}}项。\n"                                                                                               \
    "{{else}}\n" when "无隐患完成整改，销号{{dangers_closed}}项。\n"                                               \
    "{{/if}}\n"                                                                                                                \
    "目前未销号隐患{{dangers_open}}项，其中重大隐患{{dangers_open_major}}项；逾期未整改{{dangers_late}}" \
    "项。\n"
#define CHECKS(when)                                                                                         \
    "{{#if checks_n}}\n" when "办结检查任务{{checks}}次，{{checks_vs}}。\n"                         \
    "{{/if}}\n"
#define MAJORS                                                                                               \
    "{{#if supervised_n}}\n"                                                                                 \
    "目前挂牌督办重大隐患{{supervised}}项，情况如下。\n"                                    \
    "| 编号 | 督办事项 | 责任单位 | 层级 | 督办领导 |\n"                                     \
    "{{#each majors}}\n"                                                                                     \
    "| {{code}} | {{title}} | {{enterprise}} | {{level}} | {{leader}} |\n"                                   \
    "{{/each}}\n"                                                                                            \
    "{{else}}\n"                                                                                             \
    "目前无挂牌督办的重大隐患。\n"                                                              \
    "{{/if}}\n"
#define LINES                                                                                                \
    "{{#if lines}}\n"                                                                                        \
    "各专业报警情况如下。\n"                                                                       \
    "| 专业 | 报警（起） | 上期（起） | 误报（起） |\n"                                     \
    "{{#each lines}}\n"                                                                                      \
    "| {{line}} | {{alarms}} | {{was}} | {{wrong}} |\n"                                                      \
    "{{/each}}\n"                                                                                            \
    "{{/if}}\n"
#define LATE                                                                                                 \
    "{{#if late_n}}\n"                                                                                       \
    "目前逾期未办事项{{late}}项，按承办单位统计如下。\n"                                 \
    "| 承办单位 | 逾期（项） | 最长逾期 |\n"                                                    \
    "{{#each late_bodies}}\n"                                                                                \
    "| {{body}} | {{count}} | {{longest}} |\n"                                                               \
    "{{/each}}\n"                                                                                            \
    "{{else}}\n"                                                                                             \
    "目前无逾期未办事项。\n"                                                                       \
    "{{/if}}\n"

static const char daily[] =
    "@title {{district}}城市安全运行日报（{{period}}）\n"
    "# 监测报警\n" ALARMS("当日") "# 预警处置\n" WARNINGS("当日") "# 隐患治理\n" DANGERS("当日")
        CHECKS("当日") "# 督办与逾期\n" MAJORS LATE;
static const char weekly[] =
    "@title {{district}}城市安全运行周报（{{period}}）\n"
    "# 监测报警\n" ALARMS("本周") LINES "# 预警处置\n" WARNINGS("本周") "# 隐患治理\n" DANGERS("本周")
        CHECKS("本周") "# 重大隐患挂牌督办\n" MAJORS "# 逾期未办\n" LATE;
static const char monthly[] =
    "@title {{district}}城市安全运行月报（{{period}}）\n"
    "# 监测报警\n" ALARMS("本月") LINES "# 预警处置\n" WARNINGS("本月") "# 隐患治理\n" DANGERS("本月")
        CHECKS("本月") "# 重大隐患挂牌督办\n" MAJORS "# 逾期未办\n" LATE;
static const char bulletin[] = "@title 关于逾期未办事项的通报（{{period}}）\n"
                               "{{#if late_n}}\n"
                               "截至{{counted_at}}，{{district}}逾期未办事项共{{late}}项，现予通报。\n"
                               "# 承办单位逾期情况\n" LATE "# 逾期事项\n"
                               "| 承办单位 | 事项 | 应办结日期 | 已逾期 |\n"
                               "{{#each late_items}}\n"
                               "| {{body}} | {{title}}（{{code}}） | {{due}} | {{over}} |\n"
                               "{{/each}}\n"
                               "# 工作要求\n"
                               "上述单位应于三个工作日内办结逾期事项；确需延期的，按规定申请并说明理由。\n"
                               "{{else}}\n"
                               "截至{{counted_at}}，{{district}}无逾期未办事项。\n"
                               "{{/if}}\n";

static const char quarterly[] =
    "@title 关于{{period}}重点任务落实和履职情况的通报\n"
    "# 重点任务落实情况\n"
    "{{#if tasks_n}}\n"
    "{{period}}到期任务{{tasks}}项，已销号{{tasks_closed}}项，按期完成{{tasks_in_time}}项，按期完成率"
    "{{tasks_rate}}。\n"
    "| 承办单位 | 到期（项） | 已销号（项） | 超期完成（项） | 超期未办结（项） |\n"
    "{{#each task_bodies}}\n"
    "| {{body}} | {{count}} | {{done}} | {{slow}} | {{missing}} |\n"
    "{{/each}}\n"
    "{{else}}\n"
    "{{period}}没有到期任务。\n"
    "{{/if}}\n"
    "# 超期未办结任务\n"
    "{{#if tasks_late_n}}\n"
    "截至{{counted_at}}，超期未办结任务{{tasks_late}}项，现予通报。\n"
    "| 承办单位 | 任务 | 依据 | 应办结日期 | 已超期 |\n"
    "{{#each task_late}}\n"
    "| {{body}} | {{title}}（{{code}}） | {{basis}} | {{due}} | {{over}} |\n"
    "{{/each}}\n"
    "上述单位应于三个工作日内办结；确需延期的，按规定申请并说明理由。\n"
    "{{else}}\n"
    "截至{{counted_at}}，没有超期未办结任务。\n"
    "{{/if}}\n"
    "# 履职情况\n"
    "{{#if duties_n}}\n"
    "{{period}}到期履职事项{{duties}}项，已履职{{duties_done}}项，履职完成率{{duties_rate}}。\n"
    "| 单位 | 到期（项） | 已履职（项） | 逾期履职（项） | 未履职（项） |\n"
    "{{#each duty_bodies}}\n"
    "| {{body}} | {{count}} | {{done}} | {{slow}} | {{missing}} |\n"
    "{{/each}}\n"
    "{{else}}\n"
    "{{period}}没有到期履职事项。\n"
    "{{/if}}\n";

static const struct {
    const char *code, *name, *kind, *body;
} seeds[] = {{"daily", "日报", "daily", daily},
             {"weekly", "周报", "weekly", weekly},
             {"monthly", "月报", "monthly", monthly},
             {"bulletin", "通报", "bulletin", bulletin},
             {"quarterly", "季度通报", "quarterly", quarterly}};

static Rc seed_one(Work *w, size_t i)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_briefing_template_of_code, DB_ARGS(db_val_z(seeds[i].code)), &c);
    TRY(rc);
    if (rc) {
        db_close(&c);
        return RC_OK;
    }
    Record *rec = rec_new(w->ctx, TE);
    rec_set(TE, rec, "code", db_val_z(seeds[i].code));
    rec_set(TE, rec, "name", db_val_z(seeds[i].name));
    rec_set(TE, rec, "kind", db_val_z(seeds[i].kind));
    rec_set(TE, rec, "body", db_val_z(seeds[i].body));
    return store_insert(w, TE, rec);
}

Rc brief_seed(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "start", true, &w));
    for (size_t i = 0; i < ARRAY_LEN(seeds); i++) TRY(seed_one(&w, i));
    return work_commit(&w);
}
