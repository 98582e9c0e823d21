/* Any text as the content of a clause: names lie inside it, in order, and are never empty. */
#include "clause.h"
#include "decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    Source src;
    ctx_init(&ctx, arena, LANG_ZH);
    if (size < 8192 && policy__decode_text(&ctx, str_n((const char *)data, size), &src) >= 0) {
        char32_t *cp = ARENA_ARRAY(arena, char32_t, src.n + 1);
        uint32_t *at = ARENA_ARRAY(arena, uint32_t, src.n + 1);
        Para para = {.cp = cp, .at = at};
        for (size_t i = 0; i < src.n; i++) {
            if (cp_blank(src.p[i])) continue;
            cp[para.n] = cp_fold(src.p[i]);
            at[para.n++] = (uint32_t)i;
        }
        Names units[POLICY_ROLES], like = {.arena = arena, .src = &src, .at = at};
        Clauses clauses = {0};
        roles_read(&like, para_cps(&para), 0, para.n, units);
        for (size_t r = 0; r < POLICY_ROLES; r++)
            for (size_t i = 0; i < units[r].n; i++)
                ENSURE(units[r].v[i].from < units[r].v[i].to && units[r].v[i].to <= para.n);
        clauses_find(arena, &src, &para, &clauses);
        for (size_t i = 0; i < clauses.n; i++)
            ENSURE(clauses.v[i].open < clauses.v[i].close && clauses.v[i].close <= para.n);
    }
    arena_free(&arena);
    return 0;
}
