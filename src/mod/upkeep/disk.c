/* How full the disk is and when it will be. A sample a day and part is kept (the first of the day); growth is
 * the difference to the oldest one of the last two weeks, so that a night's compaction or one import does not
 * make the forecast jump. */
#include "upkeep_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "mod_upkeep_queries_sql.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum { SPAN_DAYS = 14, KEEP_DAYS = 400, DEEPEST = 12 };
#define SPAN_LEAST (6 * MS_HOUR)

const char *const disk_part_names[PARTS] = {"raw", "rollups", "records", "files", "other"};
const char *const disk_state_names[] = {"ok", "warn", "alert"};

/* ---- Measuring ---- */
static int64_t folder_bytes(const char *path, int depth)
{
    DIR *d = opendir(path);
    int64_t sum = 0;
    if (!d) return 0;
    for (struct dirent *e; (e = readdir(d));) {
        struct stat st;
        char child[4096];
        if (e->d_name[0] == '.' && (!e->d_name[1] || (e->d_name[1] == '.' && !e->d_name[2]))) continue;
        if ((size_t)snprintf(child, sizeof child, "%s/%s", path, e->d_name) >= sizeof child) continue;
        if (lstat(child, &st) != 0) continue;
        if (S_ISDIR(st.st_mode) && depth < DEEPEST) sum += folder_bytes(child, depth + 1);
        else if (S_ISREG(st.st_mode)) sum += (int64_t)st.st_blocks * 512;
    }
    closedir(d);
    return sum;
}

static int64_t file_bytes(Ctx *ctx, Kernel *k, const char *name)
{
    struct stat st;
    const char *path = arena_printf(ctx->arena, "%s/%s", kernel_data_dir(k), name);
    return stat(path, &st) == 0 ? (int64_t)st.st_blocks * 512 : 0;
}

static Rc database_bytes(Ctx *ctx, Kernel *k, int64_t *out)
{
    Db *db;
    DbCursor *c;
    *out = file_bytes(ctx, k, "anlan.db") + file_bytes(ctx, k, "anlan.db-wal") +
           file_bytes(ctx, k, "anlan.db-shm");
    TRY(db_take_read(ctx, kernel_pool(k), &db));
    Rc rc = db_query_one(ctx, db, &q_database_bytes, DB_NO_ARGS, &c);
    if (rc > 0) *out += db_i64(c, 0);
    db_done(ctx, &db);
    return rc < 0 ? rc : RC_OK;
}

static Rc measure_parts(Ctx *ctx, Kernel *k, Disk *d)
{
    const char *dir = kernel_data_dir(k);
    SeriesStats s;
    series_stats(intake_series(kernel_service(k, "intake")), &s);
    TRY(database_bytes(ctx, k, &d->parts[PART_RECORDS]));
    int64_t series = folder_bytes(arena_printf(ctx->arena, "%s/series", dir), 0);
    d->parts[PART_ROLLUPS] = (int64_t)s.rollup_bytes < series ? (int64_t)s.rollup_bytes : series;
    d->parts[PART_RAW] = series - d->parts[PART_ROLLUPS];
    d->parts[PART_FILES] = folder_bytes(arena_printf(ctx->arena, "%s/evidence", dir), 0) +
                           folder_bytes(arena_printf(ctx->arena, "%s/files", dir), 0);
    int64_t local = file_bytes(ctx, k, "anlan.db") + file_bytes(ctx, k, "anlan.db-wal") +
                    file_bytes(ctx, k, "anlan.db-shm");
    d->parts[PART_OTHER] = folder_bytes(dir, 0) - series - d->parts[PART_FILES] - local;
    if (d->parts[PART_OTHER] < 0) d->parts[PART_OTHER] = 0; /* something grew while it was counted */
    for (int i = 0; i < PARTS; i++) d->data += d->parts[i];
    return RC_OK;
}

static int part_of(Str name)
{
    for (int i = 0; i < PARTS; i++)
        if (str_is(name, disk_part_names[i])) return i;
    return -1;
}

