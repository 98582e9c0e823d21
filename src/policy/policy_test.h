/* Reading papers in tests. */
#pragma once
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Test {
    Arena *arena;
    Ctx ctx;
} Test;

static inline Test test_begin(void)
{
    Test t = {.arena = arena_new(0)};
    return t;
}

/* The paper in bytes; fails the test when it cannot be read. */
static inline const PolicyPaper *test_read(Test *t, Str bytes)
{
    PolicyPaper *p = NULL;
    ctx_init(&t->ctx, t->arena, LANG_EN);
    if (policy_read(&t->ctx, bytes, &p) < 0) fail_msg("%s", t->ctx.err.message);
    return p;
}

/* "lead|support|responsible", names parted by blanks. */
static inline const char *test_units(Test *t, const PolicyItem *item)
{
    StrBuf b;
    buf_init(&b, t->arena);
    for (PolicyRole r = 0; r < POLICY_ROLES; r++) {
        if (r) buf_addc(&b, '|');
        for (size_t i = 0; i < item->units[r].n; i++) {
            if (i) buf_addc(&b, ' ');
            buf_add(&b, item->units[r].v[i]);
        }
    }
    return str_z(t->arena, buf_str(&b));
}

/* "quarter:1+" for at least once a quarter, "year/5:1", "month:-" without a number; parted by blanks. */
static inline const char *test_cadence(Test *t, const PolicyItem *item)
{
    StrBuf b;
    buf_init(&b, t->arena);
    buf_addz(&b, "");
    for (size_t i = 0; i < item->cadence.n; i++) {
        const PolicyCadence *c = &item->cadence.v[i];
        if (i) buf_addc(&b, ' ');
        buf_addz(&b, policy_per_name(c->per));
        if (c->every != 1) buf_printf(&b, "/%d", c->every);
        if (c->times < 0) buf_addz(&b, ":-");
        else buf_printf(&b, ":%lld%s", (long long)c->times, c->at_least ? "+" : "");
    }
    return b.n ? str_z(t->arena, buf_str(&b)) : "";
}

static inline const PolicyItem *test_item_with_clause(const PolicyPaper *p)
{
    for (size_t i = 0; i < p->items.n; i++)
        if (p->items.v[i].clause.p) return &p->items.v[i];
    return NULL;
}
