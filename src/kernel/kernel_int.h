/* Private to the kernel: what its files share. */
#pragma once
#include "base/crypto.h"
#include "base/strmap.h"
#include "record/field.h"
#include "kernel/kernel.h"
#include "kernel/notice.h"
#include "kernel/place.h"
#include "record/list.h"
#include "record/work.h"
#include <pthread.h>
#include <stdatomic.h>

/* ---- Declarations: what all modules say, put together and checked; no database (decl.c, check.c) ---- */

/* An action as routes, forms and documents know it: the entity's own, one of its flow's transitions, or one
 * that every matter has (flow_decl.c). */
typedef struct EntityAction {
    Action a;
    const struct Transition *move; /* NULL: a.fn does it */
    unsigned flags;                /* FLOW_… */
    bool open;                     /* only while the matter has not ended */
    bool quiet;                    /* leaves the record itself as it is: no new version */
    /* Does the matter's clock allow it? NULL: whatever it does. 1, 0. */
    Rc (*offered)(Work *w, const Entity *e, const Record *rec);
} EntityAction;

typedef struct EntityInfo {
    const Entity *e;
    const char *table;                /* plural with '_' for '-' */
    ptrdiff_t code, title;            /* field index, -1: none */
    const struct EntityInfo **target; /* per field; NULL unless it is a reference */
    size_t index;
    EntityAction *actions;
    size_t nactions;
} EntityInfo;

typedef struct Decl {
    Arena *arena;
    const Module **modules; /* the kernel's own first */
    size_t nmodules;
    EntityInfo *entities;
    size_t nentities;
    const Perm **perms;
    size_t nperms;
    const Dict **dicts;
    size_t ndicts;
    Route *routes; /* derived, the modules', the kernel's */
    size_t nroutes;
    StrMap *entity_map, *perm_map, *dict_map;
} Decl;

enum { MAX_FIELDS = 56 /* one statement binds them all */, MAX_PERMS = 512, MAX_ROLES = 64 };

/* RC_BUG "kernel.declaration" names the fault. Lives until decl_free. */
Rc decl_build(Ctx *ctx, const Module *const *modules, size_t n, Decl **out);
void decl_free(Decl **d);
Rc decl_check(Ctx *ctx, const Decl *d);
Rc decl_check_routes(Ctx *ctx, const Decl *d);
/* RC_BUG "kernel.declaration" in words that name the place. */
Rc decl_fault(Ctx *ctx, const char *kind, const char *name, const char *part, const char *what);
Rc decl_check_fields(Ctx *ctx, const Decl *d, const char *owner, const Field *fields, size_t n);
/* Said in both languages; a lower case name that may hold the extra characters too. */
bool decl_text_ok(Text t);
bool decl_name_ok(const char *s, const char *extra);
const EntityInfo *decl_entity(const Decl *d, Str plural);
const Dict *decl_dict(const Decl *d, Str name);
/* The permission's bit, -1 when undeclared. */
ptrdiff_t decl_perm(const Decl *d, const char *name);
/* Roles of the program, in the order of the dictionary "role". */
extern const Dict kernel_role_dict;
extern const Module kernel_module;

/* What req->route->data of a derived route points to. */
typedef struct EntityRoute {
    const char *tag;
    const Entity *e;
    const EntityAction *action;
    const struct PaperKind *paper;
} EntityRoute;
extern const char entity_route_tag[];
/* Appends the derived routes of all entities to d->routes. */
void routes_derive(Decl *d);
size_t routes_derived_count(const Decl *d);

/* ---- The kernel ---- */

typedef struct PermSet {
    Kernel *kernel;
    uint64_t bits[MAX_PERMS / 64];
    const char *roles; /* space separated */
    Scope scope;
    bool must_change; /* the password first: nothing else is possible */
    bool must_enrol;  /* a second factor first */
    /* Whom the session stands in for; NULL: nobody. The set and the scope are then that account's. */
    const char *acting_for, *acting_full_name;
    int64_t acting_until;
} PermSet;

typedef struct Auth Auth;
typedef struct Outbox Outbox;
typedef struct DictStore DictStore;

typedef enum { PLACE_OFF, PLACE_WARN, PLACE_REFUSE } PlaceMode;

typedef struct Service {
    const char *name;
    void *p;
} Service;

