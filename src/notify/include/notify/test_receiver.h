/* For tests: real receivers on this machine, see test_receiver.py. Include cmocka.h first. */
#pragma once
#include "base/ctx.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct Receiver {
    char dir[64], log[96];
    pid_t pid;
    int web, mail; /* ports */
    int hold;      /* its input; closed: it ends */
} Receiver;

static inline void receiver_start(Receiver *r)
{
    int in[2], out[2];
    snprintf(r->dir, sizeof r->dir, "/tmp/anlan-receiver.XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    snprintf(r->log, sizeof r->log, "%s/log", r->dir);
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        for (int fd = 3; fd < 64; fd++) close(fd);
        execlp("python3", "python3", ANLAN_SOURCE_DIR "/src/notify/test_receiver.py", r->log, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    r->hold = in[1];
    FILE *f = fdopen(out[0], "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d %d", &r->web, &r->mail), 2);
    fclose(f);
}

static inline void receiver_stop(Receiver *r)
{
    char once[128];
    close(r->hold);
    kill(r->pid, SIGTERM);
    waitpid(r->pid, NULL, 0);
    unlink(r->log);
    snprintf(once, sizeof once, "%s.once", r->log);
    unlink(once);
    rmdir(r->dir);
}

/* All it got so far, in the arena. */
static inline Str receiver_log(Arena *a, const Receiver *r)
{
    FILE *f = fopen(r->log, "re");
    if (!f) return STR("");
    char *buf = arena_alloc(a, 1 << 20);
    size_t n = fread(buf, 1, (1 << 20) - 1, f);
    fclose(f);
    return str_n(buf, n);
}

static inline size_t receiver_count(Arena *a, const Receiver *r, const char *needle)
{
    Str log = receiver_log(a, r), what = str_of(needle);
    size_t n = 0;
    for (ptrdiff_t at; (at = str_find(log, what)) >= 0; n++)
        log = str_n(log.p + at + what.n, log.n - (size_t)at - what.n);
    return n;
}
