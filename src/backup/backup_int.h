/* What the files of this folder share. */
#pragma once
#include "backup/backup.h"
#include "base/crypto.h"

#define BACKUP_HEAD "BACKUP"
#define BACKUP_LIST "files.sm3"
enum { BACKUP_FORMAT = 1, BACKUP_DEEPEST = 12 };

/* copy.c: files, folders, names. */
Rc backup__io(Ctx *ctx, const char *what, const char *path);
/* Copies (to NULL: only reads) and hashes; *bytes is the length. A new file of mode 0600. 0 with *gone set
 * when the source is not there. */
typedef struct Copied {
    int64_t bytes;
    unsigned char sm3[SM3_BYTES];
    bool gone;
} Copied;
Rc backup__copy(Ctx *ctx, const char *from, const char *to, Copied *out);
Rc backup__make_parents(Ctx *ctx, const char *root, const char *path);
Rc backup__read_small(Ctx *ctx, const char *path, Str *out); /* RC_NOT_FOUND; at most 1 GiB */
Rc backup__write_small(Ctx *ctx, const char *path, Str text);
void backup__remove_tree(Ctx *ctx, const char *path);
Rc backup__sync_tree(Ctx *ctx, const char *path);
/* Every plain file below root, name relative to it. */
Rc backup__walk(Ctx *ctx, const char *root, Rc (*fn)(Ctx *ctx, void *ud, const char *name), void *ud);
bool backup__empty(const char *dir); /* absent, or a folder without entries */

/* list.c: the two texts of a backup. */
typedef struct Entry {
    Str path; /* relative, checked */
    int64_t bytes;
    unsigned char sm3[SM3_BYTES];
    bool met; /* a plain file of this path is there */
} Entry;
void list_add(Ctx *ctx, StrBuf *list, const char *path, const Copied *c);
Rc list_write(Ctx *ctx, const char *dir, Str list, const BackupInfo *info);
Rc list_read(Ctx *ctx, const char *dir, StrBuf *findings, BackupInfo *info, Entry **out, size_t *n);
