/* Briefings on both databases: written once at their time, also after a pause; every figure is what its list
 * counts and what a query of our own counts; a body's figures are of what it sees; edited, issued, recalled;
 * on paper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_warning, &mod_briefing, &mod_paper
#include "mod/briefing.h"
#include "mod/paper.h"
#include "mod/warning.h"
#include "../danger/test_danger.h"

static int64_t clock_at(const char *text)
{
    int64_t t;
    assert_true(time_parse(str_of(text), true, &t));
    return t;
}

static int64_t run(Place *p, const char *when)
{
    int64_t n = -1;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    at(p, clock_at(when));
    db_test_must(&ctx, briefing_run(&ctx, p->rig.city.kernel, p->now, &n));
    arena_free(&a);
    return n;
}

static void plan(Place *p, const char *code, const char *kind, const char *body, const char *more)
{
    as(p, -1);
    create(&p->rig, "briefing-plans",
           arena_printf(p->rig.arena,
                        "{\"code\":\"%s\",\"name\":\"城市安全简报\",\"kind\":\"%s\",\"body\":\"%s\","
                        "\"time\":\"07:30\"%s}",
                        code, kind, body, more));
}

static const Json *newest(Place *p, const char *plan_code)
{
    as(p, -1);
    return item(
        json_get(get(&p->rig, arena_printf(p->rig.arena, "/api/briefings?plan=%s", plan_code)), "items"), 0);
}

static void find_dangers(Place *p)
{
    report(p, INSPECTOR, BLOCKED);
    report(p, INSPECTOR,
           "{\"enterprise\":\"B-OTHER\",\"description\":\"配电箱无防护罩，线路裸露\",\"order\":true,"
           "\"requirements\":\"加装防护罩\"}");
    report(p, INSPECTOR,
           "{\"enterprise\":\"B-FIRM\",\"description\":\"储罐区紧急切断阀失效\",\"grade\":1,"
           "\"major_reason\":\"重大危险源紧急切断装置失效\",\"order\":true,\"requirements\":\"立即停用\"}");
}

/* ---- Written once ---- */

static void written_once(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    find_dangers(&p);
    plan(&p, "DAY", "daily", "B-OFFICE", "");
    plan(&p, "WEEK", "weekly", "B-OFFICE", ",\"weekday\":1");
    assert_int_equal(run(&p, "2026-11-22 23:00:00"), 0); /* the plans began at noon */
    assert_int_equal(run(&p, "2026-11-23 07:29:59"), 0);
    assert_int_equal(run(&p, "2026-11-23 07:30:00"), 2);
    assert_int_equal(run(&p, "2026-11-23 07:30:30"), 0);
    assert_int_equal(run(&p, "2026-11-23 23:00:00"), 0);
    assert_string_equal(text(&p.rig, newest(&p, "DAY"), "code"), "D20261122-DAY");
    assert_string_equal(text(&p.rig, newest(&p, "WEEK"), "code"), "W20261116-WEEK");
    /* The program was down for three days: the last day is written, once. */
    assert_int_equal(run(&p, "2026-11-27 09:00:00"), 1);
    assert_int_equal(run(&p, "2026-11-27 09:00:30"), 0);
    assert_string_equal(text(&p.rig, newest(&p, "DAY"), "code"), "D20261126-DAY");
    /* By hand it is there already; switched off nothing is written. */
    as(&p, OFFICE);
    post(&p.rig, 409, "/api/briefing-plans/DAY/actions/write", "{}");
    as(&p, -1);
    change(&p.rig, "/api/briefing-plans/DAY", "{\"enabled\":false}", 200);
    assert_int_equal(run(&p, "2026-11-29 09:00:00"), 0);
    create(&p.rig, "briefing-plans",
           "{\"code\":\"AUTO\",\"name\":\"自动日报\",\"kind\":\"daily\",\"body\":\"B-OFFICE\",\"time\":\"10:"
           "00\","
           "\"automatic\":true}");
    assert_int_equal(run(&p, "2026-11-30 10:01:00"), 2); /* and the week's */
    assert_string_equal(text(&p.rig, newest(&p, "AUTO"), "state"), "issued");
    post(&p.rig, 422, "/api/briefing-plans",
         "{\"code\":\"X\",\"name\":\"坏计划\",\"kind\":\"daily\",\"body\":\"B-OFFICE\","
         "\"time\":\"25:00\",\"recipients\":\"B-NONE\"}");
    place_close(&p);
}

/* ---- Figures ---- */

