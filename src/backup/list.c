/* The texts of a backup: BACKUP (what it is) and files.sm3 (what is in it). Each is covered by a hash: the
 * list by the head, the head by its own second line, so that any changed byte is found and named. They are
 * read as hostile input: a path must stay inside, a number must be one. */
#include "backup_int.h"
#include "base/json.h"
#include "base/num.h"

#define HEX (2 * SM3_BYTES)

void list_add(Ctx *ctx, StrBuf *list, const char *path, const Copied *c)
{
    buf_printf(list, "%s %lld %s\n", hex_print(ctx->arena, c->sm3, SM3_BYTES), (long long)c->bytes, path);
}

static const char *sm3_of(Ctx *ctx, Str text)
{
    unsigned char digest[SM3_BYTES];
    crypto_sm3(text.p, text.n, digest);
    return hex_print(ctx->arena, digest, SM3_BYTES);
}

Rc list_write(Ctx *ctx, const char *dir, Str list, const BackupInfo *info)
{
    TRY(backup__write_small(ctx, arena_printf(ctx->arena, "%s/" BACKUP_LIST, dir), list));
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_ki(&o, "format", BACKUP_FORMAT);
    jout_kz(&o, "program", info->program);
    jout_kz(&o, "database", info->database == DB_PG ? "postgresql" : "sqlite");
    jout_ki(&o, "schema", info->schema);
    jout_kt(&o, "time", info->t);
    jout_ki(&o, "t", info->t);
    jout_ki(&o, "position", (int64_t)info->pos);
    jout_kb(&o, "keys", info->keys);
    jout_ki(&o, "files", info->files);
    jout_ki(&o, "bytes", info->bytes);
    jout_kz(&o, "list_sm3", sm3_of(ctx, list));
    jout_close(&o);
    const char *own = sm3_of(ctx, buf_str(&b));
    buf_printf(&b, "\n%s\n", own);
    return backup__write_small(ctx, arena_printf(ctx->arena, "%s/" BACKUP_HEAD, dir), buf_str(&b));
}

/* ---- Reading ---- */
static Rc damaged(Ctx *ctx, StrBuf *findings, const char *name, Text what)
{
    buf_printf(findings, "%s: %s\n", name, text_in(what, ctx->lang));
    return FAIL(ctx, RC_INVALID, "backup.damaged", "备份已损坏：%s", "the backup is damaged: %s", name);
}

static const Text changed = T("内容与校验值不符", "its content is not what its hash says");

static bool json_flag(const Json *j)
{
    return j && j->type == JSON_BOOL && j->b;
}

static Rc read_head(Ctx *ctx, const char *dir, StrBuf *findings, BackupInfo *info, Str *list_sm3)
{
    Str text;
    Rc rc = backup__read_small(ctx, arena_printf(ctx->arena, "%s/" BACKUP_HEAD, dir), &text);
    if (rc == RC_NOT_FOUND) {
        ctx_clear(ctx);
        return FAIL(ctx, RC_INVALID, "backup.incomplete", "%s 不是完整的备份（没有文件 BACKUP）",
                    "%s is not a whole backup (there is no file BACKUP)", dir);
    }
    TRY(rc);
    Str line = str_cut(&text, '\n'), own = str_trim(text);
    const Json *j;
    int64_t format = 0, pos = 0;
    if (!str_is(own, sm3_of(ctx, line)) || json_parse(ctx, line, &j) < 0) {
        ctx_clear(ctx);
        return damaged(ctx, findings, BACKUP_HEAD, changed);
    }
    json_i64(json_get(j, "format"), &format);
    if (format != BACKUP_FORMAT)
        return FAIL(ctx, RC_STATE, "backup.newer", "备份由更新版本的程序制作（格式 %lld），请使用新版本程序",
                    "the backup was made by a newer version of this program (format %lld)",
                    (long long)format);
    info->program = str_z(ctx->arena, json_str(json_get(j, "program")));
    info->database = str_is(json_str(json_get(j, "database")), "postgresql") ? DB_PG : DB_SQLITE;
    json_i64(json_get(j, "schema"), &info->schema);
    json_i64(json_get(j, "t"), &info->t);
    json_i64(json_get(j, "position"), &pos);
    json_i64(json_get(j, "files"), &info->files);
    json_i64(json_get(j, "bytes"), &info->bytes);
    info->pos = (uint64_t)pos;
    info->keys = json_flag(json_get(j, "keys"));
    *list_sm3 = json_str(json_get(j, "list_sm3"));
    return RC_OK;
}

/* Relative, without empty, "." or ".." parts. */
static bool path_ok(Str path)
{
    if (path.n == 0 || path.n > 1000) return false;
    while (path.n) {
        Str part = str_cut(&path, '/');
        if (part.n == 0 || str_is(part, ".") || str_is(part, "..") || memchr(part.p, 0, part.n)) return false;
    }
    return true;
}

static bool read_entry(Str line, Entry *e)
{
    Str hash = str_cut(&line, ' '), bytes = str_cut(&line, ' ');
    e->path = line;
    e->met = false;
    return hash.n == HEX && hex_parse(hash, e->sm3, SM3_BYTES) && num_parse_i64(bytes, &e->bytes) &&
           e->bytes >= 0 && path_ok(line);
}

Rc list_read(Ctx *ctx, const char *dir, StrBuf *findings, BackupInfo *info, Entry **out, size_t *n)
{
    Str list, want;
    *info = (BackupInfo){0};
    TRY(read_head(ctx, dir, findings, info, &want));
    Rc rc = backup__read_small(ctx, arena_printf(ctx->arena, "%s/" BACKUP_LIST, dir), &list);
    if (rc < 0 || !str_is(want, sm3_of(ctx, list))) {
        ctx_clear(ctx);
        return damaged(ctx, findings, BACKUP_LIST, changed);
    }
    size_t lines = 0;
    for (size_t i = 0; i < list.n; i++) lines += list.p[i] == '\n';
    *out = ARENA_ARRAY(ctx->arena, Entry, lines + 1);
    *n = 0;
    while (list.n) {
        if (*n > lines || !read_entry(str_cut(&list, '\n'), &(*out)[*n]))
            return damaged(ctx, findings, BACKUP_LIST, (Text)T("有无法读取的行", "a line cannot be read"));
        ++*n;
    }
    if ((int64_t)*n == info->files) return RC_OK;
    return damaged(ctx, findings, BACKUP_LIST, (Text)T("文件数不符", "the number of files is wrong"));
}
