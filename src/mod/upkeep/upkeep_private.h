#pragma once
#include "mod/upkeep.h"
#include "intake/intake.h"

extern UpkeepOptions upkeep__opt;

/* ---- backups.c ---- */
typedef struct BackupState {
    int64_t last_good, last_failed; /* TIME_NONE: never */
    Str target, error;              /* of the last good one; of the last failure, if it is later */
    int64_t files, bytes, seconds;
} BackupState;
/* Kept in the file backup.state of the data directory, because it tells of this machine. */
void backup_state_read(Ctx *ctx, Kernel *k, BackupState *out);
bool backup_running(void);
void backup_nightly(Kernel *k); /* when it is due */
/* Not older than 26 hours, when nightly backups are on. */
bool backup_fresh(const BackupState *s, int64_t now);
int64_t
backup_start_at(int64_t now); /* the latest time that a nightly one should have begun; TIME_NONE: off */

/* ---- disk.c ---- */
typedef enum { PART_RAW, PART_ROLLUPS, PART_RECORDS, PART_FILES, PART_OTHER, PARTS } DiskPart;
typedef enum { DISK_OK, DISK_WARN, DISK_ALERT } DiskState;
typedef struct Disk {
    int64_t t, total, free, parts[PARTS], data;
    double per_day[PARTS], growth; /* bytes; NAN: not known yet */
    double days_left;              /* NAN: not known, INFINITY: it does not grow */
    DiskState state;
} Disk;
extern const char *const disk_part_names[PARTS], *const disk_state_names[];
Rc disk_measure(Ctx *ctx, Kernel *k, Disk *out);
void disk_sample(Kernel *k); /* once an hour: remember, and tell the administrators */
/* Pure: growth and forecast out of samples (oldest first, at least six hours). */
typedef struct DiskSample {
    int64_t t, bytes[PARTS];
} DiskSample;
void disk_forecast(Disk *d, const DiskSample *since, const UpkeepOptions *opt);

/* ---- retention.c ---- */
void retention_run(Kernel *k);

/* Tell everybody who may keep the installation in order. */
Rc upkeep_tell(Ctx *ctx, Kernel *k, int grade, Str title, Str text);

/* ---- routes.c ---- */
Rc upkeep_show(Req *req, Res *res);
Rc upkeep_make(Req *req, Res *res);