struct Kernel {
    Arena *arena;
    Decl *decl;
    DbPool *pool;
    SseHub *hub;
    const char *data_dir;
    const char *evidence_kinds;         /* codes of the files that are taken, space separated */
    size_t evidence_max;                /* bytes of one file */
    int64_t notice_days, delivery_days; /* 0: for ever */
    PlaceMode place_mode;               /* of a place outside its district */
    PlaceJudge place_judge;             /* NULL: nobody knows the borders (place.c) */
    int64_t node;
    struct Marks *marks;            /* of what other nodes may change (kernel.c) */
    NoticeListener notice_listener; /* NULL: none */
    NoticeWatch notice_watch;
    const struct PaperDesk *papers; /* NULL: this program makes no papers */
    bool demo;
    size_t nstarted;                    /* modules */
    int64_t session_idle_ms, opened_at; /* idle: of KernelOptions, 0 when the settings say it */
    _Atomic int64_t policy[16];         /* settings of security (access.h) */
    Service services[32];
    size_t nservices;
    Auth *auth;
    Outbox *outbox;
    DictStore *dicts;
    struct CalStore *calendar;
    struct Ticker *follower;      /* what other nodes wrote (follow.c) */
    struct Ticker *clocks;        /* looks at what is due (clock_run.c) */
    _Atomic int64_t renewed_mark; /* calendar by which every running clock's end is made */
    struct SnapshotSlot *trees;   /* scope_tree.c */
    PermSet anonymous_set;
    Principal anonymous;
    pthread_t keeper; /* housekeeping thread */
    pthread_mutex_t keeper_lock;
    pthread_cond_t keeper_wake;
    bool keeper_runs, keeper_stop;
    struct SearchBuilder *search; /* NULL: the index is right */
    struct LedgerKeys *keys;      /* NULL: heads are not signed */
    struct LedgerJob *job;        /* the check in the background, NULL: never begun */
};

const EntityInfo *entity_info(Kernel *k, const Entity *e);
/* Makes and seeds what the declarations ask for (schema.c, seed.c). */
Rc schema_derive(Ctx *ctx, Kernel *k);
Rc seed_roles(Work *w);
void keeper_start(Kernel *k);
void keeper_halt(Kernel *k);

/* ---- Work ---- */

/* What a write did to the trees of districts and bodies. */
typedef enum { TREE_SAME, TREE_GREW, TREE_MOVED } TreeChange;

struct OutboxBatch;
typedef struct LedgerHead {
    int64_t n, outbox;
    unsigned char hash[SM3_BYTES];
} LedgerHead;

/* What is told once (told.c). */
typedef struct ToldOnce {
    const struct ToldOnce *next;
    Str code, title, label, value;
} ToldOnce;

typedef struct ClockView ClockView;
typedef struct MatterPage MatterPage;
typedef struct WorkState {
    Ctx *ctx;
    Kernel *kernel;
    Db *db;
    bool write, open, head_changed;
    LedgerHead head, saved_head;
    struct OutboxBatch *batch;
    size_t saved_events;
    bool *touched;                   /* by entity index */
    MatterPage *page;                /* what was read beside the records shown last (matter_page.c) */
    struct LimitTitle *limit_titles; /* those asked for so far (limit_find.c) */
    TreeChange trees;
    const char *fresh_hash; /* of a password that was checked and hashed before the transaction */
    bool listens;           /* somebody reads what is told once */
    const ToldOnce *told;
    const Warned *warned; /* newest first */
} WorkState;

/* The connection to read from: the transaction, or after a commit a reader. */
Rc work__db(Work *w, Db **out);
WorkState *work__state(Work *w); /* of an open writer; ENSUREs */
void work__touch(Work *w, const EntityInfo *info);

/* From here on what is told once reaches the caller. */
void work__listen(Work *w);
/* What was told since the last call, copied to the arena in front of `before`; a writer only. */
const ToldOnce *work__told(Work *w, Arena *a, const ToldOnce *before);
const ToldOnce *told_turned(Arena *a, const ToldOnce *told); /* the other way round */
/* A record's JSON with what was told put in as its last member. */
Str told_into(Ctx *ctx, const ToldOnce *told, Str record);

/* ---- Store internals ---- */

