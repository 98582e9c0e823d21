/* Private to the kernel: the ledger's entries, its check, its signed heads and its export. The format is in
 * docs/ledger.md. */
#pragma once
#include "kernel_int.h"

typedef struct LedgerEntry {
    int64_t n, t, who_id, record_id;
    Str who, peer, why, entity, action, before, after; /* before and after: canonical JSON or STR_NONE */
} LedgerEntry;

/* The entry as canonical JSON: what is hashed. */
void ledger_entry_text(StrBuf *b, const LedgerEntry *e);
/* hash: of the entry before, becomes this one's. */
void ledger_entry_hash(Arena *a, unsigned char hash[SM3_BYTES], const LedgerEntry *e);

/* ---- Reading in pieces (ledger_check.c): no cursor stays open longer than a piece ---- */

/* What an action of the program or of every record is called; NULL: it has no name of its own. */
const char *ledger_action_word(Str action, Lang lang);

enum { LEDGER_PIECE = 2000 };
/* Rows with a number above `after`, at most LEDGER_PIECE; the columns are those of ledger_piece. */
Rc ledger_piece_open(Ctx *ctx, Db *db, int64_t after, DbCursor **out);
LedgerEntry ledger_piece_entry(const DbCursor *c);
Str ledger_piece_hash(const DbCursor *c);
/* Hash of entry n (0: the zeros before the first); RC_NOT_FOUND. */
Rc ledger_hash_of(Ctx *ctx, Db *db, int64_t n, unsigned char out[SM3_BYTES]);

/* ---- Heads (ledger_head.c) ---- */

typedef struct SignedHead {
    int64_t n, t;
    unsigned char hash[SM3_BYTES];
    Str text, signature, key, public_pem; /* signature: hex; key: name of the public key, hex */
} SignedHead;

/* Makes or reads the key pair of the data directory. dir: for the export, NULL or empty: none. */
Rc ledger_keys_open(Ctx *ctx, Kernel *k, const char *dir);
void ledger_keys_close(Kernel *k);
const char *ledger_export_dir(const Kernel *k); /* NULL: none */
const char *ledger_public_pem(const Kernel *k); /* NULL: this process signs nothing */
/* Signs what is due: the days that ended since the last head. Harmless at any time. */
void ledger_heads_due(Ctx *ctx, Kernel *k);
/* Signs entry n (0: the last) now; why: "day", "stop", "export". Nothing when nothing came since the last
 * head; *out (may be NULL) is that head then. RC_INVALID "ledger.broken": the chain since the last head does
 * not hold, and such is not signed. */
Rc ledger_head_sign(Ctx *ctx, Kernel *k, const char *why, int64_t n, SignedHead *out);
/* One line of JSON without a line feed. */
void ledger_head_json(const SignedHead *h, JsonOut *o);
/* Heads of the table after number `after` in their order, at most max. */
Rc ledger_heads_read(Ctx *ctx, Db *db, int64_t after, SignedHead *out, size_t max, size_t *n);
/* Writes heads that are not there yet to the export directory. */
Rc ledger_heads_export(Ctx *ctx, Kernel *k);

/* Members of the entry for people (ledger_show.c): "entity_title", "action_label", "code", "title",
 * "changes". */
Rc ledger_show(Work *w, const LedgerEntry *e, JsonOut *o);
/* A field's value as the ledger keeps it, in words; STR_NONE: none. */
Rc ledger_value_text(Work *w, const EntityInfo *info, const Field *f, const Json *j, Str *out);
/* The same for what an entry holds beside fields: "limit", "due_at", "told" … */
Rc ledger_member_text(Work *w, const char *name, const Json *j, Str *out);

/* ---- Routes ---- */

Rc ledger_heads_handler(Req *req, Res *res);
Rc ledger_export_handler(Req *req, Res *res);
Rc ledger_verify_handler(Req *req, Res *res);
Rc ledger_verify_state_handler(Req *req, Res *res);
void ledger_job_stop(Kernel *k);
