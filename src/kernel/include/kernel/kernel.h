/* The kernel: what every subsystem shares. A subsystem is one folder under src/mod with one Module, and one
 * line in src/app/modules.c. */
#pragma once
#include "kernel/entity.h"
#include "kernel/limit.h"

/* A permission. Deny is the default: who has no role that carries it has it not. */
typedef struct Perm {
    const char *name; /* "point.write" */
    Text title;
    const char *roles; /* the roles that carry it from the start, space separated: "watch office" */
} Perm;

/* First entries of a dictionary; later ones are data with validity dates, edited in the UI. */
typedef struct DictEntry {
    const char *code;
    Text label;
    const char *parent; /* code in the parent dictionary; may be NULL */
    const char *extra;  /* JSON; may be NULL */
} DictEntry;
typedef struct Dict {
    const char *name;
    Text title;
    const DictEntry *entries;
    size_t nentries;
    bool fixed; /* the program depends on its codes: labels may change, codes may not */
} Dict;

typedef struct Module {
    const char *name;
    Text title;
    const Entity *const *entities;
    size_t nentities;
    const Perm *perms;
    size_t nperms;
    const Dict *dicts;
    size_t ndicts;
    const Route *routes; /* beside the derived ones; a handler finds the kernel by req_kernel(req) */
    size_t nroutes;
    const DbMigration *migrations; /* tables that are no entities, and special indexes */
    size_t nmigrations;
    Rc (*start)(Ctx *ctx, Kernel *k); /* after tables exist, before the server listens; may be NULL */
    void (*stop)(Kernel *k);
    const LimitSeed *limits; /* time limits; seeded once as data */
    size_t nlimits;
} Module;

typedef struct KernelOptions {
    DbPool *pool;
    SseHub *hub;
    const char *data_dir;
    const Module *const *modules;
    size_t nmodules;
    bool demo;                  /* demo accounts exist and may be shown on the login page */
    int64_t session_idle_ms;    /* a session ends after so long without a request; 0: 12 h */
    const char *evidence_kinds; /* files that may be attached, "jpeg png …"; NULL: all kinds that are known */
    size_t evidence_max;        /* bytes of one of them; 0: 50 MB, which is the most */
    int64_t notice_days;        /* read and unread notices of the page are kept so long; 0: for ever */
    int64_t delivery_days;      /* what was sent over the channels, likewise; 0: for ever */
    bool sign_ledger;           /* keep an SM2 key pair in data_dir and sign the ledger's heads */
    int64_t node;               /* which of the nodes of one database this is; 0: the only one */
    const char *places; /* what becomes of a place outside its district: "off", "warn" (NULL), "refuse" */
    const char *ledger_export; /* directory outside data_dir for signed heads; NULL or "": none */
} KernelOptions;

/* Is it a list of kinds of files that the program knows? RC_INVALID names the one that is not. */
Rc kernel_evidence_check(Ctx *ctx, const char *kinds);
/* KernelOptions.places; RC_INVALID. */
Rc kernel_places_check(Ctx *ctx, const char *mode);

/* Migrates, derives tables, seeds dictionaries and roles, builds routes. RC_BUG names what a module declares
 * wrong. */
Rc kernel_open(Ctx *ctx, const KernelOptions *opt, Kernel **out);
/* Runs the modules' start hooks. */
Rc kernel_start(Ctx *ctx, Kernel *k);
/* Runs the modules' stop hooks (their threads end); records can still be written. Done by kernel_close when
 * it was not before. */
void kernel_stop(Kernel *k);
void kernel_close(Kernel **k);
/* All routes: derived, the modules', and the kernel's own (session, meta, events, files, health, metrics,
 * openapi). */
Rc kernel_add_routes(Ctx *ctx, Kernel *k, HttpServer *s);
/* HttpOptions.authorise. */
Rc kernel_authorise(void *kernel, Req *req);
Kernel *req_kernel(const Req *req);

