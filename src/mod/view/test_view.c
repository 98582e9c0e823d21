/* A saved filter belongs to who saved it: nobody else sees it, changes it or takes it away, and a token has
 * none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#define PLACE_MORE &mod_view
#include "mod/view.h"
#include "../danger/test_danger.h"

static Rc add(Work *w, int64_t user, const char *name, Record **out)
{
    Principal who = {.user_id = user, .name = "somebody"};
    const Principal *before = w->who;
    Record *rec = rec_new(w->ctx, &view_entity);
    rec_set(&view_entity, rec, "page", db_val_z("desk"));
    rec_set(&view_entity, rec, "name", db_val_z(name));
    rec_set(&view_entity, rec, "query", db_val_z("grade=1"));
    w->who = &who;
    Rc rc = store_insert(w, &view_entity, rec);
    w->who = before;
    *out = rec;
    return rc;
}

static void own(DbPool *pool)
{
    Place p;
    Work w;
    Record *rec;
    place_open(&p, pool);
    as(&p, OFFICE);
    city_json(p.rig.arena, &p.rig.city, "POST", "/api/saved-views", 403,
              STR("{\"page\":\"desk\",\"name\":\"红色\",\"query\":\"grade=1\"}"));
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, p.rig.city.kernel, NULL, "test", true, &w));
    db_test_must(&ctx, user_add(&w, "liming", "李明", "Kelp-lantern.61-otter", "office", false));
    const Entity *users = kernel_entity(w.kernel, "users");
    Record *one;
    assert_int_equal(store_find(&w, users, STR("code:liming"), &one), 1);
    db_test_must(&ctx, add(&w, one->id, "红色", &rec));
    assert_int_equal(rec_i64(&view_entity, rec, "user"), one->id);
    db_test_must(&ctx, work_commit(&w));
    long long id = (long long)rec->id;
    arena_free(&a);
    assert_int_equal(whole(json_get(get(&p.rig, "/api/saved-views"), "count")), 0);
    city_json(p.rig.arena, &p.rig.city, "GET", arena_printf(p.rig.arena, "/api/saved-views/%lld", id), 404,
              STR_NONE);
    place_close(&p);
}

EACH(own)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
