/* Failures travel in the Ctx: the first one wins, so that the deepest place, which knows most, is the one
 * reported. */
#include "base/ctx.h"

void ctx_init(Ctx *ctx, Arena *arena, Lang lang)
{
    *ctx = (Ctx){.arena = arena, .lang = lang};
}

void ctx_clear(Ctx *ctx)
{
    ctx->err = (Err){0};
}

static void set_failure(Ctx *ctx, Rc rc, const char *code, const char *message)
{
    ctx->err.kind = rc;
    ctx->err.code = code;
    ctx->err.message = message;
}

Rc ctx_fail(Ctx *ctx, Rc rc, const char *code, const char *file, int line, const char *fmt, ...)
{
    ENSURE(rc < 0);
    if (ctx->err.kind) return rc;
    va_list ap;
    va_start(ap, fmt);
    set_failure(ctx, rc, code, arena_vprintf(ctx->arena, fmt, ap));
    va_end(ap);
    ctx->err.file = file;
    ctx->err.line = line;
    return rc;
}

Rc ctx_fail_field(Ctx *ctx, const char *field, const char *code, int64_t input_line, const char *file,
                  int line, const char *fmt, ...)
{
    FieldError *e = ARENA_NEW(ctx->arena, FieldError);
    va_list ap;
    va_start(ap, fmt);
    e->message = arena_vprintf(ctx->arena, fmt, ap);
    va_end(ap);
    e->field = arena_strdup(ctx->arena, field);
    e->code = code;
    e->line = input_line;
    if (ctx->err.fields_last) ctx->err.fields_last->next = e;
    else ctx->err.fields = e;
    ctx->err.fields_last = e;
    if (!ctx->err.kind) {
        set_failure(ctx, RC_INVALID, "input.invalid",
                    ctx->lang == LANG_EN ? "the input is not valid, see the fields"
                                         : "输入内容有误，见逐项说明");
        ctx->err.file = file;
        ctx->err.line = line;
    }
    return RC_INVALID;
}

void ctx_cause(Ctx *ctx, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *cause = arena_vprintf(ctx->arena, fmt, ap);
    va_end(ap);
    ctx->err.cause = ctx->err.cause ? arena_printf(ctx->arena, "%s; %s", ctx->err.cause, cause) : cause;
}
