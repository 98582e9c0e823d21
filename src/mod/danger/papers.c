/* The papers of dangers and supervisions: the rectification order (整改指令书), the review (复查意见书), the
 * supervision notice (挂牌督办通知书) and the removal (摘牌通知书). First templates, which an office changes
 * as records. */
#include "danger_private.h"
#include "kernel/limit.h"

static Rc put_due(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    Clock c;
    const FlowState *state = flow_state(e, rec);
    if (!state->limit) return RC_OK;
    Rc rc = clock_find(w, e, rec->id, state->limit, &c);
    TRY(rc);
    if (rc) jout_ks(o, "due", paper_time(w->ctx->arena, c.due_at, true, lang));
    return RC_OK;
}

/* The clause in full, and when the present step is due. */
static Rc danger_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    int64_t clause = rec_i64(e, rec, "criterion");
    if (clause) {
        Record *c;
        TRY(store_get(w, CE, clause, &c));
        jout_key(o, "clause");
        jout_open(o);
        TRY(paper_fields(w, CE, c, lang, o));
        jout_close(o);
    }
    return put_due(w, e, rec, lang, o);
}

static Rc supervision_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    Record *danger;
    TRY(store_get(w, DE, rec_i64(e, rec, "danger"), &danger));
    jout_key(o, "of");
    jout_open(o);
    TRY(paper_fields(w, DE, danger, lang, o));
    jout_close(o);
    return put_due(w, e, rec, lang, o);
}

static const char order_zh[] =
    "@title 隐患整改指令书\n"
    "@to {{enterprise}}\n"
    "{{found_at}}，经{{source}}发现你单位存在以下事故隐患，现责令限期整改。\n"
    "\n"
    "# 隐患情况\n"
    "| 项目 | 内容 |\n"
    "| 隐患编号 | {{code}} |\n"
    "| 隐患等级 | {{grade}} |\n"
    "| 隐患类别 | {{category}} |\n"
    "{{#if place}}\n"
    "| 具体位置 | {{place}} |\n"
    "{{/if}}\n"
    "\n"
    "{{description}}\n"
    "{{#if clause.text}}\n"
    "判定依据：{{clause.source}}{{clause.number}}，{{clause.text}}。\n"
    "{{/if}}\n"
    "{{#if major_reason}}\n"
    "判定理由：{{major_reason}}\n"
    "{{/if}}\n"
    "\n"
    "# 整改要求\n"
    "{{#if requirements}}\n"
    "{{requirements}}\n"
    "{{/if}}\n"
    "{{#if due}}\n"
    "请于{{due}}前整改完毕，在平台反馈整改结果并附照片。\n"
    "{{/if}}\n"
    "整改期间应落实责任、措施、资金、时限和预案，防止事故发生。逾期不整改的，将依法处理。\n"
    "@sender {{paper_issuer}}\n"
    "@date {{paper_date}}\n"
    "@note 经办人：{{paper_by}}\n";

static const char order_en[] = "@title Order to rectify a hidden danger\n"
                               "@to {{enterprise}}\n"
                               "On {{found_at}} the following was found and is to be put right.\n"
                               "| Item | |\n"
                               "| Danger | {{code}} |\n"
                               "| Grade | {{grade}} |\n"
                               "| Place | {{place}} |\n"
                               "\n"
                               "{{description}}\n"
                               "# What is asked\n"
                               "{{#if requirements}}\n"
                               "{{requirements}}\n"
                               "{{/if}}\n"
                               "{{#if due}}\n"
                               "Due by {{due}}.\n"
                               "{{/if}}\n"
                               "@sender {{paper_issuer}}\n"
                               "@date {{paper_date}}\n";

static const char review_zh[] = "@title 隐患整改复查意见书\n"
                                "@to {{enterprise}}\n"
                                "你单位隐患{{code}}（{{title}}）已经复查，意见如下。\n"
                                "\n"
                                "# 整改情况\n"
                                "{{result}}\n"
                                "整改完成时间：{{rectified_at}}。\n"
                                "\n"
                                "# 复查意见\n"
                                "{{#if review}}\n"
                                "{{review}}\n"
                                "{{/if}}\n"
                                "{{#if returned_reason}}\n"
                                "曾退回整改：{{returned_reason}}\n"
                                "{{/if}}\n"
                                "{{#if state = 已销号}}\n"
                                "经复查，该隐患已整改完毕，准予销号。\n"
                                "{{/if}}\n"
                                "{{#if state = 退回整改}}\n"
                                "经复查，整改未达到要求，请继续整改。\n"
                                "{{/if}}\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n"
                                "@note 复查人：{{reviewed_by}}\n";

static const char hang_zh[] =
    "@title 重大事故隐患挂牌督办通知书\n"
    "@to {{enterprise}}\n"
    "你单位存在重大事故隐患，现予{{level}}挂牌督办。\n"
    "\n"
    "# 隐患情况\n"
    "{{of.description}}\n"
    "隐患编号：{{of.code}}。\n"
    "\n"
    "# 督办要求\n"
    "{{requirements}}\n"
    "督办领导：{{leader}}（{{leader_post}}）。\n"
    "{{#if due}}\n"
    "请于{{due}}前完成整改并申请验收。\n"
    "{{/if}}\n"
    "整改情况应同时向负有安全生产监督管理职责的部门和职工大会或者职工代表大会报告。\n"
    "@sender {{paper_issuer}}\n"
    "@date {{paper_date}}\n"
    "@note 经办人：{{paper_by}}\n";

static const char removal_zh[] = "@title 重大事故隐患摘牌通知书\n"
                                 "@to {{enterprise}}\n"
                                 "你单位重大事故隐患{{of.code}}（{{title}}）经验收合格，现予摘牌。\n"
                                 "\n"
                                 "# 验收意见\n"
                                 "{{acceptance}}\n"
                                 "验收时间：{{accepted_at}}。\n"
                                 "@sender {{paper_issuer}}\n"
                                 "@date {{paper_date}}\n"
                                 "@note 验收人：{{accepted_by}}\n";

const PaperKind danger_papers[DANGER_PAPERS] = {
    {.kind = "rectification",
     .title = T("整改指令书", "Order to rectify"),
     .perm = "danger.order",
     .states = "ordered returned rectified closed",
     .issuer = "handler",
     .to = "enterprise",
     .word = "改",
     .body = {order_zh, order_en},
     .model = danger_model},
    {.kind = "review",
     .title = T("复查意见书", "Review"),
     .perm = "danger.review",
     .states = "returned closed",
     .issuer = "handler",
     .to = "enterprise",
     .word = "复",
     .body = {review_zh, NULL},
     .model = danger_model},
};
const PaperKind supervision_papers[SUPERVISION_PAPERS] = {
    {.kind = "notice",
     .title = T("挂牌督办通知书", "Supervision notice"),
     .perm = "supervision.hang",
     .states = "hung applied accepted",
     .issuer = "issuer",
     .to = "enterprise",
     .word = "督",
     .body = {hang_zh, NULL},
     .model = supervision_model},
    {.kind = "removal",
     .title = T("摘牌通知书", "Notice of taking off"),
     .perm = "supervision.hang",
     .states = "removed evaluated",
     .issuer = "issuer",
     .to = "enterprise",
     .word = "摘",
     .body = {removal_zh, NULL},
     .model = supervision_model},
};