static const char *escaped(Place *p, const char *query)
{
    StrBuf b;
    buf_init(&b, p->rig.arena);
    for (; *query; query++) {
        if (*query == '+') buf_addz(&b, "%2B");
        else buf_addc(&b, *query);
    }
    return str_z(p->rig.arena, buf_str(&b));
}

static const Json *figure(const Json *briefing, const char *key)
{
    JSON_EACH(it, json_get(json_get(briefing, "figures"), "items"))
    if (str_is(json_str(json_get(it, "key")), key)) return it;
    return NULL;
}

/* Everything that names a list: as whom the body is, the list has as many rows. */
static void lists_agree(Place *p, const Json *briefing, int who)
{
    Rig *r = &p->rig;
    int asked = 0;
    as(p, who);
    JSON_EACH(it, json_get(json_get(briefing, "figures"), "items"))
    {
        if (!json_get(it, "plural")) continue;
        const Json *list = get(r, arena_printf(r->arena, "/api/%s?%s&limit=1", text(r, it, "plural"),
                                               escaped(p, text(r, it, "query"))));
        if (whole(json_get(list, "count")) != whole(json_get(it, "n"))) fail_msg("%s", text(r, it, "key"));
        asked++;
    }
    assert_true(asked > 25);
}

static int64_t count_of(Place *p, const char *where, const char *path)
{
    Work w;
    SqlBuf b;
    DbCursor *c;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, p->rig.city.kernel, NULL, "test", true, &w));
    sql_init(&b, &ctx, w.db);
    sql_lit(&b, "SELECT count(*) FROM dangers t JOIN districts d ON d.id = t.district WHERE d.path LIKE ");
    sql_arg(&b, db_val_z(path));
    sql_lit_(&b, where);
    db_test_must(&ctx, sql_query(&ctx, w.db, &b, &c));
    assert_int_equal(db_next(&ctx, c), 1);
    int64_t n = db_i64(c, 0);
    db_close(&c);
    work_abort(&w);
    arena_free(&a);
    return n;
}

static void figures_are_counts(DbPool *pool)
{
    static const struct {
        const char *key, *where;
    } own[] = {{"dangers", ""},
               {"dangers_major", " AND t.grade = 1"},
               {"dangers_open", " AND t.state <> 'closed' AND t.state <> 'rejected' AND t.state <> 'merged'"},
               {"dangers_open_major", " AND t.grade = 1 AND t.closed_at IS NULL"},
               {"dangers_rectified", " AND t.rectified_at IS NOT NULL"}};
    static const struct {
        const char *plan, *body, *path;
        int who;
        int64_t dangers;
    } bodies[] = {{"CITY", "B-OFFICE", "/990100/%", OFFICE, 4},
                  {"TOWN", "B-TOWN", "/990100/990101/%", TOWN, 3},
                  {"AWAY", "B-AWAY", "/990100/990102/%", AWAY, 1}};
    Place p;
    place_open(&p, pool);
    as(&p, -1);
    create(&p.rig, "bodies",
           "{\"code\":\"B-FAR\",\"name\":\"北苑仓储公司\",\"kind\":\"enterprise\",\"district\":\"990102\"}");
    find_dangers(&p);
    report(&p, INSPECTOR,
           "{\"enterprise\":\"B-FAR\",\"description\":\"仓库消防水压力不足\",\"order\":true,"
           "\"requirements\":\"修复\"}");
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) plan(&p, bodies[i].plan, "daily", bodies[i].body, "");
    assert_int_equal(run(&p, "2026-11-23 08:00:00"), 3);
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        const Json *b = newest(&p, bodies[i].plan);
        assert_int_equal(whole(json_get(figure(b, "dangers"), "n")), bodies[i].dangers);
        lists_agree(&p, b, bodies[i].who);
        for (size_t k = 0; k < ARRAY_LEN(own); k++)
            assert_int_equal(whole(json_get(figure(b, own[k].key), "n")),
                             count_of(&p, own[k].where, bodies[i].path));
        const char *words = text(&p.rig, b, "text");
        assert_non_null(strstr(words, "未发生报警"));
        assert_non_null(strstr(words, arena_printf(p.rig.arena, "[%d](dangers)项", (int)bodies[i].dangers)));
        assert_null(strstr(words, "＿＿"));
    }
    place_close(&p);
}

/* ---- Its life ---- */

static const char *quoted(Place *p, const char *text_)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, p->rig.arena);
    jout_init(&o, &b);
    jout_z(&o, text_);
    return str_z(p->rig.arena, buf_str(&b));
}

static const char *edit(Place *p, const char *words, const char *to)
{
    return arena_printf(p->rig.arena, "{\"title\":\"城市安全日报\",\"text\":%s,\"recipients\":\"%s\"}",
                        quoted(p, words), to);
}

