/* The text of a pdf, by the pdftotext program (poppler-utils) in a child process: linking poppler would make
 * the whole program GPL, and a parser of pdf is better kept outside. The pdf goes in as an unnamed file in
 * memory, the text comes back through a pipe; time, memory and output are limited, and the child is always
 * waited for. */
#include "decode.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHILD_SECONDS 30
#define CHILD_MEMORY  (1u << 30)

typedef struct Child {
    pid_t pid;
    int from;
} Child;

static void limit(int what, rlim_t to)
{
    struct rlimit r = {to, to};
    setrlimit(what, &r);
}

/* Between fork and exec: only what is safe after the fork of a process with threads. */
static _Noreturn void become_pdftotext(int in, int out)
{
    static char *const argv[] = {"pdftotext", "-q", "-layout", "-enc", "UTF-8", "-", "-", NULL};
    static char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    int null = open("/dev/null", O_WRONLY);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(126);
    limit(RLIMIT_CPU, CHILD_SECONDS);
    limit(RLIMIT_AS, CHILD_MEMORY);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    execvpe(argv[0], argv, env);
    _exit(127);
}

static bool child_start(Child *c, Str bytes)
{
    int in = memfd_create("pdf", MFD_CLOEXEC), pipes[2];
    if (in < 0) return false;
    for (size_t done = 0; done < bytes.n;) {
        ssize_t n = write(in, bytes.p + done, bytes.n - done);
        if (n <= 0) return close(in), false;
        done += (size_t)n;
    }
    if (lseek(in, 0, SEEK_SET) < 0 || pipe2(pipes, O_CLOEXEC) < 0) return close(in), false;
    c->pid = fork();
    if (c->pid == 0) become_pdftotext(in, pipes[1]);
    close(in);
    close(pipes[1]);
    c->from = pipes[0];
    if (c->pid < 0) close(pipes[0]);
    return c->pid > 0;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* false: over the time or the size. */
static bool child_read(Child *c, StrBuf *out)
{
    int64_t end = now_ms() + CHILD_SECONDS * 1000;
    char block[65536];
    for (;;) {
        int64_t left = end - now_ms();
        struct pollfd p = {c->from, POLLIN, 0};
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        ssize_t n = read(c->from, block, sizeof block);
        if (n == 0) return true;
        if (n < 0 || out->n + (size_t)n > POLICY_MAX_BYTES) return false;
        buf_add(out, str_n(block, (size_t)n));
    }
}

static int child_end(Child *c, bool whole)
{
    int status = 0;
    if (!whole) kill(c->pid, SIGKILL);
    close(c->from);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Rc policy__pdf_text(Ctx *ctx, Str bytes, Str *out)
{
    Child c;
    StrBuf text;
    buf_init(&text, ctx->arena);
    if (!child_start(&c, bytes))
        return FAIL(ctx, RC_IO, "policy.pdf_program", "无法启动 pdftotext", "pdftotext cannot be started");
    bool whole = child_read(&c, &text);
    int status = child_end(&c, whole);
    if (status == 127)
        return FAIL(ctx, RC_IO, "policy.pdf_program",
                    "未安装 pdftotext（软件包 poppler-utils），无法读取 pdf",
                    "pdftotext is not installed (package poppler-utils): pdf cannot be read");
    if (!whole)
        return FAIL(ctx, RC_TOO_LARGE, "policy.too_large", "pdf 的文字过多或读取超时",
                    "the pdf has too much text or takes too long");
    if (status != 0)
        return FAIL(ctx, RC_SYNTAX, "policy.damaged", "pdf 已损坏或设有密码", "the pdf is damaged or locked");
    *out = text.p ? buf_str(&text) : STR("");
    return RC_OK;
}
