/* Private to the kernel: evidence. A file attached to a record lies once under DATA/evidence by the SHA-256
 * of its content; the table "attachments" says which records hold it. */
#pragma once
#include "kernel/kernel.h"

enum { EVIDENCE_NAME_MAX = 120 /* code points */, EVIDENCE_NOTE_MAX = 500 };
#define EVIDENCE_MAX        (50u << 20)                  /* bytes of one file */
#define EVIDENCE_BODY_LIMIT (EVIDENCE_MAX + (64u << 10)) /* with the frame of a form around it */

/* A kind of file, told by its content alone. */
typedef struct EvidenceType {
    const char *code;       /* as in the setting: "jpeg" */
    const char *mime;       /* as it is sent */
    const char *extensions; /* space separated, the usual one first */
    bool shown;             /* a browser may show it in place */
    bool (*is)(Str content);
} EvidenceType;
extern const EvidenceType evidence_types[];
extern const size_t evidence_ntypes;
/* NULL: no known kind. Never unpacks anything. */
const EvidenceType *evidence_type_of(Str content);
/* By its code; NULL: none. */
const EvidenceType *evidence_type_named(Str code);
/* What a file may be called on another machine: the last part of a path without what a shell, a file system
 * or a browser minds, with an extension that fits the type. Never empty. */
Str evidence_name(Arena *a, Str name, const EvidenceType *type);

/* Puts content under its hash (hex) and on the disk; once however often it is given. RC_IO. */
Rc evidence_put(Ctx *ctx, const Kernel *k, Str content, const char **hash);
const char *evidence_path(Arena *a, const Kernel *k, Str hash);
bool evidence_hash_ok(Str hash);
/* Takes the settings, and removes what an upload cut off by a crash left; before anything is served. */
void evidence_open(Kernel *k, const KernelOptions *opt);
/* Removes files that no record holds and nobody put for a day, in one of the 256 folders; the caller counts
 * step up. *removed may be NULL. */
Rc evidence_sweep(Ctx *ctx, Kernel *k, unsigned step, int64_t now, int64_t *removed);

/* POST and GET /api/<plural>/{id}/files, GET …/files/{hash}. */
Rc evidence_attach_route(Req *req, Res *res);
Rc evidence_list_route(Req *req, Res *res);
Rc evidence_send_route(Req *req, Res *res);
/* May files be attached to its records? */
bool evidence_wanted(const Entity *e);
