/* Meetings over the wire: planned, held, minuted; what was decided stands on the unit's desk; the hole in the
 * matrix closes; who may not, does not; the clock of a period reminds once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_task, &mod_meeting
#include "mod/meeting.h"
#include "mod/task.h"
#include "../danger/test_danger.h"

#define RULE                                                                                                 \
    "{\"body\":\"B-OFFICE\",\"kind\":\"office\",\"per\":\"quarter\",\"since\":"                              \
    "\"2026-07-01T00:00:00+08:00\",\"basis\":\"市安委会工作规则第五条\"}"
#define PLANNED                                                                                              \
    "{\"title\":\"四季度安委办例会\",\"kind\":\"office\",\"planned_at\":"                            \
    "\"2026-11-20T09:00:00+08:00\",\"agenda\":\"通报隐患整改\"}"
#define MINUTES "{\"minutes\":\"会议听取了四季度隐患整改情况，议定以下事项。\"}"

static const Json *cell(Place *p, size_t i, const char *state)
{
    const Json *m = get(&p->rig, "/api/meetings/matrix?year=2026");
    const Json *c = item(json_get(item(json_get(m, "rows"), 0), "cells"), i);
    assert_string_equal(text(&p->rig, c, "state"), state);
    return m;
}

static const char *plan(Place *p, int who)
{
    as(p, who);
    return path_of(p, "meetings", post(&p->rig, 201, "/api/meetings", PLANNED));
}

static const char *decide(Place *p, const char *meeting, int status)
{
    const char *id = strrchr(meeting, '/') + 1;
    return path_of(p, "meeting-decisions",
                   post(&p->rig, status, "/api/meeting-decisions",
                        arena_printf(p->rig.arena,
                                     "{\"meeting\":\"%s\",\"no\":1,\"title\":\"完成老旧管道排查\",\"body\":"
                                     "\"B-TOWN\",\"due_at\":\"2026-12-20T00:00:00+08:00\"}",
                                     id)));
}

/* It counts with its minutes and not before; the decision is the unit's task and knows the meeting. */
static void counted(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, OFFICE);
    create(r, "meeting-rules", RULE);
    post(r, 409, "/api/meeting-rules", RULE);
    cell(&p, 0, "none");
    cell(&p, 2, "hole");
    cell(&p, 3, "due");
    const char *meeting = plan(&p, OFFICE), *id = strrchr(meeting, '/') + 1;
    cell(&p, 3, "planned");
    act(&p, OFFICE, meeting, "minute", MINUTES, 409);
    act(&p, OFFICE, meeting, "hold", "{\"held_at\":\"2027-01-01T00:00:00+08:00\"}", 422);
    act(&p, OFFICE, meeting, "hold", "{\"expected\":3,\"present\":5}", 422);
    act(&p, OFFICE, meeting, "hold", "{\"chair\":\"主任\"}", 200);
    cell(&p, 3, "unminuted");
    create(r, "meeting-attendees",
           arena_printf(r->arena, "{\"meeting\":\"%s\",\"name\":\"甲\",\"body\":\"B-TOWN\"}", id));
    create(r, "meeting-attendees",
           arena_printf(r->arena, "{\"meeting\":\"%s\",\"name\":\"乙\",\"present\":false}", id));
    const char *decision = decide(&p, meeting, 201);
    act(&p, OFFICE, decision, "order", NULL, 409);
    act(&p, OFFICE, meeting, "minute", "{}", 422);
    act(&p, OFFICE, meeting, "minute", MINUTES, 200);
    assert_int_equal(whole(json_get(cell(&p, 3, "done"), "holes")), 1);
    const Json *m = get(r, meeting);
    assert_int_equal(whole(json_get(m, "expected")), 2);
    assert_int_equal(whole(json_get(m, "present")), 1);
    as(&p, TOWN);
    const Json *todo = json_get(get(r, "/api/desk?box=todo&entity=tasks"), "items");
    assert_int_equal(todo->count, 1);
    assert_string_equal(text(r, item(todo, 0), "title"), "完成老旧管道排查");
    const char *task = path_of(&p, "tasks", item(todo, 0));
    assert_string_equal(text(r, get(r, task), "due_at"), "2026-12-20T00:00:00+08:00");
    const Json *chain = json_get(get(r, arena_printf(r->arena, "%s/timeline", task)), "chain");
    assert_string_equal(text(r, item(chain, 0), "plural"), "meetings");
    act(&p, OFFICE, decision, "order", NULL, 409);
    assert_string_equal(value(&p, decision, "task_state"), "ordered");
    act(&p, OFFICE, meeting, "file", NULL, 200);
    as(&p, OFFICE);
    post(r, 409, "/api/meeting-attendees",
         arena_printf(r->arena, "{\"meeting\":\"%s\",\"name\":\"丁\"}", id));
    place_close(&p);
}

