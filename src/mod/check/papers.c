/* The record of a check (安全检查记录), which both sides sign by name. The first template; an office changes
 * it as a record. */
#include "check_private.h"
#include "mod_check_queries_sql.h"

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    DbCursor *c;
    Rc rc;
    int64_t ids[ITEMS_MOST];
    size_t n = 0;
    (void)e;
    TRY(db_query(w->ctx, w->db, &q_check_results_of, DB_ARGS(db_val_i64(rec->id)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && n < ITEMS_MOST) ids[n++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    jout_key(o, "results");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        Record *r;
        TRY(store_get(w, RE, ids[i], &r));
        jout_open(o);
        TRY(paper_fields(w, RE, r, lang, o));
        jout_close(o);
    }
    jout_close_array(o);
    return RC_OK;
}

static const char record_zh[] = "@title 安全检查记录\n"
                                "| 项目 | 内容 |\n"
                                "| 检查编号 | {{code}} |\n"
                                "| 受检单位 | {{enterprise}} |\n"
                                "| 检查单位 | {{body}} |\n"
                                "| 检查时间 | {{done_at}} |\n"
                                "| 检查依据 | {{list}} |\n"
                                "| 检查情况 | 共{{items}}项，符合{{passed}}项，不符合{{failed}}项 |\n"
                                "\n"
                                "# 检查结果\n"
                                "| 序号 | 检查内容 | 结论 | 说明 | 隐患 |\n"
                                "{{#each results}}\n"
                                "| {{no}} | {{text}} | {{verdict}} | {{note}} | {{danger}} |\n"
                                "{{/each}}\n"
                                "\n"
                                "{{#if opinion}}\n"
                                "# 检查意见\n"
                                "{{opinion}}\n"
                                "{{/if}}\n"
                                "\n"
                                "检查人员（签名）：{{checker}}\n"
                                "{{#if unit_person}}\n"
                                "受检单位负责人（签名）：{{unit_person}}\n"
                                "{{else}}\n"
                                "受检单位负责人（签名）：\n"
                                "{{/if}}\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n";

static const char record_en[] = "@title Record of a safety check\n"
                                "| Item | |\n"
                                "| Check | {{code}} |\n"
                                "| Enterprise | {{enterprise}} |\n"
                                "| Checked by | {{body}} |\n"
                                "| On | {{done_at}} |\n"
                                "| By the list | {{list}} |\n"
                                "| Result | {{items}} items, {{passed}} comply, {{failed}} fail |\n"
                                "\n"
                                "# Results\n"
                                "| No. | Item | Verdict | Note | Danger |\n"
                                "{{#each results}}\n"
                                "| {{no}} | {{text}} | {{verdict}} | {{note}} | {{danger}} |\n"
                                "{{/each}}\n"
                                "\n"
                                "{{#if opinion}}\n"
                                "{{opinion}}\n"
                                "{{/if}}\n"
                                "Checker: {{checker}}\n"
                                "Enterprise: {{unit_person}}\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n";

const PaperKind check_papers[1] = {
    {.kind = "record",
     .title = T("安全检查记录", "Record of a check"),
     .perm = "check.do",
     .states = "finished",
     .issuer = "body",
     .to = "enterprise",
     .word = "检",
     .body = {record_zh, record_en},
     .model = model},
};
