/* What is put up and handed out: the board of an enterprise's risks (安全风险公告栏) and the card of what one
 * must know at a unit (应知应会卡). First templates, which an office changes as records. */
#include "risk_private.h"

enum { BOARD_MOST = 200 };

static Rc board_rows(Work *w, const Record *unit, DbCursor **c)
{
    SqlBuf b;
    sql_init(&b, w->ctx, w->db);
    sql_lit(
        &b,
        "SELECT t.code, t.name, t.grade, t.accident, t.responsible, t.control, t.emergency FROM risk_units t"
        " WHERE t.archived_at IS NULL AND t.grade IS NOT NULL AND t.body = ");
    sql_arg(&b, *rec_val(UE, unit, "body"));
    TRY(scope_where(&b, w, UE, "t"));
    sql_lit(&b, " ORDER BY t.grade, t.code LIMIT ");
    sql_arg(&b, db_val_i64(BOARD_MOST));
    return sql_query(w->ctx, w->db, &b, c);
}

/* The graded units of the same enterprise, the worst first. */
static Rc board_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    static const char *const texts[] = {"no",          "name",          "grade_label", "accident",
                                        "responsible", "control_label", "emergency"};
    DbCursor *c;
    Rc rc;
    (void)e;
    TRY(board_rows(w, rec, &c));
    jout_key(o, "units");
    jout_open_array(o);
    while ((rc = db_next(w->ctx, c)) > 0) {
        jout_open(o);
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
            jout_key(o, texts[i]);
            if (i == 2)
                jout_z(o, dict_label(w->kernel, "risk_grade",
                                     str_printf(w->ctx->arena, "%d", (int)db_i64(c, 2)), lang));
            else if (i == 5) jout_z(o, dict_label(w->kernel, "risk_control", db_str(c, 5), lang));
            else jout_str(o, db_str(c, i));
        }
        jout_close(o);
    }
    db_close(&c);
    jout_close_array(o);
    return rc < 0 ? rc : RC_OK;
}

static bool graded(const Entity *e, const Record *rec)
{
    return rec_i64(e, rec, "grade") != 0;
}

static const char board_zh[] =
    "@title 安全风险公告栏\n"
    "责任单位：{{body}}\n"
    "\n"
    "| 风险单元 | 风险等级 | 可能的事故及后果 | 管控层级 | 责任人 | 应急措施 |\n"
    "{{#each units}}\n"
    "| {{name}} | {{grade_label}} | {{accident}} | {{control_label}} | {{responsible}} | "
    "{{emergency}} |\n"
    "{{/each}}\n"
    "\n"
    "发现险情，立即撤离并报告责任人；报警电话 119，急救电话 120。\n";
static const char card_zh[] = "@title 安全风险应知应会卡\n"
                              "| 项目 | 内容 |\n"
                              "| 风险单元 | {{name}}（{{code}}） |\n"
                              "| 责任单位 | {{body}} |\n"
                              "| 风险等级 | {{grade}} |\n"
                              "| 责任人 | {{responsible}} |\n"
                              "| 管控层级 | {{control}} |\n"
                              "\n"
                              "# 可能发生什么\n"
                              "{{accident}}\n"
                              "\n"
                              "# 怎么防\n"
                              "{{#if engineering}}\n"
                              "工程技术：{{engineering}}\n"
                              "\n"
                              "{{/if}}\n"
                              "{{#if management}}\n"
                              "管理：{{management}}\n"
                              "\n"
                              "{{/if}}\n"
                              "{{#if training}}\n"
                              "培训教育：{{training}}\n"
                              "\n"
                              "{{/if}}\n"
                              "{{#if protection}}\n"
                              "个体防护：{{protection}}\n"
                              "{{/if}}\n"
                              "{{#if emergency}}\n"
                              "\n"
                              "# 发生了怎么办\n"
                              "{{emergency}}\n"
                              "{{/if}}\n";

const PaperKind risk_papers[RISK_PAPERS] = {
    {.kind = "board",
     .title = T("安全风险公告栏", "Board of risks"),
     .perm = "risk.write",
     .issuer = "body",
     .word = "险",
     .body = {board_zh, NULL},
     .model = board_model,
     .fits = graded},
    {.kind = "card",
     .title = T("应知应会卡", "Card of what to know"),
     .perm = "risk.write",
     .issuer = "body",
     .word = "卡",
     .body = {card_zh, NULL},
     .fits = graded},
};
