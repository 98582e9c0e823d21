/* What every call that can fail carries: memory, language, and the first failure with its detail. There is no
 * thread-local error. The first failure wins; callers pass the Rc up untouched. */
#pragma once
#include "base/arena.h"
#include "base/rc.h"
#include "base/str.h"

typedef enum { LANG_ZH = 0, LANG_EN = 1, LANG_COUNT } Lang;

/* A text in both languages. Every text a person sees is one of these. */
typedef struct Text {
    const char *zh;
    const char *en;
} Text;
#define T(zh_, en_)                                                                                          \
    {                                                                                                        \
        (zh_), (en_)                                                                                         \
    }
static inline const char *text_in(Text t, Lang lang)
{
    return lang == LANG_EN && t.en ? t.en : t.zh;
}

/* One wrong field of an input. line 0: no line. */
typedef struct FieldError {
    const char *field;
    const char *code; /* stable, for programs: "required", "range", "unknown", "reference" ... */
    const char *message;
    int64_t line;
    struct FieldError *next;
} FieldError;

typedef struct Err {
    Rc kind;             /* 0: no failure */
    const char *code;    /* stable, for programs: "point.duplicate" */
    const char *message; /* one sentence in the Ctx's language */
    const char *cause;   /* for the log, never for the caller; may be NULL */
    const char *file;
    int line;
    FieldError *fields, *fields_last;
} Err;

typedef struct Ctx {
    Arena *arena;
    Lang lang;
    Err err;
} Ctx;

/* Arena is borrowed and must outlive the Ctx. */
void ctx_init(Ctx *ctx, Arena *arena, Lang lang);
/* Forget a failure that was dealt with. */
void ctx_clear(Ctx *ctx);

/* Record a failure and return its kind. Both formats take the same arguments in the same order:
 *     return FAIL(ctx, RC_STATE, "alarm.not_active", "报警 %s 已结束", "alarm %s has ended", id); */
#define FAIL(ctx, rc, code, zh, en, ...)                                                                     \
    ctx_fail((ctx), (rc), (code), __FILE__, __LINE__, (ctx)->lang == LANG_EN ? en : zh, ##__VA_ARGS__)
Rc ctx_fail(Ctx *ctx, Rc rc, const char *code, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Add a wrong field; the first one also records an RC_INVALID failure "input.invalid". Returns RC_INVALID, so
 * the caller may go on collecting and return ctx->err.kind at the end. line 0: no line. */
#define FAIL_FIELD(ctx, field, code, line, zh, en, ...)                                                      \
    ctx_fail_field((ctx), (field), (code), (line), __FILE__, __LINE__, (ctx)->lang == LANG_EN ? en : zh,     \
                   ##__VA_ARGS__)
Rc ctx_fail_field(Ctx *ctx, const char *field, const char *code, int64_t input_line, const char *file,
                  int line, const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* Add what lay beneath (a database's or library's words) for the log. */
void ctx_cause(Ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