DbPool *kernel_pool(Kernel *k);
SseHub *kernel_hub(Kernel *k);
/* KernelOptions.node; 1 when it was not named. */
int64_t kernel_node(const Kernel *k);
const char *kernel_data_dir(const Kernel *k);
int64_t kernel_delivery_days(const Kernel *k);              /* as in the options */
const Entity *kernel_entity(Kernel *k, const char *plural); /* NULL when unknown */
/* What app hands to slices by name (the intake, the series store): set before kernel_start. */
void kernel_provide(Kernel *k, const char *name, void *service);
void *kernel_service(Kernel *k, const char *name); /* ENSUREs that it is there */

bool perm_has(const Principal *who, const char *perm);
/* RC_FORBIDDEN with the permission's title. */
Rc perm_need(Ctx *ctx, const Principal *who, const char *perm);

/* Work of a request. write: takes the writer and begins; work_commit commits and then runs the committed
 * hooks and the outbox push. Unfinished work is rolled back with the arena. */
Rc work_begin(Req *req, bool write, Work *out);
/* The same without a request: jobs, command line. who NULL: the program itself. */
Rc work_begin_as(Ctx *ctx, Kernel *k, const Principal *who, const char *peer, bool write, Work *out);
Rc work_commit(Work *w);
/* Rolls back and gives the connection back at once, for who has more to do in this arena. Harmless after
 * work_commit. */
void work_abort(Work *w);

/* The members of a request's JSON body as a table of fields declares them (no references), for routes of a
 * slice's own; one field error per wrong one. */
Rc req_fields(Req *req, const Field *fields, size_t n, DbVal *out);

/* A secret that is made with a record (a first password, an activation code): whoever asked is told it once,
 * as a line of "told" in the answer of this create, action or import, and it is kept nowhere. work_listens
 * false: nobody hears (a job, the demo), so none should be made. */
bool work_listens(const Work *w);
void work_tell(Work *w, const Entity *e, const Record *rec, Text label, Str value);

/* Append to the ledger in the same transaction; entity may name no record (id 0). before/after: JSON or
 * STR_NONE. hash = SM3(previous hash ‖ RFC 8785 JSON of the entry). */
Rc ledger_add(Work *w, const char *entity, int64_t id, const char *action, Str before, Str after);
/* Walks the chain: *count entries and *head (hex); RC_INVALID with the first bad number in *bad. */
Rc ledger_verify(Ctx *ctx, DbPool *pool, int64_t *count, const char **head, int64_t *bad);
/* The same with all that can be told. Nothing waits for it, and its memory does not grow with the ledger. */
typedef struct LedgerCheck {
    bool heads;            /* hold the chain against the signed heads in the database, too */
    const char *heads_dir; /* and against those exported to this directory; NULL: none */
    int64_t from,
        upto; /* begin after entry from, taking its hash as it stands; end soon after upto; 0: all */
    /* After each piece; false stops with RC_STATE. May be NULL. */
    bool (*progress)(void *ud, int64_t n, int64_t total);
    void *ud;
} LedgerCheck;
typedef struct LedgerReport {
    int64_t count;      /* entries that hold */
    const char *head;   /* hash of the last of them, hex */
    int64_t heads;      /* signed heads that hold */
    int64_t bad;        /* first bad entry's number */
    int64_t unreadable; /* files of heads that are none */
    /* NULL: all holds. "changed", "missing", "extra", "cut" (the tail), "rewritten" (the chain is not the
     * signed one), "signature", "unreadable". */
    const char *fault;
} LedgerReport;
/* Negative only when the check itself failed. */
Rc ledger_check(Ctx *ctx, DbPool *pool, const LedgerCheck *opt, LedgerReport *out);
/* The fault in words, in the Ctx's language; NULL: all holds. */
const char *ledger_fault_text(Ctx *ctx, const LedgerReport *r);

/* An event for browsers and webhooks, in the same transaction; pushed to the topic after commit with its id,
 * so that Last-Event-ID resumes. data: one JSON text. */
