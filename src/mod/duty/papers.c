/* The duty list as it is published (安全生产责任清单) and the record of performance (履职纪实). First
 * templates, which an office changes as records. */
#include "duty_private.h"
#include "mod_duty_queries_sql.h"

static Rc list_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    Record *items[DUTY_ITEMS_MOST];
    size_t n;
    (void)e;
    TRY(duty_items(w, rec->id, items, &n));
    jout_key(o, "duties");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        jout_open(o);
        TRY(paper_fields(w, IE, items[i], lang, o));
        jout_close(o);
    }
    jout_close_array(o);
    return RC_OK;
}

static const char list_zh[] = "@title {{name}}\n"
                              "| 项目 | 内容 |\n"
                              "| 清单编号 | {{code}} |\n"
                              "| 单位 | {{body}} |\n"
                              "| 岗位 | {{post}} |\n"
                              "| 履职人 | {{holder}} |\n"
                              "| 版次 | {{edition}} |\n"
                              "| 生效日期 | {{?valid_from_date}} |\n"
                              "| 失效日期 | {{?valid_to_date}} |\n"
                              "| 报备单位 | {{filed_to}} |\n"
                              "\n"
                              "{{#if basis}}\n"
                              "依据：{{basis}}\n"
                              "{{/if}}\n"
                              "\n"
                              "# 职责\n"
                              "| 序号 | 职责内容 | 频次 | 每期次数 | 依据条款 |\n"
                              "{{#each duties}}\n"
                              "| {{no}} | {{text}} | {{per}} | {{times}} | {{basis}} |\n"
                              "{{/each}}\n"
                              "@sender {{paper_issuer}}\n"
                              "@date {{paper_date}}\n";
static const char list_en[] = "@title {{name}}\n"
                              "| Item | |\n"
                              "| List | {{code}} |\n"
                              "| Body | {{body}} |\n"
                              "| Post | {{post}} |\n"
                              "| Edition | {{edition}} |\n"
                              "| Valid from | {{?valid_from_date}} |\n"
                              "\n"
                              "# Duties\n"
                              "| No. | Duty | Cadence | Times | Clause |\n"
                              "{{#each duties}}\n"
                              "| {{no}} | {{text}} | {{per}} | {{times}} | {{basis}} |\n"
                              "{{/each}}\n"
                              "@sender {{paper_issuer}}\n"
                              "@date {{paper_date}}\n";
const PaperKind duty_list_papers[1] = {{.kind = "list",
                                        .title = T("安全生产责任清单", "Duty list"),
                                        .perm = "duties.write",
                                        .issuer = "body",
                                        .word = "责",
                                        .body = {list_zh, list_en},
                                        .model = list_model}};

static const char record_zh[] = "@title 履职纪实\n"
                                "| 项目 | 内容 |\n"
                                "| 单位 | {{body}} |\n"
                                "| 岗位 | {{post}} |\n"
                                "| 履职事项 | {{title}} |\n"
                                "| 周期 | {{period}} |\n"
                                "| 履职时间 | {{done_at}} |\n"
                                "| 履职地点 | {{place}} |\n"
                                "| 按期 | {{on_time}} |\n"
                                "| 记录人 | {{by}} |\n"
                                "\n"
                                "# 履职情况\n"
                                "{{what}}\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n";
static const char record_en[] = "@title Record of performance\n"
                                "| Item | |\n"
                                "| Body | {{body}} |\n"
                                "| Post | {{post}} |\n"
                                "| Duty | {{title}} |\n"
                                "| Period | {{period}} |\n"
                                "| When | {{done_at}} |\n"
                                "| Where | {{place}} |\n"
                                "| On time | {{on_time}} |\n"
                                "| By | {{by}} |\n"
                                "\n"
                                "# What was done\n"
                                "{{what}}\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n";
const PaperKind duty_record_papers[1] = {{.kind = "record",
                                          .title = T("履职纪实", "Record of performance"),
                                          .perm = "duties.do",
                                          .issuer = "body",
                                          .word = "履",
                                          .body = {record_zh, record_en}}};
