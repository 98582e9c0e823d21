/* Papers: the filing form (备案登记表), the de-filing form (核销表), and the public notice of a commitment.
 * First templates, which an office changes as records. */
#include "hazard_private.h"

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    (void)w;
    (void)lang;
    Str result = rec_text(e, rec, "result");
    if (!result.n) return RC_OK;
    jout_key(o, "grading");
    jout_raw(o, result);
    return RC_OK;
}

#define UNIT_ZH                                                                                              \
    "| 项目 | 内容 |\n"                                                                                  \
    "| 编号 | {{code}} |\n"                                                                                \
    "| 名称 | {{name}} |\n"                                                                                \
    "| 企业 | {{body}} |\n"                                                                                \
    "| 单元类型 | {{kind}} |\n"                                                                          \
    "| 500 m 内常住人口 | {{residents}} |\n"                                                            \
    "| 辨识指标 S | {{s}} |\n"                                                                           \
    "| 分级指标 R | {{r}} |\n"                                                                           \
    "| 等级 | {{grade}} |\n"                                                                               \
    "\n"
#define END "@sender {{paper_issuer}}\n@date {{paper_date}}\n"

static const char filing_zh[] = "@title 危险化学品重大危险源备案登记表\n" UNIT_ZH "# 物质\n"
                                "| 物质 | 设计最大量（t） | 临界量（t） | β | β·q/Q |\n"
                                "{{#each grading.terms}}\n"
                                "| {{name}} | {{tonnes}} | {{critical_t}} | {{beta}} | {{weighted}} |\n"
                                "{{/each}}\n"
                                "\n"
                                "# 包保责任人\n"
                                "| 职责 | 姓名 |\n"
                                "| 主要负责人 | {{principal}} |\n"
                                "| 技术负责人 | {{technical}} |\n"
                                "| 操作负责人 | {{operator}} |\n"
                                "\n" END;
static const char filing_en[] = "@title Filing form of a major hazard source\n"
                                "| Item | |\n"
                                "| Code | {{code}} |\n"
                                "| Name | {{name}} |\n"
                                "| Enterprise | {{body}} |\n"
                                "| Residents within 500 m | {{residents}} |\n"
                                "| S | {{s}} |\n"
                                "| R | {{r}} |\n"
                                "| Grade | {{grade}} |\n"
                                "\n"
                                "# Substances\n"
                                "| Substance | q (t) | Q (t) | β | β·q/Q |\n"
                                "{{#each grading.terms}}\n"
                                "| {{name}} | {{tonnes}} | {{critical_t}} | {{beta}} | {{weighted}} |\n"
                                "{{/each}}\n"
                                "\n" END;
static const char removal_zh[] = "@title 危险化学品重大危险源核销表\n" UNIT_ZH "# 核销\n"
                                 "核销理由：{{removed_reason}}\n"
                                 "核销时间：{{removed_at}}。\n" END;
static const char notice_zh[] = "@title 安全承诺公告\n"
                                "{{day}}，{{hazard}}：运行装置（储罐）{{running}}个，停用{{stopped}}个，"
                                "特殊作业{{special_work}}处。\n"
                                "{{statement}}\n"
                                "承诺人：{{promised_by}}\n" END;

const PaperKind hazard_papers[HAZARD_PAPERS] = {
    {.kind = "filing",
     .title = T("备案登记表", "Filing form"),
     .perm = "hazard.file",
     .states = "submitted filed",
     .issuer = "authority",
     .to = "body",
     .word = "危备",
     .body = {filing_zh, filing_en},
     .model = model},
    {.kind = "removal",
     .title = T("核销表", "De-filing form"),
     .perm = "hazard.file",
     .states = "removed",
     .issuer = "authority",
     .to = "body",
     .word = "危销",
     .body = {removal_zh, NULL},
     .model = model},
};
const PaperKind commitment_papers[COMMITMENT_PAPERS] = {
    {.kind = "notice",
     .title = T("安全承诺公告", "Public notice"),
     .perm = "hazard.commit",
     .word = "诺",
     .body = {notice_zh, NULL}},
};
