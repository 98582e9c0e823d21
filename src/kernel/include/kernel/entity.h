/* Records as data. A slice declares what its records are; the kernel derives the table in both databases, the
 * routes, validation, lists with filter, sort and cursor, import and export, forms in the UI, history, and
 * the ledger entries. */
#pragma once
#include "base/ctx.h"
#include "base/json.h"
#include "db/db.h"
#include "http/http.h"
#include "kernel/scope.h"

typedef enum {
    F_TEXT, /* min..max code points */
    F_INT,  /* min..max; with a dictionary `ref`, tables show the entry whose code is the number */
    F_REAL, /* min..max */
    F_BOOL,
    F_TIME, /* instant; RFC 3339 on the wire, ms in the table */
    F_ENUM, /* a code of dictionary `ref`, valid today */
    F_REF, /* a record of entity `ref` (its plural): its code on the wire (its id when it has no code), its id
              in the table */
    F_JSON /* any JSON value, stored as text; `check` says more */
} FieldType;

enum {
    F_REQUIRED = 1,
    F_UNIQUE = 2,
    F_READONLY = 4, /* set by the program, never by a caller */
    F_CREATE_ONLY = 8,
    F_FILTER = 16, /* `name=`, and `name.gte=` … for numbers and times */
    F_SORT = 32,
    F_SEARCH = 64, /* `q=` looks here */
    F_LIST = 128,  /* a column of the list by default */
    F_INDEX = 256,
    F_SECRET = 512, /* never sent */
    F_LONG = 1024,  /* a text area in the form */
    F_LOOSE = 4096, /* F_REF to an entity that a program may go without: then the field takes nothing */
    F_INNER =
        8192,     /* the program's own number: in the API, but shown to nobody in forms, facts and columns */
    F_MASK = 2048 /* a text, telephone or identity number: sent, exported and kept in the ledger as
                     138****5678; who has the entity's unmask_perm asks for one value at a time with a
                     reason (POST /api/<plural>/{id}/unmask). Neither filtered, sorted nor searched */
};

typedef struct Field {
    const char *name;
    FieldType type;
    unsigned flags;
    const char *ref; /* dictionary or plural */
    double min, max; /* both 0: no limit (F_TEXT: 0..2000) */
    Text label;
    Text help;            /* may be empty */
    const char *unit;     /* shown small and grey after the figure; may be NULL */
    const char *group;    /* heading of the form's section, a dictionary code of "form_group"; may be NULL */
    const char *fallback; /* value when a create leaves it out, as text; may be NULL */
} Field;

typedef struct Entity Entity;
typedef struct Kernel Kernel;

/* One record in memory. Values are in the order of entity->fields. */
typedef struct Record {
    int64_t id;                                  /* 0: not yet stored */
    int64_t version;                             /* the ETag */
    int64_t created_at, updated_at, archived_at; /* TIME_NONE: not archived */
    DbVal *v;
} Record;

/* What is going on: who, why, in which transaction. One per request, job or command. */
typedef struct Work {
    Ctx *ctx;
    Kernel *kernel;
    Db *db; /* the transaction when writing */
    const Principal *who;
    const char *peer; /* from where; "cli" for the command line */
    const char *why;  /* may be NULL */
    int64_t now;
    void *impl; /* the kernel's; made by work_begin */
} Work;

/* An action on one record: POST /api/<plural>/{id}/actions/<name>. The kernel checks permission and params,
 * loads the record in a transaction, calls fn, stores what fn changed in rec (version + 1), writes ledger and
 * outbox, commits. */
typedef struct Action {
    const char *name;
    const char *perm;
    Text label;
    const Field *params;
    size_t nparams;
    /* params: values in the order of the table. RC_STATE when the record's state does not allow it. */
    Rc (*fn)(Work *w, const Entity *e, Record *rec, const DbVal *params);
    /* May it be offered in this state? NULL: always. */
    bool (*allowed)(const Entity *e, const Record *rec);
} Action;

struct Flow;
struct ClockStep;
struct PaperKind;

/* One thing that happened, for the timeline of a record and of what followed from it, beside the ledger's
 * entries, which are there by themselves. label and text in the Ctx's language, in its arena. */
typedef struct TimelineEvent {
    int64_t t;
    const char *kind;                  /* "reading", "alarm" … */
    const char *action, *label, *text; /* action and text may be NULL */
} TimelineEvent;
typedef struct TimelineOut TimelineOut;
void timeline_add(TimelineOut *out, const TimelineEvent *event);

