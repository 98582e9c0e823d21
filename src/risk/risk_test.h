/* Commands in tests: run with a JSON text, look at numbers and texts of the answer by path. */
#pragma once
#include "risk/risk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Asked {
    Arena *arena;
    Ctx ctx;
    Rc rc;
    const Json *answer;
} Asked;

static inline Asked ask(const char *command, const char *json)
{
    Asked a = {.arena = arena_new(0)};
    StrBuf text;
    JsonOut out;
    ctx_init(&a.ctx, a.arena, LANG_EN);
    buf_init(&text, a.arena);
    jout_init(&out, &text);
    const RiskCommand *c = risk_command_find(str_of(command));
    if (!c) fail_msg("no command %s", command);
    a.rc = risk_command_run(&a.ctx, c, str_of(json), &out);
    if (a.rc >= 0 && json_parse(&a.ctx, buf_str(&text), &a.answer) < 0) fail_msg("not JSON: %.300s", text.p);
    return a;
}

static inline void asked_free(Asked *a)
{
    arena_free(&a->arena);
}

/* A member by path "terms.0.beta"; NULL when there is none. */
static inline const Json *asked_at(const Asked *a, const char *path)
{
    const Json *at = a->answer;
    Str rest = str_of(path);
    while (at && rest.n) {
        Str part = str_cut(&rest, '.');
        if (at->type == JSON_ARRAY) {
            size_t i = (size_t)atoi(part.p);
            for (at = at->child; at && i > 0; i--) at = at->next;
        } else {
            const Json *m = at->type == JSON_OBJECT ? at->child : NULL;
            while (m && !str_eq(m->name, part)) m = m->next;
            at = m;
        }
    }
    return at;
}

static inline double asked_num(const Asked *a, const char *path)
{
    double v = NAN;
    json_f64(asked_at(a, path), &v);
    return v;
}

static inline const char *asked_text(const Asked *a, const char *path)
{
    return str_z(a->arena, json_str(asked_at(a, path)));
}

/* The first wrong member of a refused input. */
static inline const char *asked_field(const Asked *a)
{
    return a->ctx.err.fields ? a->ctx.err.fields->field : "(none)";
}

/* want is within rel of it. */
static inline void near(const char *what, double is, double want, double rel)
{
    if (!(fabs(is - want) <= rel * fabs(want))) fail_msg("%s is %.10g, expected %.10g", what, is, want);
}
