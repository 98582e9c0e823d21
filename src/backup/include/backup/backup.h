/* A data directory as one set of files: made while the program runs, checked, put back.
 *
 *     TARGET/BACKUP        one line of JSON, and the SM3 of that line; written last
 *     TARGET/files.sm3     one line a file: SM3, bytes, path
 *     TARGET/records.db    SQLite's copy, or records.dump of pg_dump
 *     TARGET/data/…        what else the data directory holds
 *
 * Records and readings are of one moment: the records' snapshot is taken while the log drops nothing, the log
 * is cut right behind it, so that a record never speaks of readings that are not there, and events that are
 * not records yet are delivered from the log after a restore. Knows no kernel and no HTTP. */
#pragma once
#include "db/db.h"
#include "series/series.h"

typedef struct BackupJob {
    const char *data; /* the data directory */
    DbPool *pool;
    Series *series;
    const char *target; /* must not exist; its folder must */
    bool keys; /* also the secret keys: without them a restored system must get them from elsewhere */
} BackupJob;

typedef struct BackupInfo {
    int64_t t; /* when it began */
    const char *program;
    DbKind database;
    int64_t schema; /* migrations that had run */
    uint64_t pos;   /* of the log */
    int64_t files, bytes;
    bool keys;
} BackupInfo;

/* How many migrations the records have seen. */
Rc backup_schema(Ctx *ctx, Db *db, int64_t *out);

/* Writes under TARGET.part and renames when all is on the disk. RC_STATE: the target exists or lies in the
 * data directory; RC_IO, RC_DB. On failure nothing is left. */
Rc backup_make(Ctx *ctx, const BackupJob *job, BackupInfo *out);
/* Reads every byte. What is damaged, missing or too much is named in findings, one a line; RC_INVALID then,
 * or when dir is no whole backup. */
Rc backup_verify(Ctx *ctx, const char *dir, StrBuf *findings, BackupInfo *out);
/* Checks all of it first, then fills dir, which must be empty or absent (RC_STATE). url: the database of a
 * PostgreSQL backup, which must be empty; NULL for SQLite. */
typedef struct BackupRestore {
    const char *source, *dir, *url;
} BackupRestore;
Rc backup_restore(Ctx *ctx, const BackupRestore *what, StrBuf *findings, BackupInfo *out);
/* Of the backups in a folder whose names are `prefix` and a time, removes all but the newest `keep`, and what
 * unfinished ones left behind. Returns how many went. */
Rc backup_prune(Ctx *ctx, const char *folder, const char *prefix, size_t keep);