/* Whoever was invited reads; whoever was not sees nothing; nobody holds another's meeting. */
static void not_theirs(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    const char *meeting = plan(&p, OFFICE), *id = strrchr(meeting, '/') + 1;
    as(&p, AWAY);
    city_json(r->arena, &r->city, "GET", meeting, 404, STR_NONE);
    as(&p, OFFICE);
    create(r, "meeting-attendees",
           arena_printf(r->arena, "{\"meeting\":\"%s\",\"name\":\"丙\",\"body\":\"B-AWAY\"}", id));
    act(&p, AWAY, meeting, "hold", NULL, 403);
    get(r, meeting);
    decide(&p, meeting, 403);
    post(r, 403, "/api/meeting-rules", RULE);
    as(&p, FIRM);
    assert_int_equal(json_get(get(r, "/api/meetings"), "items")->count, 0);
    act(&p, OFFICE, meeting, "cancel", "{}", 422);
    act(&p, OFFICE, meeting, "cancel", "{\"reason\":\"并入下次会议\"}", 200);
    as(&p, OFFICE);
    decide(&p, meeting, 409);
    city_json(r->arena, &r->city, "GET", "/api/meetings/matrix?year=1", 422, STR_NONE);
    place_close(&p);
}

/* Entries of the ledger about a record. */
static size_t told(Place *p, const char *rule)
{
    as(p, -1);
    return json_get(get(&p->rig, arena_printf(p->rig.arena, "%s/history", rule)), "items")->count;
}

/* The clock: reminded near the end of the period, told at its end, then the next period; a period that has
 * its meeting is left without a word. */
static void reminded(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    Rig *r = &p.rig;
    as(&p, OFFICE);
    const char *rule = path_of(&p, "meeting-rules", post(r, 201, "/api/meeting-rules", RULE));
    assert_string_equal(value(&p, rule, "period_to"), "2027-01-01T00:00:00+08:00");
    size_t before = told(&p, rule);
    run_clocks(&p, NOON + 25 * MS_DAY); /* 17 December: over four fifths */
    assert_int_equal(told(&p, rule), before + 1);
    run_clocks(&p, NOON + 26 * MS_DAY);
    assert_int_equal(told(&p, rule), before + 1);
    run_clocks(&p, NOON + 40 * MS_DAY); /* the year is over */
    assert_string_equal(value(&p, rule, "period_to"), "2027-04-01T00:00:00+08:00");
    const char *meeting = plan(&p, OFFICE);
    act(&p, OFFICE, meeting, "hold", "{\"held_at\":\"2027-01-01T09:00:00+08:00\"}", 200);
    act(&p, OFFICE, meeting, "minute", MINUTES, 200);
    assert_string_equal(value(&p, rule, "period_to"), "2027-07-01T00:00:00+08:00");
    before = told(&p, rule);
    run_clocks(&p, NOON + 125 * MS_DAY); /* 27 March: it was held */
    assert_int_equal(told(&p, rule), before);
    place_close(&p);
}

EACH(counted)
EACH(not_theirs)
EACH(reminded)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counted), cmocka_unit_test(test_not_theirs),
                                       cmocka_unit_test(test_reminded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
