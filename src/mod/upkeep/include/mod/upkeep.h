/* What keeps the installation itself in order: backups, the disk, how long things are kept. */
#pragma once
#include "backup/backup.h"
#include "kernel/kernel.h"

extern const Module mod_upkeep;

typedef struct UpkeepOptions {
    const char *backup_dir;  /* for nightly backups; "": none */
    const char *backup_time; /* "02:30", Beijing */
    int64_t backup_keep;     /* newest that stay */
    bool backup_keys;
    int64_t warn_percent, alert_percent; /* of the disk used */
    int64_t warn_days;                   /* days left at this pace */
    int64_t raw_days, rollup_days;       /* of readings; 0: for ever */
    int64_t alarm_event_days;            /* of events of alarms that ended; 0: for ever */
    int64_t notice_days, delivery_days;  /* of notices and of what was sent of them; 0: for ever */
} UpkeepOptions;

/* Before the kernel starts; texts are borrowed. RC_INVALID names the setting that is wrong. */
Rc upkeep_configure(Ctx *ctx, const UpkeepOptions *opt);

/* A backup now, one at a time (RC_BUSY), with its entry in the ledger. who NULL: the program itself. */
typedef struct UpkeepAsk {
    const char *target;
    bool keys;
    const Principal *who;
    const char *peer;
} UpkeepAsk;
Rc upkeep_backup(Ctx *ctx, Kernel *k, const UpkeepAsk *ask, BackupInfo *out);
