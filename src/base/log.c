/* Log lines. A line is built in memory and leaves in one write(2), so that lines of several threads do not
 * mix. */
#include "base/log.h"
#include "base/clock.h"
#include "base/json.h"
#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static atomic_int log_least = LOG_INFO;

void log_set_level(LogLevel level)
{
    atomic_store(&log_least, (int)level);
}

bool log_parse_level(Str s, LogLevel *out)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
        if (str_is(s, level_names[i])) {
            *out = (LogLevel)i;
            return true;
        }
    return false;
}

static void write_all(Str s)
{
    while (s.n) {
        ssize_t done = write(STDERR_FILENO, s.p, s.n);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return; /* a log that cannot be written has nowhere to complain */
        s = str_n(s.p + done, s.n - (size_t)done);
    }
}

static void add_field(JsonOut *o, const LogField *f)
{
    jout_key(o, f->name);
    switch (f->type) {
    case LOG_F_I64:
        jout_i64(o, f->i);
        break;
    case LOG_F_F64:
        jout_f64(o, f->f);
        break;
    case LOG_F_STR:
        jout_str(o, f->s);
        break;
    }
}

void log_line(LogLevel level, const char *area, const char *msg, const LogField *fields, size_t n)
{
    if ((int)level < atomic_load(&log_least)) return;
    Arena *arena = arena_new(0);
    StrBuf buf;
    buf_init(&buf, arena);
    JsonOut o;
    jout_init(&o, &buf);
    jout_open(&o);
    jout_kt(&o, "t", clock_now());
    jout_kz(&o, "level", level_names[level]);
    jout_kz(&o, "area", area);
    jout_kz(&o, "msg", msg);
    for (size_t i = 1; i < n; i++) add_field(&o, &fields[i]);
    jout_close(&o);
    buf_addc(&buf, '\n');
    write_all(buf_str(&buf));
    arena_free(&arena);
}

static const char *field_list(const Ctx *ctx)
{
    enum { SHOWN = 5 };
    StrBuf list;
    buf_init(&list, ctx->arena);
    int shown = 0;
    for (const FieldError *e = ctx->err.fields; e; e = e->next) {
        if (shown++ == SHOWN) {
            buf_addz(&list, "; ...");
            break;
        }
        buf_printf(&list, "%s%s (%s, line %lld): %s", shown > 1 ? "; " : "", e->field ? e->field : "",
                   e->code, (long long)e->line, e->message);
    }
    return list.p ? list.p : "";
}

void log_err(LogLevel level, const char *area, const Ctx *ctx)
{
    const Err *e = &ctx->err;
    LOG(level, area, e->message ? e->message : "failure", LOG_Z("kind", rc_name(e->kind)),
        LOG_Z("code", e->code), LOG_Z("cause", e->cause), LOG_Z("fields", field_list(ctx)),
        LOG_Z("file", e->file), LOG_I64("line", e->line));
}