void select_columns(SqlBuf *b, const EntityInfo *info, bool refs);
/* References to records outside the reader's scope are joined as if they were not there. */
Rc select_from(SqlBuf *b, Work *w, const EntityInfo *info, bool refs);
/* Are records of target hidden from w->who where they are only referred to? */
bool ref_hides(const Work *w, const EntityInfo *target);
enum { SELECT_COMMON = 5 }; /* id, version, created_at, updated_at, archived_at come before the fields */
/* Fills rec from the cursor's row; texts are copied when copy_to is not NULL. */
void record_read(const DbCursor *c, const EntityInfo *info, Arena *copy_to, Record *rec);
/* names: per field, NULL to look them up. */
Rc store__write(Work *w, const EntityInfo *info, const Record *rec, const RefName *names, JsonOut *out);
/* 1 found, 0 absent. */
Rc ref_find(Work *w, const EntityInfo *target, Str key, int64_t *id);
Rc ref_name(Work *w, const EntityInfo *target, int64_t id, RefName *out);
/* The same for many, one statement for a hundred: ids in order and without repetitions, out as long. */
Rc ref_names(Work *w, const EntityInfo *target, const int64_t *ids, size_t n, RefName *out);
/* Records by id, in scope or not; out as long as ids (in order, without repetitions), NULL where there is
 * none. */
Rc records_read(Work *w, const EntityInfo *info, const int64_t *ids, size_t n, Record **out);
/* Values of a table of fields (an action's parameters, a record's fields) from the members of obj. current:
 * values before, NULL on create. */
Rc fields_read_json(Work *w, const Field *fields, size_t n, const Json *obj, int64_t line, bool create,
                    DbVal *v);
/* Type only: no dictionary, no range, references as text. */
Rc field_scan(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out);
/* Is text the mask of the value that the field has? Then a change leaves the value as it is. */
bool mask_kept(Arena *a, const Field *f, DbVal old, Str text);
/* As mask_text, into a buffer of value.n bytes. */
Str mask_into(char *out, Str value);
/* A masked field takes no '*'. */
Rc mask_check(Ctx *ctx, const Field *f, DbVal v, int64_t line);
bool mask_in(const Entity *e); /* has it such a field? */
/* What changed as {"field":value}: both NULL-able. Secrets as "***", masked fields masked. */
Str record_json_raw(Ctx *ctx, const Entity *e, const Record *rec, const Record *against);

/* ---- Ledger, outbox ---- */

Rc jcs_text(Ctx *ctx, Str json, Str *out); /* canonical (RFC 8785) */
Rc ledger_read_head(Work *w, WorkState *s);
Rc ledger_write_head(Work *w, WorkState *s);
Rc ledger_protect(Ctx *ctx, Db *db);
Rc history_handler(Req *req, Res *res);
Rc ledger_handler(Req *req, Res *res);

Outbox *outbox_new(void);
void outbox_free(Outbox **o);
/* Marks the batch and publishes whatever is decided, in order. */
void outbox_settle(Kernel *k, struct OutboxBatch *batch, bool committed);
size_t outbox_batch_size(const struct OutboxBatch *batch);
void outbox_batch_cut(struct OutboxBatch *batch, size_t keep);
Rc outbox_add_record(Work *w, const Entity *e, const Record *rec, const char *action);
/* An event for the pages of one user only. */
Rc outbox_add_for(Work *w, int64_t user, unsigned topic, const char *event, Str data);
Rc outbox_trim(Ctx *ctx, Kernel *k);
/* Takes up what other nodes write, on PostgreSQL (follow.c). */
Rc follow_start(Ctx *ctx, Kernel *k);
void follow_stop(Kernel *k);
/* Dictionaries, trees, grants and users that another node changed. */
void kernel_take_up(Ctx *ctx, Kernel *k);
/* What was just loaded is how things stand. */
Rc kernel_mark(Ctx *ctx, Kernel *k);
/* Notices of more than a year ago go. */
Rc notice_trim(Ctx *ctx, Kernel *k);
Rc notices_handler(Req *req, Res *res);
Rc notice_read_handler(Req *req, Res *res);
Rc notice_read_all_handler(Req *req, Res *res);
Rc events_handler(Req *req, Res *res);

/* ---- Access ---- */

