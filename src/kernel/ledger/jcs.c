/* RFC 8785, the JSON Canonicalization Scheme: no spaces, members sorted by UTF-16 code units, numbers as
 * ECMAScript prints them, so that a hash over a JSON text can be checked by anybody. */
#include "base/json.h"
#include "base/num.h"
#include "kernel_int.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The next UTF-16 code unit as a sort key. Outside the BMP the surrogate (D800…) stands for the whole
 * sequence; two supplementary characters then compare by their code points. */
static uint32_t next_point(Str *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) c = c << 6 | (p[i] & 0x3F);
    s->p += n;
    s->n -= n;
    return c;
}

static uint32_t first_unit(uint32_t c)
{
    return c < 0x10000 ? c : 0xD800 + ((c - 0x10000) >> 10);
}

static int name_cmp(Str a, Str b)
{
    while (a.n && b.n) {
        uint32_t x = next_point(&a), y = next_point(&b);
        if (x == y) continue;
        uint32_t ux = first_unit(x), uy = first_unit(y);
        return ux != uy ? (ux < uy ? -1 : 1) : (x < y ? -1 : 1);
    }
    return (a.n > 0) - (b.n > 0);
}

static int member_cmp(const void *a, const void *b)
{
    return name_cmp((*(const Json *const *)a)->name, (*(const Json *const *)b)->name);
}

/* Digits and exponent of the shortest decimal that reads back to v > 0: v = 0.d1d2… × 10^*point. Returns the
 * count. */
static int shortest_digits(double v, char digits[20], int *point)
{
    char text[40] = "";
    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, v);
        if (strtod(text, NULL) == v) break;
    }
    int n = 0;
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p != '.') digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0') n--;
    *point = (int)strtol(p + 1, NULL, 10) + 1;
    return n;
}

/* ECMAScript Number::toString, radix 10. */
static void write_number(StrBuf *b, double v)
{
    if (v == 0) {
        buf_addc(b, '0');
        return;
    }
    if (v < 0) buf_addc(b, '-');
    char d[20];
    int point, n = shortest_digits(fabs(v), d, &point);
    if (point > 21 || point < -5) {
        buf_addc(b, d[0]);
        if (n > 1) buf_addc(b, '.');
        buf_add(b, str_n(d + 1, (size_t)n - 1));
        buf_printf(b, "e%c%d", point > 0 ? '+' : '-', abs(point - 1));
    } else if (point <= 0) {
        buf_addz(b, "0.");
        for (int i = point; i < 0; i++) buf_addc(b, '0');
        buf_add(b, str_n(d, (size_t)n));
    } else {
        for (int i = 0; i < point; i++) buf_addc(b, i < n ? d[i] : '0');
        if (n > point) buf_addc(b, '.');
        for (int i = point; i < n; i++) buf_addc(b, d[i]);
    }
}

static void write_value(Ctx *ctx, const Json *j, StrBuf *b);

static void write_object(Ctx *ctx, const Json *j, StrBuf *b)
{
    const Json **members = ARENA_ARRAY(ctx->arena, const Json *, j->count + 1);
    size_t n = 0;
    JSON_EACH(m, j) members[n++] = m;
    qsort(members, n, sizeof *members, member_cmp);
    buf_addc(b, '{');
    for (size_t i = 0; i < n; i++) {
        if (i) buf_addc(b, ',');
        JsonOut o;
        jout_init(&o, b);
        jout_str(&o, members[i]->name);
        buf_addc(b, ':');
        write_value(ctx, members[i], b);
    }
    buf_addc(b, '}');
}

static void write_array(Ctx *ctx, const Json *j, StrBuf *b)
{
    buf_addc(b, '[');
    JSON_EACH(item, j)
    {
        if (item != j->child) buf_addc(b, ',');
        write_value(ctx, item, b);
    }
    buf_addc(b, ']');
}

static void write_value(Ctx *ctx, const Json *j, StrBuf *b)
{
    JsonOut o;
    jout_init(&o, b);
    switch (j->type) {
    case JSON_NULL:
        jout_null(&o);
        break;
    case JSON_BOOL:
        jout_bool(&o, j->b);
        break;
    case JSON_INT:
        write_number(b, (double)j->i);
        break;
    case JSON_REAL:
        write_number(b, j->f);
        break;
    case JSON_TEXT:
        jout_str(&o, j->s);
        break;
    case JSON_ARRAY:
        write_array(ctx, j, b);
        break;
    case JSON_OBJECT:
        write_object(ctx, j, b);
        break;
    }
}

Rc jcs_text(Ctx *ctx, Str json, Str *out)
{
    const Json *j;
    TRY(json_parse(ctx, json, &j));
    StrBuf b;
    buf_init(&b, ctx->arena);
    write_value(ctx, j, &b);
    *out = buf_str(&b);
    return 0;
}