static int status_of(Place *p, int who, const char *path, Str *body)
{
    as(p, who);
    Reply r = city_ask(&p->rig.city, "GET", path, "", STR_NONE);
    int status = r.status;
    if (body) *body = str_copy(p->rig.arena, str_n(r.body, r.n));
    reply_free(&r);
    return status;
}

static void papers_of(Place *p, const char *path)
{
    Str docx;
    const char *base = arena_printf(p->rig.arena, "%s/papers/briefing", path);
    assert_int_equal(status_of(p, OFFICE, arena_printf(p->rig.arena, "%s?format=docx", base), &docx), 200);
    assert_true(str_find(docx, STR("经研究补充一句")) > 0);
    assert_true(str_find(docx, STR("](dangers)")) < 0);
    assert_int_equal(status_of(p, OFFICE, arena_printf(p->rig.arena, "%s/papers/bulletin", path), NULL), 404);
    as(p, OFFICE);
    assert_int_equal(json_get(get(&p->rig, arena_printf(p->rig.arena, "%s/papers", path)), "kinds")->count,
                     1);
}

static void its_life(DbPool *pool)
{
    Place p;
    Rig *r = &p.rig;
    place_open(&p, pool);
    find_dangers(&p);
    plan(&p, "DAY", "daily", "B-OFFICE", ",\"recipients\":\"B-EMERG\"");
    assert_int_equal(run(&p, "2026-11-23 07:31:00"), 1);
    const Json *b = newest(&p, "DAY");
    const char *path = path_of(&p, "briefings", b), *words = text(r, b, "text");
    assert_int_equal(status_of(&p, AWAY, path, NULL), 404);
    assert_int_equal(status_of(&p, FIRM, path, NULL), 403);
    act(&p, TOWN, path, "edit", edit(&p, words, ""), 404);
    const char *good = arena_printf(r->arena, "%s\n经研究补充一句。", words);
    act(&p, OFFICE, path, "edit", edit(&p, arena_printf(r->arena, "%s\n共[99](dangers)项", words), ""), 422);
    act(&p, OFFICE, path, "edit", edit(&p, arena_printf(r->arena, "%s\n共[3](made_up)项", words), ""), 422);
    act(&p, OFFICE, path, "edit", edit(&p, good, "B-NONE"), 422);
    assert_string_equal(text(r, act(&p, OFFICE, path, "edit", edit(&p, good, "B-AWAY"), 200), "state"),
                        "edited");
    as(&p, OFFICE);
    post(r, 409, arena_printf(r->arena, "%s/papers/briefing", path), "{}");
    assert_int_equal(status_of(&p, AWAY, path, NULL), 404);
    act(&p, OFFICE, path, "issue", NULL, 200);
    assert_int_equal(status_of(&p, AWAY, path, NULL), 200); /* whom it was sent to */
    post(r, 201, arena_printf(r->arena, "%s/papers/briefing", path), "{}");
    papers_of(&p, path);
    act(&p, OFFICE, path, "edit", edit(&p, good, ""), 409);
    act(&p, AWAY, path, "recall", "{\"reason\":\"不归我管\"}", 403);
    assert_string_equal(text(r, act(&p, OFFICE, path, "recall", "{\"reason\":\"数字有误\"}", 200), "state"),
                        "recalled");
    place_close(&p);
}

/* ---- Who is late ---- */

static void bulletin(DbPool *pool)
{
    Place p;
    Rig *r = &p.rig;
    place_open(&p, pool);
    plan(&p, "LATE", "bulletin", "B-OFFICE", ",\"weekday\":1");
    assert_int_equal(run(&p, "2026-11-23 07:31:00"), 1);
    assert_non_null(strstr(text(r, newest(&p, "LATE"), "text"), "无逾期未办事项"));
    find_dangers(&p);
    assert_int_equal(run(&p, "2027-03-01 07:31:00"), 1);
    const Json *b = newest(&p, "LATE");
    const char *words = text(r, b, "text");
    assert_non_null(strstr(words, "| 云澜精细化工厂 |"));
    assert_non_null(strstr(words, "# 工作要求"));
    as(&p, OFFICE);
    const Json *summary = get(r, "/api/desk/summary");
    assert_int_equal(whole(json_get(figure(b, "late"), "n")),
                     whole(json_get(json_get(summary, "overdue"), "count")));
    place_close(&p);
}

EACH(written_once)
EACH(figures_are_counts)
EACH(its_life)
EACH(bulletin)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_written_once),
                                       cmocka_unit_test(test_figures_are_counts),
                                       cmocka_unit_test(test_its_life), cmocka_unit_test(test_bulletin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
