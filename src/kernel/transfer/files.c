/* Files made for somebody: error files of imports, and the short-lived ones an export is spooled to. A file
 * is two on disk, the content and a note beside it that says whose it is and what it is called; the id is 256
 * random bits, but owning it is checked all the same. */
#include "kernel_int.h"
#include "transfer/transfer.h"
#include "base/clock.h"
#include "base/num.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE_MAX 4096
#define ID_CHARS 43

static const struct {
    const char *ext, *type;
} kinds[] = {
    [SHEET_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    [SHEET_CSV] = {"csv", "text/csv; charset=utf-8"},
};

static Rc fail_io(Ctx *ctx, const char *path)
{
    int err = errno;
    Rc rc = FAIL(ctx, RC_IO, "file.write", "文件写入失败", "the file could not be written");
    ctx_cause(ctx, "%s: %s", path, strerror(err));
    return rc;
}

static const char *folder(Arena *a, const Kernel *k)
{
    return arena_printf(a, "%s/files", k->data_dir);
}

static Rc make_folder(Ctx *ctx, const Kernel *k, const char **out)
{
    *out = folder(ctx->arena, k);
    return mkdir(*out, 0700) == 0 || errno == EEXIST ? 0 : fail_io(ctx, *out);
}

/* Makes the file so that only this user of the machine reads it; writers truncate it. */
static Rc make_empty(Ctx *ctx, const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return fail_io(ctx, path);
    close(fd);
    return 0;
}

static Rc write_note(Ctx *ctx, const char *path, const char *text)
{
    TRY(make_empty(ctx, path));
    FILE *f = fopen(path, "we");
    if (!f) return fail_io(ctx, path);
    bool ok = fputs(text, f) >= 0;
    ok = fclose(f) == 0 && ok;
    return ok ? 0 : fail_io(ctx, path);
}

/* Users and tokens have ids of their own kinds. */
static const char *owner_of(Arena *a, const Principal *who)
{
    if (!who) return "program:0";
    return arena_printf(a, "%s:%lld", who->is_token ? "token" : "user", (long long)who->user_id);
}

Rc transfer_file_new(Ctx *ctx, Kernel *k, const Principal *who, SheetKind kind, const char *name,
                     const char **path, const char **id)
{
    Arena *a = ctx->arena;
    const char *dir;
    TRY(make_folder(ctx, k, &dir));
    *id = crypto_token(a);
    *path = arena_printf(a, "%s/%s.%s", dir, *id, kinds[kind].ext);
    TRY(make_empty(ctx, *path));
    const char *note = arena_printf(a, "%s\n%lld\n%s\n%s\n", owner_of(a, who), (long long)clock_now(),
                                    kinds[kind].ext, name);
    return write_note(ctx, arena_printf(a, "%s/%s.note", dir, *id), note);
}

static void remove_file(void *path)
{
    unlink(path);
}

Rc transfer_spool_new(Ctx *ctx, Kernel *k, SheetKind kind, const char **path)
{
    const char *dir;
    TRY(make_folder(ctx, k, &dir));
    char *file = arena_printf(ctx->arena, "%s/spool-%s.%s", dir, crypto_token(ctx->arena), kinds[kind].ext);
    TRY(make_empty(ctx, file));
    arena_defer(ctx->arena, remove_file, file);
    *path = file;
    return 0;
}

/* ---- Sending ---- */

static void close_file(void *f)
{
    fclose(f);
}

static long pull(void *ud, char *buf, size_t max)
{
    FILE *f = ud;
    size_t n = fread(buf, 1, max, f);
    return n == 0 && ferror(f) ? -1 : (long)n;
}

static Rc fail_absent(Ctx *ctx)
{
    return FAIL(ctx, RC_NOT_FOUND, "file.absent", "文件不存在或已过期",
                "the file does not exist or has expired");
}

Rc transfer_send(Req *req, Res *res, const char *path, SheetKind kind, const char *name)
{
    FILE *f = fopen(path, "rbe");
    if (!f) return fail_absent(&req->ctx);
    arena_defer(req->ctx.arena, close_file, f);
    res_attachment(req, res, name);
    res_stream(res, kinds[kind].type, pull, f);
    return 0;
}

typedef struct Note {
    Str owner, ext, name;
    int64_t created;
} Note;

static bool read_note(Arena *a, const char *path, Note *out)
{
    FILE *f = fopen(path, "re");
    if (!f) return false;
    char *buf = arena_alloc(a, NOTE_MAX);
    Str text = str_n(buf, fread(buf, 1, NOTE_MAX - 1, f));
    fclose(f);
    out->owner = str_cut(&text, '\n');
    Str created = str_cut(&text, '\n');
    out->ext = str_cut(&text, '\n');
    out->name = str_cut(&text, '\n');
    return num_parse_i64(created, &out->created) && out->name.n > 0;
}

static bool id_ok(Str id)
{
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
        if (!ok) return false;
    }
    return id.n == ID_CHARS;
}

Rc transfer_file(Req *req, Res *res)
{
    Ctx *ctx = &req->ctx;
    Arena *a = ctx->arena;
    Str id = req_param(req, "id");
    if (!id_ok(id)) return fail_absent(ctx);
    const char *base = arena_printf(a, "%s/%.*s", folder(a, req_kernel(req)), STR_ARG(id));
    Note note;
    if (!read_note(a, arena_printf(a, "%s.note", base), &note)) return fail_absent(ctx);
    if (!str_is(note.owner, owner_of(a, req->who)) || req->t - note.created > TRANSFER_KEEP_MS)
        return fail_absent(ctx);
    SheetKind kind = str_is(note.ext, "csv") ? SHEET_CSV : SHEET_XLSX;
    return transfer_send(req, res, arena_printf(a, "%s.%s", base, kinds[kind].ext), kind,
                         str_z(a, note.name));
}

/* By the age of the file itself, so that a spool file left by a crash goes as well. */
void transfer_files_expire(Kernel *k, int64_t now)
{
    Arena *a = arena_new(0);
    DIR *d = opendir(folder(a, k));
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
        struct stat st;
        if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) continue;
        if ((int64_t)st.st_mtime * MS_SECOND < now - TRANSFER_KEEP_MS) unlinkat(dirfd(d), entry->d_name, 0);
    }
    if (d) closedir(d);
    arena_free(&a);
}
