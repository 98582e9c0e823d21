/* 会议纪要: the minutes as a paper, with who was there and what was decided. The first template; an office
 * changes it as a record. */
#include "meeting_private.h"
#include "mod_meeting_queries_sql.h"

typedef struct Below {
    const char *name;
    const Entity *e;
    const DbQuery *q;
} Below;

static Rc write_below(Work *w, const Below *below, int64_t meeting, Lang lang, JsonOut *o)
{
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, PERSONS_MOST);
    size_t n;
    TRY(meeting_ids(w, below->q, meeting, ids, PERSONS_MOST, &n));
    if (!n) return RC_OK;
    jout_key(o, below->name);
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        Record *rec;
        TRY(store_get(w, below->e, ids[i], &rec));
        jout_open(o);
        TRY(paper_fields(w, below->e, rec, lang, o));
        jout_close(o);
    }
    jout_close_array(o);
    return RC_OK;
}

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    (void)e;
    TRY(write_below(w, &(Below){"attendees", GE, &q_meeting_attendees_of}, rec->id, lang, o));
    return write_below(w, &(Below){"decisions", NE, &q_meeting_decisions_of}, rec->id, lang, o);
}

static const char minutes_zh[] = "@title 会议纪要\n"
                                 "{{title}}\n"
                                 "\n"
                                 "| 项目 | 内容 |\n"
                                 "| 会议类型 | {{kind}} |\n"
                                 "| 会议主体 | {{body}} |\n"
                                 "| 时间 | {{held_at}} |\n"
                                 "| 地点 | {{place}} |\n"
                                 "| 主持人 | {{chair}} |\n"
                                 "| 应到人数 | {{expected}} |\n"
                                 "| 实到人数 | {{present}} |\n"
                                 "\n"
                                 "{{#if agenda}}\n"
                                 "# 议程\n"
                                 "{{agenda}}\n"
                                 "{{/if}}\n"
                                 "# 会议内容\n"
                                 "{{minutes}}\n"
                                 "{{#if decisions}}\n"
                                 "\n"
                                 "# 议定事项\n"
                                 "| 序号 | 事项 | 责任单位 | 完成时限 |\n"
                                 "{{#each decisions}}\n"
                                 "| {{#}} | {{title}} | {{body}} | {{due_at_date}} |\n"
                                 "{{/each}}\n"
                                 "{{/if}}\n"
                                 "{{#if attendees}}\n"
                                 "\n"
                                 "# 参会人员\n"
                                 "| 姓名 | 单位 | 职务 | 到会 |\n"
                                 "{{#each attendees}}\n"
                                 "| {{name}} | {{body}} | {{post}} | {{present}} |\n"
                                 "{{/each}}\n"
                                 "{{/if}}\n"
                                 "@sender {{paper_issuer}}\n"
                                 "@date {{paper_date}}\n"
                                 "@note 整理：{{minuted_by}}\n";

static const char minutes_en[] = "@title Minutes\n"
                                 "{{title}}\n"
                                 "\n"
                                 "| Item | |\n"
                                 "| Kind | {{kind}} |\n"
                                 "| Body | {{body}} |\n"
                                 "| Held at | {{held_at}} |\n"
                                 "| Place | {{place}} |\n"
                                 "| Chair | {{chair}} |\n"
                                 "| Expected | {{expected}} |\n"
                                 "| Present | {{present}} |\n"
                                 "\n"
                                 "{{minutes}}\n"
                                 "{{#if decisions}}\n"
                                 "# Decisions\n"
                                 "| No. | Decision | Unit | Due |\n"
                                 "{{#each decisions}}\n"
                                 "| {{#}} | {{title}} | {{body}} | {{due_at_date}} |\n"
                                 "{{/each}}\n"
                                 "{{/if}}\n"
                                 "@sender {{paper_issuer}}\n"
                                 "@date {{paper_date}}\n";

const PaperKind meeting_papers[MEETING_PAPERS] = {
    {.kind = "minutes",
     .title = T("会议纪要", "Minutes"),
     .perm = "meeting.write",
     .states = "minuted archived",
     .issuer = "body",
     .word = "纪",
     .body = {minutes_zh, minutes_en},
     .model = model},
};