enum {
    TOPIC_ALARMS = 1,
    TOPIC_VALUES = 2,
    TOPIC_RECORDS = 4,
    TOPIC_SOURCES = 8,
    TOPIC_VEHICLES = 16,
    TOPIC_NOTICES = 32
};
Rc outbox_add(Work *w, unsigned topic, const char *event, Str data);
/* The same about one record: only who sees it gets the event. outbox_add reaches who sees everything. */
Rc outbox_add_of(Work *w, unsigned topic, const char *event, const Entity *e, const Record *rec, Str data);
/* Live values beside the outbox: fn gives each listener's text by his scope (n 0: nothing). Texts stay until
 * the call returns; the same place and length is the same text. */
void events_publish(Kernel *k, unsigned topic, const char *event, Str (*fn)(void *ud, const Scope *scope),
                    void *ud);

/* A QR code of the text as an SVG document; NULL when the text is too long. */
const char *qr_svg(Arena *a, const char *text);

/* Dictionary entry valid today; label in the Ctx's language; NULL when unknown. */
bool dict_has(Kernel *k, const char *dict, Str code);
const char *dict_label(Kernel *k, const char *dict, Str code, Lang lang);

/* Who acts in a job that does things for people, as the demo does; texts are borrowed, the rest lives in w's
 * arena. user 0: nobody's account. */
typedef struct ActAs {
    const char *name, *full_name, *roles;
    int64_t user, body, district;
} ActAs;
Rc principal_make(Work *w, const ActAs *as, Principal *out);

/* Users, for the command line and the demo. roles: space separated. RC_CONFLICT, RC_INVALID. */
Rc user_add(Work *w, const char *name, const char *full_name, const char *password, const char *roles,
            bool demo);
/* A token with its own roles; the plain token is given by the caller (demo) or drawn when token is NULL. */
Rc token_add(Work *w, const char *name, const char *roles, const char *token, bool demo,
             const char **out_token);
/* Where the user belongs, by codes; NULL: as it is. From it follows what he sees. */
Rc user_place(Work *w, const char *name, const char *body, const char *district);
Rc users_count(Work *w, bool demo_only, int64_t *out);
/* Users that carry the role. */
Rc users_with_role(Work *w, const char *role, int64_t *out);

/* What the program declares, without a database: the permission matrix as Markdown (`anlan dump permissions`)
 * and the OpenAPI 3.1 document (`anlan dump openapi`). modules as in KernelOptions. */
Rc kernel_dump_permissions(Ctx *ctx, const Module *const *modules, size_t n, StrBuf *out);
/* The flows as state diagrams and tables, Markdown (`anlan dump states`, docs/states.md). */
Rc kernel_dump_states(Ctx *ctx, const Module *const *modules, size_t n, StrBuf *out);
Rc kernel_dump_openapi(Ctx *ctx, const Module *const *modules, size_t n, StrBuf *out);

/* Import of a table (xlsx or csv, told by content): the path behind POST /api/<plural>/import and `anlan
 * import`. Good rows are stored in chunks of one transaction each; bad ones go to the error file. */
typedef struct ImportResult {
    int64_t accepted, rejected, warned; /* warned: accepted, with something to look at */
    const struct ToldOnce
        *told;              /* what the rows made that is shown once; NULL: nothing. told_write writes it */
    const char *error_file; /* path inside the data directory's files, NULL when nothing was rejected */
    const char *error_id;   /* of /api/files/{id} */
    int64_t formulas;       /* cells of a workbook that are formulas: the kept result was taken */
    const char *first_formula; /* its cell, "C7"; NULL without any */
} ImportResult;
Rc import_table(Ctx *ctx, Kernel *k, const Principal *who, const char *peer, const Entity *e, Str file_name,
                Str content, ImportResult *out);
/* Member "told": [{"code","title","label","value"}], nothing when there is none. */
void told_write(const struct ToldOnce *told, JsonOut *out);
