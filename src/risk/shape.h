/* The shape of a command's input as const tables: what is read, checked, defaulted and printed as a schema
 * comes from one place. A struct is filled member by member at the given offsets. Absent: NAN, INT_ABSENT,
 * text p NULL, choice -1, flag -1, object NULL, list of none. */
#pragma once
#include "risk/risk.h"
#include <math.h>
#include <stddef.h>

#define INT_ABSENT INT64_MIN

typedef enum { M_NUM, M_INT, M_TEXT, M_CHOICE, M_FLAG, M_OBJECT, M_LIST } MemberType;
enum { M_REQUIRED = 1, M_ABOVE = 2 /* min itself is out */ };

typedef struct Shape Shape;
typedef struct Member {
    const char *name; /* NULL for the item of a list */
    MemberType type;
    size_t at;
    unsigned flags;
    double min,
        max; /* of a number; of the count of a list (max 0: RISK_MAX_LIST); no limit when both are 0 */
    const char *unit;
    const char *fallback;       /* key of the default that stands for an absent member */
    const char *const *choices; /* ends with NULL; the struct gets the index as int */
    const Shape *shape;         /* of an object */
    const struct Member *item;  /* of a list */
    Text about;
} Member;

struct Shape {
    const Member *members;
    size_t n, size; /* of the struct */
};
#define SHAPE(Type, members_)                                                                                \
    {                                                                                                        \
        (members_), sizeof(members_) / sizeof((members_)[0]), sizeof(Type)                                   \
    }

typedef struct List {
    void *items; /* double, int64_t, Str, int, or structs when the item is an object (not pointers) */
    size_t n;
} List;

/* One execution: where failures, notes and used defaults go. */
typedef struct Run {
    Ctx *ctx;
    bool *used; /* [risk_ndefaults] */
    StrBuf notes;
    size_t nnotes;
} Run;

Rc shape_read(Run *run, const Shape *shape, const Json *in, void *out);
void shape_schema(JsonOut *out, const Shape *shape, const char *title, Lang lang);

/* The value of a default, remembered as used. */
double run_default(Run *run, const char *key);
/* One sentence of the answer that is no number. */
void run_note(Run *run, const char *zh, const char *en, ...);
/* A member that is wrong together with others. */
#define WRONG(run, path, code, zh, en, ...) FAIL_FIELD((run)->ctx, (path), (code), 0, zh, en, ##__VA_ARGS__)

/* Where a JSON text stopped being readable: a path such as "substances[1].tonnes", or NULL. */
const char *locate_fault(Arena *a, Str json);
