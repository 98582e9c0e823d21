/* The paper of a paper: the ledger of its tasks (任务台账), as PDF and docx; as a workbook it is the export
 * of /api/tasks.xlsx?document=CODE. */
#include "document_private.h"
#include "base/num.h"

enum { ROWS_MOST = 2000 };

static Rc task_ids(Work *w, const Record *doc, int64_t *ids, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT t.id FROM tasks t WHERE t.archived_at IS NULL AND t.document = ");
    sql_arg(&b, db_val_i64(doc->id));
    TRY(scope_where(&b, w, &task_entity, "t"));
    sql_lit(&b, " ORDER BY t.item, t.id LIMIT ");
    sql_arg(&b, db_val_i64(ROWS_MOST));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0;) ids[(*n)++] = db_i64(c, 0);
    db_close(&c);
    return rc;
}

static Rc ledger_model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, ROWS_MOST);
    size_t n;
    int64_t closed = 0, late = 0;
    (void)e;
    TRY(task_ids(w, rec, ids, &n));
    jout_key(o, "list");
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        Record *task;
        TRY(store_get(w, &task_entity, ids[i], &task));
        int64_t due = rec_time(&task_entity, task, "due_at");
        bool open = !(flow_state(&task_entity, task)->flags & STATE_FINAL);
        closed += str_is(rec_text(&task_entity, task, "state"), "closed");
        late += open && due != TIME_NONE && due < w->now;
        jout_open(o);
        TRY(paper_fields(w, &task_entity, task, lang, o));
        jout_close(o);
    }
    jout_close_array(o);
    jout_ki(o, "list_count", (int64_t)n);
    jout_ki(o, "list_closed", closed);
    jout_ki(o, "list_late", late);
    return RC_OK;
}

static const char ledger_zh[] =
    "@title 任务台账\n"
    "文件：{{title}}\n"
    "{{#if number}}\n"
    "文号：{{number}}\n"
    "{{/if}}\n"
    "共{{list_count}}项任务，已销号{{list_closed}}项，超期未办结{{list_late}}项。\n"
    "\n"
    "| 编号 | 任务 | 承办单位 | 角色 | 办结时限 | 状态 |\n"
    "{{#each list}}\n"
    "| {{code}} | {{title}} | {{body}} | {{role}} | {{?due_at_date}} | {{state}} |\n"
    "{{/each}}\n"
    "@sender {{paper_issuer}}\n"
    "@date {{paper_date}}\n";

static const char ledger_en[] =
    "@title Ledger of tasks\n"
    "Paper: {{title}}\n"
    "{{list_count}} tasks, {{list_closed}} closed, {{list_late}} overdue.\n"
    "\n"
    "| Code | Task | Unit | Role | Due | State |\n"
    "{{#each list}}\n"
    "| {{code}} | {{title}} | {{body}} | {{role}} | {{?due_at_date}} | {{state}} |\n"
    "{{/each}}\n"
    "@sender {{paper_issuer}}\n"
    "@date {{paper_date}}\n";

const PaperKind document_papers[DOCUMENT_PAPERS] = {
    {.kind = "ledger",
     .title = T("任务台账", "Ledger of tasks"),
     .perm = "task.order",
     .issuer = "body",
     .word = "台账",
     .body = {ledger_zh, ledger_en},
     .model = ledger_model},
};
