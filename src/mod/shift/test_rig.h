/* For tests of the watch: two bodies, persons with and without accounts. Include cmocka.h first. */
#pragma once
#include "db/db_test.h"
#include "mod/test_city.h"
#include "base/clock.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/people.h"
#include "shift_private.h"

static const Module *const watch_modules[] = {&mod_district, &mod_body, &mod_people, &mod_shift};

static inline Str watch_time(Arena *a, int64_t t)
{
    char text[TIME_TEXT_MAX];
    return str_copy(a, str_of(time_print(t, text)));
}

static inline int64_t watch_user(Arena *a, City *c, const char *name, const char *roles)
{
    Ctx ctx;
    Work w;
    Record *rec;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", true, &w));
    db_test_must(&ctx, user_add(&w, name, name, "Correct horse", roles, false));
    assert_int_equal(store_find(&w, kernel_entity(c->kernel, "users"), str_printf(a, "code:%s", name), &rec),
                     1);
    db_test_must(&ctx, work_commit(&w));
    return rec->id;
}

static inline void watch_person(Arena *a, City *c, const char *code, const char *body, int64_t account)
{
    Ctx ctx;
    Work w;
    Record *rec, *owner;
    const Entity *e = &person_entity;
    ctx_init(&ctx, a, LANG_EN);
    db_test_must(&ctx, work_begin_as(&ctx, c->kernel, NULL, "test", true, &w));
    assert_int_equal(
        store_find(&w, kernel_entity(c->kernel, "bodies"), str_printf(a, "code:%s", body), &owner), 1);
    rec = rec_new(&ctx, e);
    rec_set(e, rec, "code", db_val_z(code));
    rec_set(e, rec, "name", db_val_z(code));
    rec_set(e, rec, "body", db_val_i64(owner->id));
    rec_set(e, rec, "mobile", db_val_z("13800005678"));
    rec_set(e, rec, "enabled", db_val_bool(true));
    if (account) rec_set(e, rec, "account", db_val_i64(account));
    db_test_must(&ctx, store_insert(&w, e, rec));
    db_test_must(&ctx, work_commit(&w));
}

static inline void watch_open(Arena *a, City *c, DbPool *pool)
{
    city_open(c, pool, watch_modules, ARRAY_LEN(watch_modules), NULL, NULL);
    city_json(
        a, c, "POST", "/api/bodies", 201,
        STR("{\"code\":\"JCZX\",\"name\":\"市监测中心\",\"kind\":\"institution\",\"phone\":\"0510-12345\"}"));
    city_json(a, c, "POST", "/api/bodies", 201,
              STR("{\"code\":\"GAS\",\"name\":\"燃气公司\",\"kind\":\"operator\"}"));
    watch_person(a, c, "zhang", "JCZX", watch_user(a, c, "zhang", "watch"));
    watch_person(a, c, "li", "JCZX", watch_user(a, c, "li", "watch"));
    watch_person(a, c, "wang", "GAS", watch_user(a, c, "wang", "enterprise"));
    watch_person(a, c, "sun", "JCZX", 0);
}

/* A shift of a person from `from` hours to `to` hours after the start of today. */
static inline const Json *watch_shift(Arena *a, City *c, const char *person, const char *place, int from,
                                      int to)
{
    int64_t day = civil_day_start(civil_day(clock_now()));
    const char *body = !strcmp(person, "wang") ? "GAS" : "JCZX";
    Str text = str_printf(a,
                          "{\"body\":\"%s\",\"person\":\"%s\",\"place\":\"%s\",\"starts_at\":\"%.*s\","
                          "\"ends_at\":\"%.*s\"}",
                          body, person, place, STR_ARG(watch_time(a, day + from * MS_HOUR)),
                          STR_ARG(watch_time(a, day + to * MS_HOUR)));
    return city_json(a, c, "POST", "/api/duty-shifts", 201, text);
}

static inline const Json *watch_at(const Json *j, const char *path)
{
    Str rest = str_of(path);
    while (j && rest.n) {
        Str step = str_cut(&rest, '.');
        if (j->type == JSON_ARRAY) {
            int64_t i = step.p[0] - '0';
            for (j = j->child; j && i > 0; i--) j = j->next;
            continue;
        }
        const Json *found = NULL;
        JSON_EACH(m, j) if (str_eq(m->name, step)) found = m;
        j = found;
    }
    return j;
}

static inline const char *watch_text(Arena *a, const Json *j, const char *path)
{
    Str s = json_str(watch_at(j, path));
    return s.p ? str_z(a, s) : "(none)";
}