/* The oldest sample there is in the span; t TIME_NONE: none. */
static Rc read_sample(Ctx *ctx, Kernel *k, int64_t now, DiskSample *out)
{
    Db *db;
    DbCursor *c;
    Rc rc;
    *out = (DiskSample){.t = TIME_NONE};
    TRY(db_take_read(ctx, kernel_pool(k), &db));
    rc = db_query(ctx, db, &q_samples,
                  DB_ARGS(db_val_i64(kernel_node(k)), db_val_i64(civil_day(now) - SPAN_DAYS)), &c);
    while (rc >= 0 && (rc = db_next(ctx, c)) > 0) {
        int64_t t = db_i64(c, Q_SAMPLES_T);
        int part = part_of(db_str(c, Q_SAMPLES_PART));
        if (out->t == TIME_NONE) out->t = t;
        if (t == out->t && part >= 0) out->bytes[part] = db_i64(c, Q_SAMPLES_BYTES);
    }
    db_done(ctx, &db);
    return rc < 0 ? rc : RC_OK;
}

/* ---- The forecast ---- */
static DiskState state_of(const Disk *d, const UpkeepOptions *opt)
{
    int64_t used = d->total - d->free;
    if (d->total > 0 && used >= d->total / 100 * opt->alert_percent) return DISK_ALERT;
    if (d->total > 0 && used >= d->total / 100 * opt->warn_percent) return DISK_WARN;
    return d->days_left < (double)opt->warn_days ? DISK_WARN : DISK_OK;
}

void disk_forecast(Disk *d, const DiskSample *since, const UpkeepOptions *opt)
{
    bool known = since->t != TIME_NONE && d->t - since->t >= SPAN_LEAST;
    double days = known ? (double)(d->t - since->t) / (double)MS_DAY : 1;
    d->growth = known ? 0 : NAN;
    for (int i = 0; i < PARTS; i++) {
        d->per_day[i] = known ? (double)(d->parts[i] - since->bytes[i]) / days : NAN;
        if (known) d->growth += d->per_day[i];
    }
    d->days_left = !known ? NAN : d->growth > 0 ? (double)d->free / d->growth : INFINITY;
    d->state = state_of(d, opt);
}

Rc disk_measure(Ctx *ctx, Kernel *k, Disk *out)
{
    struct statvfs v;
    DiskSample since;
    *out = (Disk){.t = clock_now()};
    if (statvfs(kernel_data_dir(k), &v) == 0) {
        out->total = (int64_t)v.f_blocks * (int64_t)v.f_frsize;
        out->free = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
    }
    TRY(measure_parts(ctx, k, out));
    TRY(read_sample(ctx, k, out->t, &since));
    disk_forecast(out, &since, &upkeep__opt);
    return RC_OK;
}

/* ---- Every hour ---- */
static Rc keep_sample(Ctx *ctx, Kernel *k, const Disk *d)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "upkeep", true, &w));
    Rc rc = db_exec(ctx, w.db, &q_samples_trim, DB_ARGS(db_val_i64(civil_day(d->t) - KEEP_DAYS)));
    for (int i = 0; i < PARTS && rc >= 0; i++)
        rc = db_exec(ctx, w.db, &q_sample_add,
                     DB_ARGS(db_val_i64(kernel_node(k)), db_val_i64(civil_day(d->t)),
                             db_val_z(disk_part_names[i]), db_val_i64(d->t), db_val_i64(d->parts[i])));
    if (rc >= 0) rc = work_commit(&w);
    work_abort(&w);
    return rc < 0 ? rc : RC_OK;
}

/* Once a day, and at once when it gets worse. */
static bool tell_due(const Disk *d)
{
    static DiskState told;
    static int64_t told_day;
    bool due = d->state != DISK_OK && (d->state > told || civil_day(d->t) != told_day);
    told = d->state;
    if (due) told_day = civil_day(d->t);
    return due;
}

static Rc tell(Ctx *ctx, Kernel *k, const Disk *d)
{
    int64_t used = d->total ? 100 - d->free * 100 / d->total : 0;
    const char *left =
        isfinite(d->days_left) ? arena_printf(ctx->arena, "，按目前速度约 %.0f 天后写满", d->days_left) : "";
    return upkeep_tell(ctx, k, d->state == DISK_ALERT ? 2 : 3,
                       d->state == DISK_ALERT ? STR("磁盘空间告急") : STR("磁盘空间不足"),
                       str_printf(ctx->arena, "数据目录所在磁盘已用 %lld%%，剩余 %.1f GB%s", (long long)used,
                                  (double)d->free / 1e9, left));
}

void disk_sample(Kernel *k)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    Disk d;
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = disk_measure(&ctx, k, &d);
    if (rc >= 0) rc = keep_sample(&ctx, k, &d);
    if (rc >= 0 && tell_due(&d)) rc = tell(&ctx, k, &d);
    if (rc < 0) log_err(LOG_ERROR, "upkeep", &ctx);
    arena_free(&arena);
}