struct Entity {
    const char *name;   /* "point" */
    const char *plural; /* "points": the table's and the route's name; '-' in a route is '_' in the table */
    Text title;
    Text icon; /* zh unused; en: a word the UI maps to an icon */
    const Field *fields;
    size_t nfields;
    const char *read_perm, *write_perm; /* write_perm NULL: only the program writes */
    const char *code_field;  /* the natural key, addressable as code:X and in imports; NULL: none */
    const char *title_field; /* what a person recognises it by */
    const char *sort;        /* default order, "-raised_at" */
    const Action *actions;
    size_t nactions;
    /* Hooks, any may be NULL. validate sees the whole new record (old NULL on create) and may fill read-only
     * fields; report with FAIL_FIELD. changed runs in the same transaction after the row is written.
     * committed runs after the commit, once per request or import. expand adds computed members to the JSON
     * of a record. */
    Rc (*validate)(Work *w, const Entity *e, const Record *old, Record *rec);
    Rc (*changed)(Work *w, const Entity *e, const Record *old, const Record *rec);
    void (*committed)(Kernel *k, const Entity *e);
    void (*expand)(Work *w, const Entity *e, const Record *rec, JsonOut *out);
    ScopeRule scope;         /* who sees which rows; must be said */
    const char *unmask_perm; /* needed when a field is F_MASK */
    const struct Flow *flow; /* makes the record a matter; NULL: a plain record */
    /* A clock's step was reached; runs in its transaction, may change rec through flow_do. */
    Rc (*step)(Work *w, const Entity *e, Record *rec, const struct ClockStep *step);
    bool searched; /* stands in the one search box; a matter always does */
    bool evidence; /* files may be attached to its records; to a matter always */
    /* Adds what the ledger does not know: the reading that raised an alarm. May be NULL. */
    Rc (*timeline)(Work *w, const Entity *e, const Record *rec, TimelineOut *out);
    const struct PaperKind *papers; /* what can be printed and issued of a record (kernel/paper.h) */
    size_t npapers;
};

/* A telephone or identity number as everybody may see it: "138****5678". The same length in characters; a
 * mask of a mask is the same. */
Str mask_text(Arena *a, Str value);

/* Index of a field by name; ENSUREs that it exists. */
size_t entity_field(const Entity *e, const char *name);
/* Access by name, for slices. */
DbVal *rec_val(const Entity *e, const Record *rec, const char *name);
Str rec_text(const Entity *e, const Record *rec, const char *name);
int64_t rec_i64(const Entity *e, const Record *rec, const char *name);
double rec_f64(const Entity *e, const Record *rec, const char *name);
int64_t rec_time(const Entity *e, const Record *rec, const char *name); /* TIME_NONE for null */
void rec_set(const Entity *e, Record *rec, const char *name, DbVal v);
Record *rec_new(Ctx *ctx, const Entity *e);
Record *rec_copy(Ctx *ctx, const Entity *e, const Record *rec);

/* ---- Store: the same path for HTTP, import, command line and slices. All need w->db; writers need a
 * transaction. ---- */
/* 1 found, 0 absent. key: an id as decimal text, "code:X", or a bare code that no id is equal to. */
Rc store_find(Work *w, const Entity *e, Str key, Record **out);
Rc store_get(Work *w, const Entity *e, int64_t id, Record **out); /* RC_NOT_FOUND */
Rc store_insert(Work *w, const Entity *e, Record *rec);
/* Writes rec over old, checks old->version against the table. RC_STALE. action names the ledger entry:
 * "change", "ack" … */
Rc store_update(Work *w, const Entity *e, const Record *old, Record *rec, const char *action);
Rc store_archive(Work *w, const Entity *e, Record *rec);
/* JSON in: fills rec from the members of obj, collecting one error per wrong field; unknown members are
 * errors. line: for imports, 0 else. create: required and fallback apply. */
Rc store_read_json(Work *w, const Entity *e, const Json *obj, bool create, int64_t line, Record *rec);
/* JSON out: {"id","version","created_at","updated_at", fields …, expanded …}. */
Rc store_write_json(Work *w, const Entity *e, const Record *rec, JsonOut *out);
/* Walk records in id order: for snapshots. where_field NULL: all that are not archived. fn's record is valid
 * during the call. */
Rc store_each(Work *w, const Entity *e, const char *where_field, DbVal value,
              Rc (*fn)(void *ud, const Record *rec), void *ud);
/* How many records the list of e shows to w->who with this query, exactly: "grade=1&state.in=a,b", the
 * parameters of GET /api/<plural> without escapes. What is told as a figure can so be looked at as a list. */
Rc list_figure(Work *w, const Entity *e, Str query, int64_t *count);
