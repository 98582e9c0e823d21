/* JSON out. The writer keeps one bit, whether a comma is due, because a closed container is a value like any
 * other. */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "utf8.h"
#include <math.h>
#include <stdio.h>

void jout_init(JsonOut *o, StrBuf *buf)
{
    *o = (JsonOut){.buf = buf};
}

static void before_value(JsonOut *o)
{
    if (o->comma) buf_addc(o->buf, ',');
    o->comma = true;
}

static void open_with(JsonOut *o, char c)
{
    before_value(o);
    buf_addc(o->buf, c);
    o->comma = false;
    o->depth++;
}

static void close_with(JsonOut *o, char c)
{
    ENSURE(o->depth > 0);
    o->depth--;
    buf_addc(o->buf, c);
    o->comma = true;
}

void jout_open(JsonOut *o)
{
    open_with(o, '{');
}
void jout_close(JsonOut *o)
{
    close_with(o, '}');
}
void jout_open_array(JsonOut *o)
{
    open_with(o, '[');
}
void jout_close_array(JsonOut *o)
{
    close_with(o, ']');
}

static const char escapes[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};

static void add_escaped(StrBuf *b, unsigned char c)
{
    if (c == '"' || c == '\\') {
        buf_addc(b, '\\');
        buf_addc(b, (char)c);
    } else if (escapes[c]) {
        buf_addc(b, '\\');
        buf_addc(b, escapes[c]);
    } else {
        buf_printf(b, "\\u%04x", c);
    }
}

/* Copies runs of plain text at once. */
static void add_text(StrBuf *b, Str s)
{
    buf_addc(b, '"');
    size_t run = 0, i = 0;
    while (i < s.n) {
        unsigned char c = (unsigned char)s.p[i];
        size_t step = c < 0x80 ? 1 : utf8_step(s.p + i, s.n - i);
        if (step && c >= 0x20 && c != '"' && c != '\\') {
            i += step;
            continue;
        }
        buf_add(b, str_n(s.p + run, i - run));
        if (step) add_escaped(b, c);
        else buf_add(b, STR("\xEF\xBF\xBD"));
        run = ++i;
    }
    buf_add(b, str_n(s.p ? s.p + run : NULL, i - run));
    buf_addc(b, '"');
}

void jout_key_n(JsonOut *o, Str name)
{
    before_value(o);
    add_text(o->buf, name);
    buf_addc(o->buf, ':');
    o->comma = false;
}

void jout_key(JsonOut *o, const char *name)
{
    jout_key_n(o, str_of(name));
}

void jout_raw(JsonOut *o, Str json)
{
    before_value(o);
    buf_add(o->buf, json);
}

void jout_null(JsonOut *o)
{
    jout_raw(o, STR("null"));
}

void jout_bool(JsonOut *o, bool b)
{
    jout_raw(o, b ? STR("true") : STR("false"));
}

void jout_i64(JsonOut *o, int64_t i)
{
    char text[NUM_TEXT_MAX];
    size_t n = num_print_i64(i, text);
    jout_raw(o, str_n(text, n));
}

void jout_f64(JsonOut *o, double v)
{
    if (!isfinite(v)) {
        jout_null(o);
        return;
    }
    char text[NUM_TEXT_MAX];
    size_t n = num_print_f64(v == 0 ? 0 : v, text); /* "-0" would be read back as the integer 0 */
    jout_raw(o, str_n(text, n));
}

void jout_str(JsonOut *o, Str s)
{
    before_value(o);
    add_text(o->buf, s);
}

void jout_z(JsonOut *o, const char *s)
{
    if (s) jout_str(o, str_of(s));
    else jout_null(o);
}

void jout_id(JsonOut *o, int64_t id)
{
    before_value(o);
    buf_addc(o->buf, '"');
    o->comma = false;
    jout_i64(o, id);
    buf_addc(o->buf, '"');
}

void jout_time(JsonOut *o, int64_t t)
{
    char text[TIME_TEXT_MAX];
    if (t == TIME_NONE) jout_null(o);
    else jout_str(o, str_of(time_print(t, text)));
}

static void add_members(JsonOut *o, const Json *j)
{
    jout_open(o);
    JSON_EACH(m, j)
    {
        jout_key_n(o, m->name);
        jout_json(o, m);
    }
    jout_close(o);
}

static void add_items(JsonOut *o, const Json *j)
{
    jout_open_array(o);
    JSON_EACH(item, j) jout_json(o, item);
    jout_close_array(o);
}

void jout_json(JsonOut *o, const Json *j)
{
    switch (j ? j->type : JSON_NULL) {
    case JSON_NULL:
        jout_null(o);
        break;
    case JSON_BOOL:
        jout_bool(o, j->b);
        break;
    case JSON_INT:
        jout_i64(o, j->i);
        break;
    case JSON_REAL:
        jout_f64(o, j->f);
        break;
    case JSON_TEXT:
        jout_str(o, j->s);
        break;
    case JSON_ARRAY:
        add_items(o, j);
        break;
    case JSON_OBJECT:
        add_members(o, j);
        break;
    }
}

void jout_kz(JsonOut *o, const char *k, const char *v)
{
    jout_key(o, k);
    jout_z(o, v);
}

void jout_ks(JsonOut *o, const char *k, Str v)
{
    jout_key(o, k);
    jout_str(o, v);
}

void jout_ki(JsonOut *o, const char *k, int64_t v)
{
    jout_key(o, k);
    jout_i64(o, v);
}

void jout_kf(JsonOut *o, const char *k, double v)
{
    jout_key(o, k);
    jout_f64(o, v);
}

void jout_kb(JsonOut *o, const char *k, bool v)
{
    jout_key(o, k);
    jout_bool(o, v);
}

void jout_kid(JsonOut *o, const char *k, int64_t v)
{
    jout_key(o, k);
    jout_id(o, v);
}

void jout_kt(JsonOut *o, const char *k, int64_t t)
{
    jout_key(o, k);
    jout_time(o, t);
}

void jout_text(JsonOut *o, const char *k, Text t)
{
    jout_key(o, k);
    jout_open(o);
    jout_kz(o, "zh", t.zh);
    jout_kz(o, "en", t.en ? t.en : t.zh);
    jout_close(o);
}
