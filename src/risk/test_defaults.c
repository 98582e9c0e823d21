/* The list of what is remembered or proposed: complete, in the documentation, and each replaced by the member
 * it names. Schemas are JSON and closed. */
#include "risk/method.h"
#include "risk/substance.h"
#include "risk_test.h"

static const Json *printed(Ctx *ctx, Arena *arena)
{
    StrBuf text;
    JsonOut out;
    const Json *tree;
    ctx_init(ctx, arena, LANG_EN);
    buf_init(&text, arena);
    jout_init(&out, &text);
    risk_defaults_print(ctx, &out);
    assert_int_equal(json_parse(ctx, buf_str(&text), &tree), RC_OK);
    return json_get(tree, "defaults");
}

static char *read_file(Arena *arena, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("no %s", path);
    char *text = arena_alloc(arena, 200001);
    text[fread(text, 1, 200000, f)] = 0;
    fclose(f);
    return text;
}

/* docs/risk.md has each key with its value; a default that is added or changed has to be written down. */
static void test_documented(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    Ctx ctx;
    const Json *list = printed(&ctx, arena);
    const char *doc = read_file(arena, ANLAN_SOURCE_DIR "/docs/risk.md");
    size_t substances = 0;
    JSON_EACH(d, list)
    {
        const char *key = str_z(arena, json_str(json_get(d, "key"))),
                   *mark = str_z(arena, json_str(json_get(d, "mark")));
        double number;
        assert_true(strcmp(mark, "memory") == 0 || strcmp(mark, "proposed") == 0);
        assert_true(json_str(json_get(d, "source")).n > 0);
        assert_true(json_str(json_get(d, "about")).n > 0);
        if (strncmp(key, "gb18218.category.", 17) == 0) {
            substances++;
            continue;
        }
        const char *value = json_f64(json_get(d, "value"), &number)
                                ? arena_printf(arena, "%g", number)
                                : str_z(arena, json_str(json_get(d, "value")));
        const char *row = arena_printf(arena, "| `%s` | %s |", key, value);
        if (!strstr(doc, row)) fail_msg("docs/risk.md lacks: %s", row);
    }
    assert_int_equal(substances, RISK_ROWS);
    arena_free(&arena);
}

/* Every method and rule table with a mark below "corroborated" is in the list. */
static void test_complete(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    Ctx ctx;
    const Json *list = printed(&ctx, arena);
    for (size_t i = 0; i < risk_nmethods; i++) {
        bool found = false;
        const char *key = arena_printf(arena, "%s.bands", risk_methods[i].name);
        JSON_EACH(d, list) found = found || str_is(json_str(json_get(d, "key")), key);
        assert_true(found == (risk_methods[i].bands_source.mark != RISK_CORROBORATED));
    }
    size_t n = 0;
    JSON_EACH(d, list) /* no key twice */
    {
        size_t same = 0;
        JSON_EACH(e, list) same += str_eq(json_str(json_get(d, "key")), json_str(json_get(e, "key")));
        assert_int_equal(same, 1);
        n++;
    }
    assert_true(n > risk_ndefaults);
    for (size_t i = 0; i < risk_ndefaults; i++)
        assert_true(risk_defaults[i].source.mark != RISK_CORROBORATED);
    arena_free(&arena);
}

/* "blast: yield" names a command and a member of its schema. */
static void test_members_exist(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    Ctx ctx;
    const Json *list = printed(&ctx, arena);
    JSON_EACH(d, list)
    {
        Str member = json_str(json_get(d, "member")), commands = str_cut(&member, ':');
        member = str_trim(member);
        if (str_find(member, STR("[].")) >= 0)
            member = str_n(member.p + str_find(member, STR("[].")) + 3,
                           member.n - (size_t)str_find(member, STR("[].")) - 3);
        const char *wanted = arena_printf(arena, "\"%.*s\":{", STR_ARG(member));
        while (commands.n) {
            const RiskCommand *c = risk_command_find(str_trim(str_cut(&commands, ',')));
            StrBuf text;
            JsonOut out;
            assert_non_null(c);
            buf_init(&text, arena);
            jout_init(&out, &text);
            risk_command_schema(&ctx, c, &out);
            if (!strstr(str_z(arena, buf_str(&text)), wanted))
                fail_msg("%s has no %s", risk_command_name(c), wanted);
        }
    }
    arena_free(&arena);
}

static void test_schemas(void **state)
{
    (void)state;
    Arena *arena = arena_new(0);
    for (size_t i = 0; i < risk_command_count(); i++)
        for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
            Ctx ctx;
            StrBuf text;
            JsonOut out;
            const Json *tree;
            ctx_init(&ctx, arena, lang);
            buf_init(&text, arena);
            jout_init(&out, &text);
            risk_command_schema(&ctx, risk_command_at(i), &out);
            assert_int_equal(json_parse(&ctx, buf_str(&text), &tree), RC_OK);
            assert_true(json_get(tree, "additionalProperties")->type == JSON_BOOL &&
                        !json_get(tree, "additionalProperties")->b);
            assert_true(json_get(tree, "properties")->count > 0);
            assert_ptr_equal(risk_command_find(str_of(risk_command_name(risk_command_at(i)))),
                             risk_command_at(i));
        }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_members_exist),
        cmocka_unit_test(test_schemas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
