/* Row scope: which records a person may see, find, count, export or act on. Deny is the default: an entity
 * says how its rows are scoped, or the program does not start. One rule, two forms: a predicate in SQL for
 * whatever comes from the database, and a comparison in memory for live values, tiles and events.
 *
 * A row is seen by a principal when the principal's district contains the row's district and, where his reach
 * is a line of business, his body's lines contain the row's line; or when the row's body is his own body or
 * one below it; or when his body takes part in the matter. A row without a district is seen by whoever has
 * the whole tree. */
#pragma once
#include "base/ctx.h"
#include "db/db.h"

typedef enum {
    SCOPE_UNSET = 0, /* does not pass the declaration check */
    SCOPE_OPEN, /* who holds the read permission sees all rows: dictionaries, districts, rules of the house */
    SCOPE_ROW,  /* by the columns below */
    SCOPE_VIA,  /* as the record that the reference `via` names */
    SCOPE_SELF  /* the one user in column `body`, here a reference to users: drafts, notifications */
} ScopeKind;

/* A column may stand behind references: "object.district" is the district of the record that `object` names.
 * A row without a line is no line's: whoever reaches a line only does not see it. */
typedef struct ScopeRule {
    ScopeKind kind;
    const char *district; /* F_REF districts, or NULL */
    const char *body;     /* F_REF bodies: the owner; two, separated by a space, both see it; or NULL. In
                             "bodies" itself "id": each body is its own */
    const char *line;     /* F_ENUM of dictionary "field" (line of business), SCOPE_ANY_LINE, or NULL */
    const char *via; /* SCOPE_VIA: F_REF (several, separated by spaces, of which a row fills one), or F_TEXT
                        that holds the code of a record of `of` */
    bool parties;    /* bodies in matter_parties see it too (kernel/matter.h); SCOPE_ROW */
    const char *of;  /* SCOPE_VIA by code: the plural */
    bool shared;     /* SCOPE_VIA: a row whose `via` names no record is everybody's */
    bool named;      /* a reference from a record in scope shows the code and the title all the same, and
                        whoever writes may refer to it: bodies, districts, users */
} ScopeRule;
#define SCOPE_ANY_LINE                                                                                       \
    "*" /* the rows are parted by district only: a line of the district sees all of them                     \
         */

/* How far a role reaches (member "reach" in `extra` of its entry in dictionary "role": body, line, district,
 * all). Of several roles the widest counts. */
typedef enum { REACH_BODY, REACH_LINE, REACH_DISTRICT, REACH_ALL } Reach;

typedef struct Scope {
    Reach reach;
    const char *path;   /* the principal's district in the tree, "/320000/320100/"; NULL: the whole tree */
    int64_t body;       /* his body's id; 0: none */
    const char *bodies; /* path of the body in the tree of bodies, "/17/203/"; NULL: none */
    const char *lines;  /* space separated codes of dictionary "field"; "" none; NULL: all */
    int64_t user;       /* for SCOPE_SELF */
    int64_t district;   /* the principal's district, his body's when he has none of his own; 0: none */
    bool unbound; /* the roles reach a district at least, but the account names none and no body: it sees
                     common data only; such a token is a gateway's */
} Scope;

/* Never NULL; the program itself (who NULL) and the command line reach everything. Lives as long as who. */
struct Principal;
const Scope *scope_of(const struct Principal *who);
/* Is the principal's body the one of this path, or one above it? */
bool scope_is_above(const Scope *scope, const char *body_path);
/* Nothing is outside: lists and figures need no predicate. SCOPE_SELF still holds. */
bool scope_is_whole(const Scope *scope);

/* A row as the comparison in memory sees it. */
typedef struct RowScope {
    const char *path;       /* of its district; NULL: none */
    const char *body_path;  /* of its owner in the tree of bodies; NULL: none */
    const char *also_path;  /* of a second owner; NULL: none */
    Str line;               /* STR_NONE: none; SCOPE_ANY_LINE */
    const int64_t *parties; /* bodies that take part */
    size_t nparties;
    bool open;    /* everybody's */
    int64_t self; /* > 0: this user's alone */
} RowScope;
bool scope_sees(const Scope *scope, const RowScope *row);

struct Work;
struct Entity;
struct Record;
/* Which points a scope holds, by number, for who takes readings in. The point slice provides it as service
 * "point_reach". take: the state of now, for as long as ctx's arena. */
struct Kernel;
typedef struct PointReach {
    Rc (*take)(Ctx *ctx, struct Kernel *k, const Scope *scope, const void **held);
    bool (*holds)(const void *held, uint32_t no);
} PointReach;
/* Appends " AND (…)" for rows of e under the alias ("t"), nothing when the principal sees all. For statements
 * that slices put together themselves. */
Rc scope_where(SqlBuf *b, struct Work *w, const struct Entity *e, const char *alias);
/* The same for rows of the index of matters, whatever their entity: alias has its columns (kernel/matter.h).
 */
Rc scope_where_matter(SqlBuf *b, struct Work *w, const char *alias);
/* db_query for a static statement that carries marks: AND 'scope' <> 'alarms a' becomes the predicate for
 * rows of alarms under the alias a. Who reaches everything gets the statement as it is. */
Rc scope_query(struct Work *w, const DbQuery *q, const DbVal *args, size_t nargs, DbCursor **out);
/* RC_FORBIDDEN when w->who does not reach everything: for what cannot be parted. */
Rc scope_need_whole(Ctx *ctx, const struct Principal *who);
/* 1: w->who sees the record, 0: not. */
Rc scope_of_record(struct Work *w, const struct Entity *e, const struct Record *rec);
/* store_find for whom w->who may see: 0 when it is absent or outside. */
Rc scope_find(struct Work *w, const struct Entity *e, Str key, struct Record **out);
/* The record's scope for comparison in memory; texts in the work's arena. */
Rc scope_row(struct Work *w, const struct Entity *e, const struct Record *rec, RowScope *out);
/* Its district (0: none) and line, as the rule finds them, for the index of matters. */
Rc scope_place(struct Work *w, const struct Entity *e, const struct Record *rec, int64_t *district,
               Str *line);
/* RC_FORBIDDEN in words when w->who would not see the record: what a person makes or changes must not leave
 * his own scope. */
Rc scope_need(struct Work *w, const struct Entity *e, const struct Record *rec);
/* Paths of a district and of a body in their trees, NULL when unknown; texts in the work's arena. */
const char *scope_district_path(struct Work *w, int64_t district);
const char *scope_body_path(struct Work *w, int64_t body);

/* The trees' own records ("districts" by code, "bodies" by id) keep `path`, the way from the root:
 * "/320000/320100/". tree_place is called by validate, tree_moved by changed; together they hold every path
 * below right when a parent changes. step: the field that names a record in the path; NULL: its id, which is
 * then given out here. */
Rc tree_place(struct Work *w, const struct Entity *e, const char *step, struct Record *rec);
Rc tree_moved(struct Work *w, const struct Entity *e, const struct Record *old, const struct Record *rec);
