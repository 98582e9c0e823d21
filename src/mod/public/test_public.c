/* What strangers see: on both databases every public route of the rig is asked without a login, each member
 * that comes out is a declared one, and texts that stand in the records' other fields come out nowhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_warning, &mod_public
#include "mod/public.h"
#include "mod/warning.h"
#include "../danger/test_danger.h"

#define SECRET "机密XYZZY"

static Reply ask(Place *p, const char *path)
{
    p->rig.city.token = "";
    return city_ask(&p->rig.city, "GET", path, "", STR_NONE);
}

static const Json *list(Place *p, const char *path, int status)
{
    p->rig.city.token = "";
    return city_json(p->rig.arena, &p->rig.city, "GET", path, status, STR_NONE);
}

/* A major danger that hangs, made public or not. */
static void hang(Place *p, const char *words)
{
    Rig *r = &p->rig;
    report(p, TOWN,
           "{\"enterprise\":\"B-FIRM\",\"description\":\"" SECRET
           "切断阀失效\",\"grade\":1,\"place\":\"" SECRET "罐区\",\"major_reason\":\"" SECRET
           "\",\"order\":true,\"requirements\":\"" SECRET "\"}");
    as(p, -1);
    const Json *found = item(json_get(get(r, "/api/supervisions?state=draft"), "items"), 0);
    const char *s = path_of(p, "supervisions", found);
    act(p, TOWN, s, "hang",
        "{\"leader\":\"" SECRET "\",\"leader_post\":\"副主任\",\"requirements\":\"" SECRET "\"}", 200);
    if (words)
        act(p, TOWN, s, "make-public", arena_printf(r->arena, "{\"public_words\":\"%s\"}", words), 200);
}

static void put_warning(Place *p, const char *title, const char *advice)
{
    Work w;
    Record *district;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, p->rig.city.kernel, NULL, "test", true, &w));
    Record *rec = rec_new(&ctx, &warning_entity);
    assert_int_equal(store_find(&w, &district_entity, STR("code:990101"), &district), 1);
    rec_set(&warning_entity, rec, "title", db_val_z(title));
    rec_set(&warning_entity, rec, "grade", db_val_i64(2));
    rec_set(&warning_entity, rec, "line", db_val_z("gas"));
    rec_set(&warning_entity, rec, "district", db_val_i64(district->id));
    rec_set(&warning_entity, rec, "what", db_val_z(SECRET));
    rec_set(&warning_entity, rec, "cause", db_val_z(SECRET));
    rec_set(&warning_entity, rec, "measures", db_val_z(SECRET));
    rec_set(&warning_entity, rec, "place", db_val_z(SECRET));
    if (advice) rec_set(&warning_entity, rec, "advice", db_val_z(advice));
    db_test_must(&ctx, warning_make(&w, rec, NULL, 0));
    Record *old = rec_copy(&ctx, &warning_entity, rec);
    rec_set(&warning_entity, rec, "state", db_val_z("published"));
    rec_set(&warning_entity, rec, "published_at", db_val_i64(p->now));
    db_test_must(&ctx, store_update(&w, &warning_entity, old, rec, "test"));
    db_test_must(&ctx, work_commit(&w));
    arena_free(&a);
}

static bool declared(const PublicList *l, Str name)
{
    for (size_t i = 0; i < l->nfields; i++) {
        size_t n = strlen(l->fields[i].name);
        if (str_is(name, l->fields[i].name)) return true;
        if (l->fields[i].dict && name.n == n + 6 && !memcmp(name.p, l->fields[i].name, n) &&
            str_ends(name, STR("_label")))
            return true;
    }
    return false;
}

static void only_declared(Place *p, const PublicList *l, size_t count)
{
    const Json *j = list(p, arena_printf(p->rig.arena, "/api/public/%s", l->name), 200);
    assert_int_equal(json_get(j, "items")->count, count);
    JSON_EACH(it, j)
    assert_true(str_is(it->name, "t") || str_is(it->name, "title") || str_is(it->name, "items"));
    JSON_EACH(row, json_get(j, "items"))
    JSON_EACH(member, row)
    if (!declared(l, member->name)) fail_msg("%.*s leaves the program", STR_ARG(member->name));
}

/* All routes of the rig that need no login. */
static void nothing_leaks(Place *p)
{
    const Route *const *routes;
    size_t n = http_routes(p->rig.city.server, (const Route *const **)&routes), asked = 0;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(routes[i]->perm, PERM_PUBLIC) != 0 || routes[i]->method != HTTP_GET ||
            strchr(routes[i]->path, '{'))
            continue;
        Reply r = ask(p, routes[i]->path);
        if (r.body && strstr(r.body, SECRET)) fail_msg("%s", routes[i]->path);
        reply_free(&r);
        asked++;
    }
    assert_true(asked >= 5);
}

static void show(Place *p, const char *code, const char *value)
{
    as(p, -1);
    const Json *found =
        item(json_get(get(&p->rig,
                          arena_printf(p->rig.arena, "/api/dict-entries?dict=public_setting&code=%s", code)),
                      "items"),
             0);
    change(&p->rig, arena_printf(p->rig.arena, "/api/dict-entries/%s", text(&p->rig, found, "id")),
           arena_printf(p->rig.arena, "{\"extra\":{\"show\":\"%s\"}}", value), 200);
}

static void public_pages(DbPool *pool)
{
    Place p;
    place_open(&p, pool);
    hang(&p, NULL);
    hang(&p, "罐区切断装置失效，正在整改 <b>&");
    put_warning(&p, "中心路燃气浓度偏高", "请勿靠近中心路施工区域");
    put_warning(&p, SECRET, NULL);
    only_declared(&p, &public_lists[0], 1);
    only_declared(&p, &public_lists[1], 1);
    nothing_leaks(&p);
    Reply feed = ask(&p, "/api/public/feed.atom");
    assert_int_equal(feed.status, 200);
    assert_non_null(strstr(feed.body, "请勿靠近中心路施工区域"));
    assert_non_null(strstr(feed.body, "&lt;b&gt;&amp;"));
    assert_non_null(strstr(feed.head, "max-age=60"));
    reply_free(&feed);
    const Json *en = list(&p, "/api/public/warnings?lang=en", 200);
    assert_string_equal(text(&p.rig, item(json_get(en, "items"), 0), "grade_label"), "Orange II");
    show(&p, "warnings", "all");
    assert_int_equal(json_get(list(&p, "/api/public/warnings", 200), "items")->count, 2);
    show(&p, "dangers", "off");
    list(&p, "/api/public/dangers", 404);
    list(&p, "/api/public/warnings", 200);
    show(&p, "feed", "off");
    list(&p, "/api/public/feed.atom", 404);
    Reply r = {0};
    for (int i = 0; i < 80 && r.status != 429; i++) reply_free(&r), r = ask(&p, "/api/public/warnings");
    assert_int_equal(r.status, 429);
    reply_free(&r);
    place_close(&p);
}

EACH(public_pages)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_public_pages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
