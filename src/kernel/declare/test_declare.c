/* Declarations: what is refused, with words that name the place; the conformance test; the documents for the
 * command line. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_kernel.h"

/* A module made of copies, so that one thing can be made wrong at a time. */
typedef struct Copy {
    Module module;
    Entity site;
    Field fields[ARRAY_LEN(site_fields)];
    Perm perms[ARRAY_LEN(test_perms)];
    Dict dict;
    DictEntry entries[ARRAY_LEN(kind_entries)];
    Route routes[ARRAY_LEN(test_routes)];
    const Entity *entities[2];
    const Module *list[1];
} Copy;

static void copy_init(Copy *c)
{
    c->module = test_module;
    c->site = sites_entity;
    memcpy(c->fields, site_fields, sizeof c->fields);
    memcpy(c->perms, test_perms, sizeof c->perms);
    memcpy(c->routes, test_routes, sizeof c->routes);
    memcpy(c->entries, kind_entries, sizeof c->entries);
    c->dict = test_dicts[0];
    c->dict.entries = c->entries;
    c->site.fields = c->fields;
    c->entities[0] = &c->site;
    c->entities[1] = &gauges_entity;
    c->module.entities = c->entities;
    c->module.perms = c->perms;
    c->module.dicts = &c->dict;
    c->module.routes = c->routes;
    c->list[0] = &c->module;
}

static void no_label(Copy *c)
{
    c->fields[1].label.en = NULL;
}
static void bad_name(Copy *c)
{
    c->fields[3].name = "Name";
}
static void common_name(Copy *c)
{
    c->fields[3].name = "version";
}
static void twice(Copy *c)
{
    c->fields[3].name = "code";
}
static void no_dict(Copy *c)
{
    c->fields[2].ref = "kinds";
}
static void no_group(Copy *c)
{
    c->fields[2].group = "somewhere";
}
static void turned(Copy *c)
{
    c->fields[3].min = 9001;
}
static void search_number(Copy *c)
{
    c->fields[3].flags |= F_SEARCH;
}
static void listed_secret(Copy *c)
{
    c->fields[8].flags |= F_LIST;
}
static void masked_search(Copy *c)
{
    c->fields[9].flags = F_MASK | F_SEARCH;
}
static void masked_title(Copy *c)
{
    c->fields[1].flags = F_MASK;
}
static void masked_number(Copy *c)
{
    c->fields[4].flags = F_MASK;
}
static void no_unmask_perm(Copy *c)
{
    c->site.unmask_perm = NULL;
}
static void no_read_perm(Copy *c)
{
    c->site.read_perm = NULL;
}
static void unknown_perm(Copy *c)
{
    c->site.write_perm = "site.wreck";
}
static void code_not_unique(Copy *c)
{
    c->site.code_field = "name";
}
static void no_sort(Copy *c)
{
    c->site.sort = "-extra";
}
static void bad_plural(Copy *c)
{
    c->site.plural = "Sites";
}
static void same_plural(Copy *c)
{
    c->site.plural = "gauges";
}
static void perm_role(Copy *c)
{
    c->perms[0].roles = "watch wizard";
}
static void perm_nobody(Copy *c)
{
    c->perms[0].roles = "";
}
static void perm_twice(Copy *c)
{
    c->perms[0].name = "site.write";
}
static void perm_title(Copy *c)
{
    c->perms[0].title.zh = "";
}
static void dict_taken(Copy *c)
{
    c->dict.name = "role";
}
static void entry_twice(Copy *c)
{
    c->entries[1].code = "gas";
}
static void entry_extra(Copy *c)
{
    c->entries[1].extra = "{";
}
static void route_open(Copy *c)
{
    c->routes[0].perm = NULL;
}
static void route_perm(Copy *c)
{
    c->routes[0].perm = "no.such";
}
static void route_twice(Copy *c)
{
    c->routes[0].path = "/test/direct";
}
static void route_title(Copy *c)
{
    c->routes[0].title.en = "";
}
static void module_name(Copy *c)
{
    c->module.name = "kernel";
}

static void faults(void **state)
{
    static const struct {
        void (*spoil)(Copy *);
        const char *word; /* of the message */
    } cases[] = {{no_label, "sites.name"},
                 {bad_name, "sites.Name"},
                 {common_name, "sites.version"},
                 {twice, "there twice"},
                 {no_dict, "no such dictionary"},
                 {no_group, "form_group"},
                 {turned, "min is greater"},
                 {search_number, "only texts"},
                 {listed_secret, "sites.pin"},
                 {no_read_perm, "read_perm"},
                 {unknown_perm, "write_perm"},
                 {code_not_unique, "code_field"},
                 {no_sort, "sortable"},
                 {bad_plural, "plural"},
                 {same_plural, "gauges"},
                 {perm_role, "unknown role"},
                 {perm_nobody, "no role"},
                 {perm_twice, "site.write"},
                 {perm_title, "site.read"},
                 {dict_taken, "role"},
                 {entry_twice, "site_kind.gas"},
                 {entry_extra, "no JSON"},
                 {route_open, "no permission"},
                 {route_perm, "/test/write"},
                 {route_twice, "there twice"},
                 {route_title, "/test/write"},
                 {masked_search, "neither filtered"},
                 {masked_title, "neither code nor title"},
                 {masked_number, "only texts are masked"},
                 {no_unmask_perm, "unmask_perm"},
                 {module_name, "kernel"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        Copy c;
        ctx_init(&ctx, a, LANG_EN);
        copy_init(&c);
        cases[i].spoil(&c);
        Rc rc = kernel_conformance(&ctx, c.list, 1);
        if (rc != RC_BUG || !strstr(ctx.err.message, cases[i].word))
            fail_msg("case %zu: %d %s", i, rc, ctx.err.message ? ctx.err.message : "");
        arena_free(&a);
    }
}

static void sound(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Copy c;
    ctx_init(&ctx, a, LANG_EN);
    copy_init(&c);
    db_test_must(&ctx, kernel_conformance(&ctx, c.list, 1));
    db_test_must(&ctx, kernel_conformance(&ctx, NULL, 0));
    StrBuf b;
    buf_init(&b, a);
    db_test_must(&ctx, kernel_dump_permissions(&ctx, c.list, 1, &b));
    assert_true(str_find(buf_str(&b), STR("| `gauge.pause` | 停用量具 / Pause gauges | ● |  |")) > 0);
    arena_free(&a);
}

/* A wrong declaration opens no kernel and leaves nothing behind. */
static void refuses_to_open(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    Ctx ctx;
    Copy c;
    ctx_init(&ctx, a, LANG_EN);
    copy_init(&c);
    no_label(&c);
    KernelOptions opt = {.modules = c.list, .nmodules = 1};
    Kernel *k = (Kernel *)&c;
    assert_int_equal(kernel_open(&ctx, &opt, &k), RC_BUG);
    assert_null(k);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(faults), cmocka_unit_test(sound),
                                       cmocka_unit_test(refuses_to_open)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
