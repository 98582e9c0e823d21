/* JSON in: a tree in the arena, read strictly (valid UTF-8, no duplicate names, nothing after the value,
 * depth ≤ 64). JSON out: a streaming writer into a StrBuf. */
#pragma once
#include "base/ctx.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_ARRAY, JSON_OBJECT } JsonType;

typedef struct Json {
    JsonType type;
    union {
        bool b;
        int64_t i;
        double f;
        Str s;
        size_t count; /* of items or members */
    };
    Str name;           /* when a member of an object */
    struct Json *child; /* first item or member */
    struct Json *next;  /* next sibling, in the order of the text */
} Json;

/* RC_SYNTAX "json.syntax" with line and column in the message. */
Rc json_parse(Ctx *ctx, Str text, const Json **out);
/* Member by name, or NULL. obj may be NULL or not an object (then NULL). */
const Json *json_get(const Json *obj, const char *name);
bool json_f64(const Json *j, double *out);  /* int or real */
bool json_i64(const Json *j, int64_t *out); /* int, or a real that is a whole number within 2^53 */
/* The text, or STR_NONE when j is NULL or no text. */
Str json_str(const Json *j);
#define JSON_EACH(it, j) for (const Json *it = (j) ? (j)->child : NULL; it; it = it->next)

typedef struct JsonOut {
    StrBuf *buf;
    bool comma; /* a comma is due before the next value */
    int depth;
} JsonOut;

void jout_init(JsonOut *o, StrBuf *buf);
void jout_open(JsonOut *o);  /* { */
void jout_close(JsonOut *o); /* } */
void jout_open_array(JsonOut *o);
void jout_close_array(JsonOut *o);
void jout_key(JsonOut *o, const char *name);
void jout_key_n(JsonOut *o, Str name);
void jout_null(JsonOut *o);
void jout_bool(JsonOut *o, bool b);
void jout_i64(JsonOut *o, int64_t i);
void jout_f64(JsonOut *o, double v);    /* not finite → null; -0 → 0 */
void jout_str(JsonOut *o, Str s);       /* invalid UTF-8 becomes U+FFFD */
void jout_z(JsonOut *o, const char *s); /* NULL → null */
void jout_id(JsonOut *o, int64_t id);   /* as a string, because JavaScript loses int64 */
void jout_time(JsonOut *o, int64_t t);  /* RFC 3339 +08:00; TIME_NONE → null */
void jout_raw(JsonOut *o, Str json);    /* already JSON */
void jout_json(JsonOut *o, const Json *j);
/* key and value in one call */
void jout_kz(JsonOut *o, const char *k, const char *v);
void jout_ks(JsonOut *o, const char *k, Str v);
void jout_ki(JsonOut *o, const char *k, int64_t v);
void jout_kf(JsonOut *o, const char *k, double v);
void jout_kb(JsonOut *o, const char *k, bool v);
void jout_kid(JsonOut *o, const char *k, int64_t v);
void jout_kt(JsonOut *o, const char *k, int64_t t);
/* {"zh":…,"en":…} */
void jout_text(JsonOut *o, const char *k, Text t);
