/* The language of expr rules: `v("GAS-0001") > 2 and avg("T-1", 600) - v("T-2") >= 5`. Pure. A text is
 * compiled once into a small stack program whose types are checked; running it costs no memory. */
#pragma once
#include "base/ctx.h"

typedef struct Expr Expr;

typedef enum { OPERAND_V, OPERAND_AGE, OPERAND_AVG, OPERAND_MIN, OPERAND_MAX, OPERAND_DELTA } OperandKind;

typedef struct Operand {
    OperandKind kind;
    Str code;
    int64_t window_ms; /* of avg, min, max, delta */
} Operand;

enum {
    EXPR_TEXT_MAX = 4096,   /* bytes */
    EXPR_OPS_MAX = 256,     /* instructions */
    EXPR_DEPTH_MAX = 32,    /* nesting, and stack */
    EXPR_OPERANDS_MAX = 32, /* different ones */
};
#define EXPR_WINDOW_MAX_MS (7 * INT64_C(86400000))

/* Compiles text; the result and its texts live in ctx's arena. RC_INVALID as a field error on `field`, with
 * the position. */
Rc expr_parse(Ctx *ctx, Str text, const char *field, Expr **out);
bool expr_is_boolean(const Expr *e);
size_t expr_operands(const Expr *e, const Operand **out);
/* Writes the expression as a person reads it, in the order of its text; the voice says what an operand is
 * called and shows. */
typedef struct ExprVoice {
    void (*operand)(void *ud, const Operand *o, Lang lang, StrBuf *out);
    void *ud;
} ExprVoice;
void expr_say(Str text, Lang lang, const ExprVoice *voice, StrBuf *out);
/* values[i] is that of operand i, NaN where it is undefined. false: the result is undefined (an operand
 * missing, or an intermediate result not finite). A boolean gives 1 or 0. */
bool expr_eval(const Expr *e, const double *values, double *out);
