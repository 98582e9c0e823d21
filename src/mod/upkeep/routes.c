/* What the page "Upkeep" shows and does. */
#include "upkeep_private.h"
#include "base/clock.h"

#include <math.h>

static const struct {
    Text title;
} parts[PARTS] = {
    [PART_RAW] = {T("原始读数", "Raw readings")},
    [PART_ROLLUPS] = {T("读数汇总", "Roll-ups")},
    [PART_RECORDS] = {T("业务记录", "Records")},
    [PART_FILES] = {T("附件与导出文件", "Attached and exported files")},
    [PART_OTHER] = {T("其他", "Other")},
};

static void put_disk(JsonOut *o, const Disk *d)
{
    jout_key(o, "disk");
    jout_open(o);
    jout_kt(o, "t", d->t);
    jout_ki(o, "total", d->total);
    jout_ki(o, "free", d->free);
    jout_ki(o, "data", d->data);
    jout_kf(o, "per_day", d->growth);
    jout_kf(o, "days_left", d->days_left);
    jout_kb(o, "known", !isnan(d->growth));
    jout_kz(o, "state", disk_state_names[d->state]);
    jout_ki(o, "warn_percent", upkeep__opt.warn_percent);
    jout_ki(o, "alert_percent", upkeep__opt.alert_percent);
    jout_ki(o, "warn_days", upkeep__opt.warn_days);
    jout_close(o);
    jout_key(o, "parts");
    jout_open_array(o);
    for (int i = 0; i < PARTS; i++) {
        jout_open(o);
        jout_kz(o, "name", disk_part_names[i]);
        jout_text(o, "title", parts[i].title);
        jout_ki(o, "bytes", d->parts[i]);
        jout_kf(o, "per_day", d->per_day[i]);
        jout_close(o);
    }
    jout_close_array(o);
}

static void put_keeping(JsonOut *o)
{
    const struct {
        const char *name, *setting;
        Text title;
        int64_t days; /* 0: for ever */
    } all[] = {
        {"raw", "[series] raw_days", T("原始读数", "Raw readings"), upkeep__opt.raw_days},
        {"rollups", "[series] rollup_days", T("读数汇总", "Roll-ups"), upkeep__opt.rollup_days},
        {"alarm_events", "[retention] alarm_event_days",
         T("已结束报警的过程事件", "Events of alarms that ended"), upkeep__opt.alarm_event_days},
        {"ledger", "", T("台账", "The ledger"), 0},
        {"notifications", "[retention] notice_days", T("站内通知", "Notices"), upkeep__opt.notice_days},
        {"deliveries", "[retention] delivery_days", T("通知发送记录", "Deliveries of notices"),
         upkeep__opt.delivery_days},
    };
    jout_key(o, "retention");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        jout_open(o);
        jout_kz(o, "name", all[i].name);
        jout_text(o, "title", all[i].title);
        jout_ki(o, "days", all[i].days);
        jout_kz(o, "setting", all[i].setting);
        jout_close(o);
    }
    jout_close_array(o);
}

static void put_backup(Ctx *ctx, Kernel *k, JsonOut *o)
{
    BackupState s;
    int64_t now = clock_now(), due = backup_start_at(now);
    backup_state_read(ctx, k, &s);
    jout_key(o, "backup");
    jout_open(o);
    jout_kb(o, "nightly", due != TIME_NONE);
    jout_kz(o, "folder", upkeep__opt.backup_dir);
    jout_kz(o, "time", upkeep__opt.backup_time);
    jout_ki(o, "keep", upkeep__opt.backup_keep);
    jout_kb(o, "keys", upkeep__opt.backup_keys);
    jout_kb(o, "running", backup_running());
    jout_kb(o, "fresh", due == TIME_NONE || backup_fresh(&s, now));
    jout_kt(o, "last_good", s.last_good);
    jout_ks(o, "target", s.target);
    jout_ki(o, "files", s.files);
    jout_ki(o, "bytes", s.bytes);
    jout_ki(o, "seconds", s.seconds);
    jout_kt(o, "last_failed", s.last_failed);
    jout_ks(o, "error", s.error);
    jout_close(o);
}

Rc upkeep_show(Req *req, Res *res)
{
    Disk d;
    TRY(disk_measure(&req->ctx, req_kernel(req), &d));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    put_disk(o, &d);
    put_keeping(o);
    put_backup(&req->ctx, req_kernel(req), o);
    jout_close(o);
    return RC_OK;
}

/* Into the folder of the setting and nowhere else: who asks over the network names no path. */
Rc upkeep_make(Req *req, Res *res)
{
    BackupInfo info;
    const char *folder = upkeep__opt.backup_dir;
    if (!*folder)
        return FAIL(&req->ctx, RC_STATE, "backup.off", "未设置备份目录（[backup] folder）",
                    "no folder for backups is set ([backup] folder)");
    Civil c = civil_of(clock_now());
    UpkeepAsk ask = {.target = arena_printf(req->ctx.arena, "%s/anlan-%04d%02d%02d-%02d%02d%02d", folder,
                                            c.year, c.month, c.day, c.hour, c.minute, c.second),
                     .keys = upkeep__opt.backup_keys,
                     .who = req->who,
                     .peer = req->peer};
    TRY(upkeep_backup(&req->ctx, req_kernel(req), &ask, &info));
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kz(o, "target", ask.target);
    jout_ki(o, "files", info.files);
    jout_ki(o, "bytes", info.bytes);
    jout_close(o);
    return RC_OK;
}
