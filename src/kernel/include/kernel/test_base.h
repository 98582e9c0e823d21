/* For rigs of tests: the tables, dictionaries and roles of a kernel with these modules, made once for all
 * cases of a program. Include cmocka.h first. */
#pragma once
#include "db/db_test.h"
#include "http/http.h"
#include "kernel/kernel.h"

static KernelOptions kernel_test_options;

/* Opened and closed: what the schema and the seeds of the modules leave in an empty database. */
static inline void kernel_test_prepare(DbPool *pool)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_EN);
    char dir[512];
    snprintf(dir, sizeof dir, "%s/anlan-base.XXXXXX", db_test_tmp());
    assert_non_null(mkdtemp(dir));
    KernelOptions opt = kernel_test_options;
    Kernel *kernel = NULL;
    opt.pool = pool;
    opt.data_dir = dir;
    opt.hub = sse_hub_new();
    db_test_must(&ctx, kernel_open(&ctx, &opt, &kernel));
    kernel_close(&kernel);
    sse_hub_free(&opt.hub);
    rmdir(dir);
    arena_free(&arena);
}

/* The cases after this one begin with what these modules (static) make. */
static inline void kernel_test_from(const Module *const *modules, size_t n)
{
    kernel_test_options = (KernelOptions){.modules = modules, .nmodules = n};
    db_test_from(kernel_test_prepare);
}
