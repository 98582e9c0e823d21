/* What the control socket can do. */
#include "app.h"
#include "gateway/csv.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define IMPORT_MOST (INT64_C(256) << 20)

static Rc read_file(Ctx *ctx, const char *path, Str *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        Rc rc = FAIL(ctx, RC_IO, "file.open", "无法打开 %s：%s", "cannot open %s: %s", path, strerror(errno));
        if (fd >= 0) close(fd);
        return rc;
    }
    if (st.st_size > IMPORT_MOST) {
        close(fd);
        return FAIL(ctx, RC_TOO_LARGE, "file.large", "文件超过 256 MiB", "the file is larger than 256 MiB");
    }
    char *p = arena_alloc(ctx->arena, (size_t)st.st_size + 1);
    size_t n = 0;
    ssize_t got;
    while (n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0) n += (size_t)got;
    close(fd);
    *out = str_n(p, n);
    return RC_OK;
}

static Rc do_import(Ctx *ctx, Core *core, const Json *args, JsonOut *out)
{
    Str plural = json_str(json_get(args, "plural")), path = json_str(json_get(args, "file"));
    const char *file = str_z(ctx->arena, path);
    ImportResult result = {0};
    if (str_is(plural, "readings")) {
        FILE *f = fopen(file, "rbe");
        if (!f)
            return FAIL(ctx, RC_IO, "file.open", "无法打开 %s：%s", "cannot open %s: %s", file,
                        strerror(errno));
        CsvResult csv = {0};
        Rc rc = csv_backfill(ctx, core->intake, f, NULL, NULL, &csv);
        fclose(f);
        TRY(rc);
        result.accepted = (int64_t)csv.accepted;
        result.rejected = (int64_t)csv.rejected;
        if (csv.rejected) {
            jout_ki(out, "first_line", (int64_t)csv.first.line);
            jout_kz(out, "first_field", csv.first.field);
            jout_kz(out, "first_code", csv.first.code);
        }
    } else {
        const Entity *e = kernel_entity(core->kernel, str_z(ctx->arena, plural));
        if (!e || !e->write_perm)
            return FAIL(ctx, RC_NOT_FOUND, "import.table", "没有可导入的表「%.*s」",
                        "no table '%.*s' to import into", STR_ARG(plural));
        Str content;
        TRY(read_file(ctx, file, &content));
        TRY(import_table(ctx, core->kernel, NULL, "cli", e, path, content, &result));
    }
    jout_ki(out, "accepted", result.accepted);
    jout_ki(out, "rejected", result.rejected);
    jout_kz(out, "error_file", result.error_file);
    told_write(result.told, out);
    return RC_OK;
}

/* The three administrators exclude each other and are made once: GB/T 22239 calls for system, security and
 * audit administrators to be different people. */
static Rc do_user_add(Ctx *ctx, Core *core, const Json *args, JsonOut *out)
{
    static const char *const three[] = {"system", "security", "audit"};
    const char *role = str_z(ctx->arena, json_str(json_get(args, "role")));
    bool known = false;
    for (size_t i = 0; i < ARRAY_LEN(three); i++) known = known || strcmp(role, three[i]) == 0;
    if (!known)
        return FAIL_FIELD(
            ctx, "role", "enum", 0, "须为 system、security 或 audit；其他人员由安全管理员在界面建立",
            "must be system, security or audit; the security administrator makes all others in the UI");
    Work w;
    TRY(work_begin_as(ctx, core->kernel, NULL, "cli", true, &w));
    int64_t there = 0;
    TRY(users_with_role(&w, role, &there));
    if (there)
        return FAIL(ctx, RC_CONFLICT, "user.once", "这一管理员已经建立", "this administrator exists already");
    TRY(user_add(&w, str_z(ctx->arena, json_str(json_get(args, "name"))),
                 str_z(ctx->arena, json_str(json_get(args, "full_name"))),
                 str_z(ctx->arena, json_str(json_get(args, "password"))), role, false));
    TRY(work_commit(&w));
    jout_kz(out, "role", role);
    return RC_OK;
}

static Rc do_ledger_verify(Ctx *ctx, Core *core, const Json *args, JsonOut *out)
{
    Str dir = json_str(json_get(args, "heads"));
    LedgerReport r;
    TRY(ledger_check(ctx, core->pool,
                     &(LedgerCheck){.heads = true, .heads_dir = dir.n ? str_z(ctx->arena, dir) : NULL}, &r));
    jout_ki(out, "count", r.count);
    jout_kz(out, "head", r.head);
    jout_ki(out, "heads", r.heads);
    jout_ki(out, "unreadable", r.unreadable);
    if (!r.fault) return RC_OK;
    jout_ki(out, "bad", r.bad);
    jout_kz(out, "fault", r.fault);
    return RC_OK;
}

static Rc do_backup(Ctx *ctx, Core *core, const Json *args, JsonOut *out)
{
    BackupInfo info;
    UpkeepAsk ask = {.target = str_z(ctx->arena, json_str(json_get(args, "target"))),
                     .keys = !json_str(json_get(args, "without_keys")).n,
                     .peer = "cli"};
    TRY(upkeep_backup(ctx, core->kernel, &ask, &info));
    jout_ki(out, "files", info.files);
    jout_ki(out, "bytes", info.bytes);
    jout_ki(out, "position", (int64_t)info.pos);
    return RC_OK;
}

const ControlCommand control_commands[] = {
    {"backup", do_backup},
    {"import", do_import},
    {"user.add", do_user_add},
    {"ledger.verify", do_ledger_verify},
};
const size_t control_ncommands = ARRAY_LEN(control_commands);
