/* The control socket DATA/control.sock: a command line on the same machine asks the live program to do what
 * only the owner of the directory may do. One request, one answer, each a line of JSON; the socket's mode
 * (0600 in a 0700 directory) is the permission. Without a live program the command opens the directory itself
 * and runs the same function. */
#include "app.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <poll.h>
#include <unistd.h>

#define LINE_MOST (1u << 20)

struct Control {
    Core *core;
    int fd, stop_pipe[2];
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    pthread_t thread;
};

static bool address_of(const char *data, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/control.sock", data);
    return n > 0 && (size_t)n < sizeof out->sun_path;
}

static bool read_line(int fd, StrBuf *buf)
{
    char part[4096];
    for (;;) {
        ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        buf_add(buf, str_n(part, (size_t)n));
        if (part[n - 1] == '\n') return true;
        if (buf->n > LINE_MOST) return false;
    }
}

static bool write_all(int fd, Str s)
{
    while (s.n) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        s = str_n(s.p + n, s.n - (size_t)n);
    }
    return true;
}

static void write_error(const Ctx *ctx, JsonOut *out)
{
    jout_key(out, "error");
    jout_open(out);
    jout_ki(out, "kind", ctx->err.kind);
    jout_kz(out, "code", ctx->err.code);
    jout_kz(out, "message", ctx->err.message);
    jout_key(out, "fields");
    jout_open_array(out);
    for (const FieldError *f = ctx->err.fields; f; f = f->next) {
        jout_open(out);
        jout_kz(out, "field", f->field);
        jout_kz(out, "message", f->message);
        jout_ki(out, "line", f->line);
        jout_close(out);
    }
    jout_close_array(out);
    jout_close(out);
}

/* The answer of a command, or its failure, as one object. The command has an arena of its own: what it holds
 * (connections, transactions) is given back before the core may close. */
static void run(Lang lang, Core *core, const Json *request, StrBuf *answer)
{
    JsonOut out;
    Arena *arena = arena_new(0);
    Ctx own, *ctx = &own;
    size_t start = answer->n;
    ctx_init(ctx, arena, lang);
    jout_init(&out, answer);
    jout_open(&out);
    Str name = json_str(json_get(request, "command"));
    Rc rc = RC_NOT_FOUND;
    for (size_t i = 0; i < control_ncommands; i++)
        if (str_is(name, control_commands[i].name))
            rc = control_commands[i].fn(ctx, core, json_get(request, "args"), &out);
    if (rc == RC_NOT_FOUND && !ctx->err.kind)
        FAIL(ctx, RC_NOT_FOUND, "control.unknown", "没有这个命令", "no such command");
    if (rc < 0) {
        answer->n = start;
        jout_init(&out, answer);
        jout_open(&out);
        write_error(ctx, &out);
    }
    jout_close(&out);
    buf_addc(answer, '\n');
    arena_free(&arena);
}

static void serve_one(Control *c, int fd)
{
    struct timeval limit = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    Arena *arena = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, arena, LANG_ZH);
    StrBuf line, answer;
    const Json *request = NULL;
    buf_init(&line, arena);
    buf_init(&answer, arena);
    if (read_line(fd, &line) && json_parse(&ctx, buf_str(&line), &request) >= 0) {
        Lang lang = str_is(json_str(json_get(request, "lang")), "en") ? LANG_EN : LANG_ZH;
        run(lang, c->core, request, &answer);
        write_all(fd, buf_str(&answer));
    }
    arena_free(&arena);
    close(fd);
}

static void *control_run(void *arg)
{
    Control *c = arg;
    struct pollfd fds[] = {{c->fd, POLLIN, 0}, {c->stop_pipe[0], POLLIN, 0}};
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) return NULL;
        if (fds[1].revents) return NULL;
        if (!(fds[0].revents & POLLIN)) continue;
        int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) serve_one(c, fd);
    }
}

