/* Papers of a record: the order, the notice, the report that are printed, sealed and handed over. A slice
 * declares what papers its entity has as a const table (Entity.papers); the kernel derives the routes, with
 * the entity's own permissions and row scope, and mod/paper does the work: templates that an office can
 * change, numbers, PDF and docx, issuing, verifying.
 *
 *   GET  /api/<plural>/{id}/papers                   what may be made, and what was issued
 *   GET  /api/<plural>/{id}/papers/<kind>?format=pdf|docx&language=zh|en   the draft, marked 草稿
 *   POST /api/<plural>/{id}/papers/<kind> {language?}   issue
 *   GET  /api/<plural>/{id}/papers/issued/{paper}       the issued PDF, as it was issued */
#pragma once
#include "kernel/entity.h"

typedef struct PaperKind {
    const char *kind;   /* lower case, unique in the entity: "order" */
    Text title;         /* 处置单 */
    const char *perm;   /* who may issue it; to see a draft the entity's read permission is enough */
    const char *states; /* of the flow in which it may be issued, space separated; NULL: in each */
    const char *issuer; /* field (F_REF bodies) in whose name it is issued; NULL: the issuer's own body */
    const char *to;     /* field (F_REF bodies) of the addressee, who then sees the paper; NULL: none */
    const char *word;   /* of the number, behind the issuer's name until the office says another: "处" */
    Text body;          /* the first template (docs/papers.md); en may be NULL: then in Chinese only */
    /* Adds members for the template beside the record's own fields: lists, figures, a chart. o stands inside
     * an open object. NULL: none. Texts in w's arena; languages by lang. */
    Rc (*model)(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o);
    /* Does this kind belong to the record? Where not, it is neither offered nor made. NULL: to each. */
    bool (*fits)(const Entity *e, const Record *rec);
} PaperKind;

/* One kind of paper of one record. */
typedef struct PaperOf {
    const Entity *e;
    const Record *rec;
    const PaperKind *kind;
} PaperOf;

/* What mod/paper does for the derived routes. rec is the record of {id} in the caller's scope; issue runs in
 * a writing work, which the caller commits, the others in a reading one. */
typedef struct PaperDesk {
    Rc (*list)(Work *w, const Entity *e, const Record *rec, JsonOut *o);
    Rc (*draft)(Work *w, Req *req, Res *res, const PaperOf *of);
    Rc (*issue)(Work *w, Req *req, Res *res, const PaperOf *of);
    Rc (*issued)(Work *w, Req *req, Res *res, const Entity *e, const Record *rec);
} PaperDesk;
void paper_desk_set(Kernel *k, const PaperDesk *desk);

/* Every entity that declares papers, in the order of the modules; NULL behind the last. */
const Entity *kernel_paper_entity(Kernel *k, size_t i);

/* A record's fields for people, as members of an open object: references by their title, codes by their
 * label, times in civil words ("2026年11月22日14时05分", <name>_date without the time of day, <name>_short
 * for tables), masked fields masked, secrets left out; empty ones absent. In the given language. */
Rc paper_fields(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o);
/* A time in those words. date: without the time of day. */
Str paper_time(Arena *a, int64_t t, bool date, Lang lang);

/* A file the program made, kept as evidence of a record under its content's SHA-256 (hex, *hash). In a
 * writing work; the ledger says so. */
Rc evidence_keep(Work *w, const Entity *e, const Record *rec, Str name, Str content, const char **hash);
/* The content of a file that is evidence of the record. RC_NOT_FOUND. */
Rc evidence_load(Work *w, const Entity *e, int64_t record_id, Str hash, Str *content);

/* SM2 signature of a text with the installation's key, hex, and the key's name (SM3, hex). Both STR_NONE when
 * this process keeps no key. */
Rc kernel_sign(Ctx *ctx, Kernel *k, Str text, Str *signature, Str *key);
/* Is it the signature of the installation's key as it is now? */
bool kernel_signed(Kernel *k, Str text, Str signature);

/* A QR code's modules, row by row, 1 dark; *side squares a side, without the quiet zone. NULL: too long. */
const unsigned char *kernel_qr(Arena *a, const char *text, int *side);