Auth *auth_new(Kernel *k);
void auth_free(Auth **a);
/* Forgets every principal seen before; the next request loads it anew. */
void auth_forget(Kernel *k);
/* Ends the event streams of one session (its SHA-256), or all of them (NULL). */
void events_end(Kernel *k, const unsigned char *session);
/* The same for one session or token. */
void auth_forget_one(Kernel *k, Str secret);
/* Roles' permissions from the table "grants". */
Rc auth_load_grants(Ctx *ctx, Kernel *k);
/* Checks principals again and stores when sessions were last seen. */
void auth_refresh(Kernel *k);
Rc auth_trim(Ctx *ctx, Kernel *k);
const char *session_csrf(Arena *a, Str session);
void perms_of_roles(Kernel *k, Str roles, PermSet *out);
const char *secret_hash(Arena *a, Str secret); /* SHA-256, hex */
const PermSet *principal_set(const Principal *who);

Rc session_login(Req *req, Res *res);
Rc session_show(Req *req, Res *res);
Rc session_logout(Req *req, Res *res);
Rc session_password(Req *req, Res *res);
Rc token_create(Req *req, Res *res);
Rc token_revoke(Req *req, Res *res);
extern const Entity users_entity, tokens_entity, grants_entity, dict_entries_entity;

/* ---- Scope ---- */

/* What a principal's scope is made from. everywhere: he reaches all, whatever his roles. */
typedef struct ScopeSeed {
    Str roles;
    int64_t user, body, district; /* 0: none; the district defaults to the body's */
    bool everywhere;
} ScopeSeed;
/* Texts in keep. */
void scope_read(Ctx *ctx, Kernel *k, const ScopeSeed *seed, Arena *keep, Scope *out);
void scope_copy(const Scope *s, Arena *keep, Scope *out);
bool scope_has_line(const char *lines, Str line);
/* Does scope_where add anything? */
bool scope_adds(const Work *w, const Entity *e);
/* Has the field of a matter an index that holds all that its scope asks for? */
bool schema_leads_wide(const Entity *e, const char *field);
/* Are those indexes in the order of this column? */
bool schema_walks(const Entity *e, const char *sort);
/* scope_where for a walk along the order of a page: SQLite would else gather and sort all rows of a body. */
Rc scope_where_walk(SqlBuf *b, Work *w, const Entity *e, const char *alias);
/* Do the columns of the index of matters say all that e's rule asks? Then scope_where for its rows there. */
bool scope_is_mirrored(const Entity *e);
Rc scope_where_mirror(SqlBuf *b, Work *w, const Entity *e, const char *alias);
/* Reads the trees into memory. */
Rc scope_load(Ctx *ctx, Kernel *k);
/* Anew, after another node wrote. *moved: what stood before no longer stands there, so who sees what changes.
 */
Rc scope_reload(Ctx *ctx, Kernel *k, bool *moved);
void scope_unload(Kernel *k);
/* At the start: fills paths that are missing or wrong, and loads. */
Rc scope_repair(Work *w);
TreeChange scope_tree_change(const EntityInfo *info, const Record *old, const Record *rec);
void scope_committed(Kernel *k, TreeChange change);
Rc scope_mark(Ctx *ctx, Kernel *k, Db *db, int64_t *out);

/* ---- Dictionaries ---- */

DictStore *dict_store_new(void);
void dict_store_free(DictStore **s);
Rc dict_load(Ctx *ctx, Kernel *k);
Rc dict_seed(Work *w);
/* The entry's further data, STR_NONE when there is none; in ctx's arena. */
Str dict_extra(Ctx *ctx, Kernel *k, const char *dict, Str code);
/* Entries valid now, in order, as the meta document shows them. */
void dict_write_all(Kernel *k, JsonOut *out);

/* ---- Documents ---- */

Rc desk_handler(Req *req, Res *res);
Rc desk_summary_handler(Req *req, Res *res);
Rc desk_export_handler(Req *req, Res *res);
Rc meta_handler(Req *req, Res *res);
Rc openapi_handler(Req *req, Res *res);
Rc hello_handler(Req *req, Res *res);
Rc health_handler(Req *req, Res *res);
Rc metrics_handler(Req *req, Res *res);
void openapi_write(const Decl *d, StrBuf *out);

/* Fails with one field error for each query parameter that is not in names (NULL-ended); "lang" is always
 * known. */
Rc query_only(Req *req, const char *const *names);