Rc control_start(Ctx *ctx, Core *core, Control **out)
{
    struct sockaddr_un address;
    Control *c = calloc(1, sizeof *c);
    ENSURE(c);
    c->core = core;
    c->fd = c->stop_pipe[0] = c->stop_pipe[1] = -1;
    if (!address_of(core->dir.path, &address)) {
        free(c);
        LOG(LOG_WARN, "app", "the data directory's path is too long for a control socket");
        return RC_OK;
    }
    memcpy(c->path, address.sun_path, sizeof c->path);
    unlink(c->path);
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = c->fd >= 0 && bind(c->fd, (struct sockaddr *)&address, sizeof address) == 0 &&
              chmod(c->path, 0600) == 0 && listen(c->fd, 8) == 0 && pipe(c->stop_pipe) == 0 &&
              pthread_create(&c->thread, NULL, control_run, c) == 0;
    if (!ok) {
        Rc rc = FAIL(ctx, RC_IO, "control.socket", "无法建立控制套接字：%s",
                     "cannot make the control socket: %s", strerror(errno));
        if (c->fd >= 0) close(c->fd);
        free(c);
        return rc;
    }
    *out = c;
    return RC_OK;
}

void control_stop(Control **control)
{
    Control *c = *control;
    if (!c) return;
    if (write(c->stop_pipe[1], "x", 1) == 1) pthread_join(c->thread, NULL);
    unlink(c->path);
    close(c->fd);
    close(c->stop_pipe[0]);
    close(c->stop_pipe[1]);
    free(c);
    *control = NULL;
}

/* ---- The caller's side ---- */

static Str request_text(Ctx *ctx, const char *name, const char *const *args)
{
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, ctx->arena);
    jout_init(&out, &buf);
    jout_open(&out);
    jout_kz(&out, "command", name);
    jout_kz(&out, "lang", ctx->lang == LANG_EN ? "en" : "zh");
    jout_key(&out, "args");
    jout_open(&out);
    for (size_t i = 0; args[i]; i += 2)
        if (args[i + 1]) jout_kz(&out, args[i], args[i + 1]);
    jout_close(&out);
    jout_close(&out);
    buf_addc(&buf, '\n');
    return buf_str(&buf);
}

/* 1 answered by a live program, 0 there is none. */
static Rc ask_live(Ctx *ctx, const char *data, Str request, StrBuf *answer)
{
    struct sockaddr_un address;
    if (!address_of(data, &address)) return 0;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return 0;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return 0;
    }
    bool ok = write_all(fd, request) && read_line(fd, answer);
    close(fd);
    return ok ? 1
              : FAIL(ctx, RC_IO, "control.broken", "运行中的服务没有应答", "the live program did not answer");
}

static Rc run_alone(Ctx *ctx, const char *data, const Settings *settings, const Json *request, StrBuf *answer)
{
    Core core;
    TRY(core_open(ctx, data, settings, false, &core));
    run(ctx->lang, &core, request, answer);
    core_close(&core);
    return RC_OK;
}

static Rc pass_error(Ctx *ctx, const Json *error)
{
    int64_t kind = RC_BUG;
    json_i64(json_get(error, "kind"), &kind);
    ctx_clear(ctx);
    Str message = json_str(json_get(error, "message"));
    Rc rc = FAIL(ctx, kind > RC__START && kind < RC__END ? (Rc)kind : RC_BUG,
                 str_z(ctx->arena, json_str(json_get(error, "code"))), "%.*s", "%.*s", STR_ARG(message));
    JSON_EACH(f, json_get(error, "fields"))
    {
        int64_t line = 0;
        json_i64(json_get(f, "line"), &line);
        Str text = json_str(json_get(f, "message"));
        FAIL_FIELD(ctx, str_z(ctx->arena, json_str(json_get(f, "field"))), "field", line, "%.*s", "%.*s",
                   STR_ARG(text));
    }
    return rc;
}

Rc control_call(Ctx *ctx, const char *data, const Settings *settings, const char *name,
                const char *const *args, const Json **answer)
{
    Str request = request_text(ctx, name, args);
    StrBuf text;
    buf_init(&text, ctx->arena);
    Rc live = ask_live(ctx, data, request, &text);
    TRY(live);
    if (!live) {
        const Json *parsed;
        TRY(json_parse(ctx, request, &parsed));
        TRY(run_alone(ctx, data, settings, parsed, &text));
    }
    TRY(json_parse(ctx, buf_str(&text), answer));
    const Json *error = json_get(*answer, "error");
    return error ? pass_error(ctx, error) : RC_OK;
}
