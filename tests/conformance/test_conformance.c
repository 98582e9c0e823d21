/* The rules every subsystem keeps, checked over the program's real list: declarations, permissions, texts,
 * the derived tables in both databases, and the API document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app.h"
#include "db/db_test.h"
#include "kernel/conformance.h"

static void declarations(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    Rc rc = kernel_conformance(&ctx, app_modules, app_nmodules);
    if (rc < 0) print_error("%s\n", ctx.err.message);
    assert_int_equal(rc, RC_OK);
    arena_free(&arena);
}

static void tables_of(DbPool *pool)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    SseHub *hub = sse_hub_new();
    Kernel *kernel = NULL;
    KernelOptions opt = {.pool = pool,
                         .hub = hub,
                         .data_dir = "/nonexistent",
                         .modules = app_modules,
                         .nmodules = app_nmodules};
    Rc rc = kernel_open(&ctx, &opt, &kernel);
    if (rc >= 0) rc = kernel_conformance_tables(&ctx, kernel);
    if (rc < 0) print_error("%s (%s)\n", ctx.err.message, ctx.err.cause ? ctx.err.cause : "");
    assert_int_equal(rc, RC_OK);
    kernel_close(&kernel);
    /* A second opening finds everything as declared and changes nothing. */
    ctx_clear(&ctx);
    assert_int_equal(kernel_open(&ctx, &opt, &kernel), RC_OK);
    kernel_close(&kernel);
    sse_hub_free(&hub);
    arena_free(&arena);
}

static void tables(void **state)
{
    (void)state;
    db_test_each(tables_of);
}

static void documents(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    Ctx ctx;
    StrBuf out;
    const Json *doc;
    ctx_init(&ctx, arena, LANG_EN);
    buf_init(&out, arena);
    assert_int_equal(kernel_dump_openapi(&ctx, app_modules, app_nmodules, &out), RC_OK);
    assert_int_equal(json_parse(&ctx, buf_str(&out), &doc), RC_OK);
    assert_true(str_is(json_str(json_get(doc, "openapi")), "3.1.0"));
    static const char *const paths[] = {"/write",
                                        "/api/v2/write",
                                        "/api/readings",
                                        "/api/points",
                                        "/api/points/{id}/readings",
                                        "/api/latest",
                                        "/api/alarms/{id}/actions/ack",
                                        "/api/unclaimed/{id}/actions/claim",
                                        "/api/rules/import",
                                        "/api/events"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (!json_get(json_get(doc, "paths"), paths[i])) fail_msg("the API document lacks %s", paths[i]);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declarations),
        cmocka_unit_test(tables),
        cmocka_unit_test(documents),
    };
    return cmocka_run_group_tests_name("conformance", tests, NULL, NULL);
}
