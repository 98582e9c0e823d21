/* A connection has one request under way; whoever is answered takes the next one in line, so the order of
 * sending is that of the steps, give or take the requests in flight. A 503 is sent again by the same
 * connection after a pause. The clock can stop a run, but only between two steps, so that what was sent can
 * be told. */
#include "connect.h"
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 8192, EVENTS_AT_ONCE = 128, PAUSE_MS = 50, VALUES_MAX = 1024 };
#define PROBE_PATIENCE_S 20.0

typedef struct Conn {
    int fd;
    bool subscriber, idle;
    size_t post; /* under way */
    size_t sent, got;
    double since, resume; /* resume: when a refused request goes out again; 0: none */
    char answer[ANSWER_MAX];
} Conn;

typedef struct Run {
    const SendPlan *plan;
    const Posts *posts;
    SendResult *out;
    Conn *conns;
    int nconns, epoll;
    size_t next, answered, until; /* until: requests that will be sent in all */
    double started;
    float *ms;
    double values_at; /* the newest batch of map values */
    float values_ms[VALUES_MAX];
    size_t nvalues;
    Probe probe;
    bool failed;
} Run;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fail(Run *r, const char *what)
{
    if (!r->failed) snprintf(r->out->first_error, sizeof r->out->first_error, "%s", what);
    r->failed = true;
}

static void watch_conn(Run *r, Conn *c, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = c};
    epoll_ctl(r->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

/* ---- Requests ---- */

static void send_on(Run *r, Conn *c)
{
    const Post *p = &r->posts->post[c->post];
    while (c->sent < p->n) {
        ssize_t n =
            send(c->fd, r->posts->bytes + p->at + c->sent, p->n - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) {
            watch_conn(r, c, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n <= 0) {
            fail(r, "a connection was closed while sending");
            return;
        }
        c->sent += (size_t)n;
    }
    watch_conn(r, c, EPOLLIN);
}

static void start_post(Run *r, Conn *c, size_t post)
{
    c->post = post;
    c->sent = c->got = 0;
    c->resume = 0;
    c->idle = false;
    c->since = now_s();
    send_on(r, c);
}

/* The clock ends the run at the end of the step that is being sent. */
static void check_clock(Run *r)
{
    if (r->until < r->posts->count || now_s() - r->started < r->plan->seconds) return;
    uint32_t step = r->posts->post[r->next < r->posts->count ? r->next : r->posts->count - 1].step;
    while (r->until > r->next && r->posts->post[r->until - 1].step > step) r->until--;
}

/* At a fixed rate: is the next request due? */
static bool is_due(const Run *r)
{
    if (r->plan->rate <= 0) return true;
    double sent = (double)r->next * (double)r->posts->post[0].readings;
    return sent <= (now_s() - r->started) * r->plan->rate;
}

static void take_next(Run *r, Conn *c)
{
    check_clock(r);
    c->idle = r->next >= r->until || !is_due(r);
    if (!c->idle) start_post(r, c, r->next++);
}

/* Length of the whole answer in c->answer, 0: not all of it is there yet. */
static size_t answer_length(const Conn *c)
{
    const char *end = memmem(c->answer, c->got, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t head = (size_t)(end - c->answer) + 4, body = 0;
    for (const char *p = c->answer; p < end; p++)
        if (*p == '\n' && strncasecmp(p + 1, "content-length:", 15) == 0) body = strtoul(p + 16, NULL, 10);
    return c->got >= head + body ? head + body : 0;
}

static void note_answer(Run *r, Conn *c)
{
    const Post *p = &r->posts->post[c->post];
    int status = atoi(c->answer + 9);
    if (status == 503) {
        r->out->busy++;
        c->resume = now_s() + PAUSE_MS * 1e-3;
        return;
    }
    r->ms[r->answered++] = (float)((now_s() - c->since) * 1e3);
    if (status == 204) {
        r->out->acked += p->readings;
        r->out->sum += p->sum;
        r->out->posts++;
    } else if (r->out->errors++ == 0) {
        const char *body = memmem(c->answer, c->got, "\r\n\r\n", 4);
        snprintf(r->out->first_error, sizeof r->out->first_error, "%d: %.200s", status, body ? body + 4 : "");
    }
    take_next(r, c);
}

static void read_answer(Run *r, Conn *c)
{
    ssize_t n = recv(c->fd, c->answer + c->got, sizeof c->answer - 1 - c->got, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        fail(r, "a connection was closed by the server");
        return;
    }
    c->got += (size_t)n;
    c->answer[c->got] = 0;
    if (answer_length(c)) note_answer(r, c);
    else if (c->got + 1 == sizeof c->answer) fail(r, "an answer is longer than any expected");
}

/* Requests refused a moment ago, and at a fixed rate those that have become due. */
static void resume_paused(Run *r)
{
    double now = now_s();
    for (int i = 0; i < r->plan->connections && !r->failed; i++) {
        Conn *c = &r->conns[i];
        if (c->resume > 0 && c->resume <= now) start_post(r, c, c->post);
        else if (c->idle && r->plan->rate > 0) take_next(r, c);
    }
}

/* ---- Subscribers ---- */

static bool subscribe(Run *r, Conn *c)
{
    char head[512];
    c->fd = connect_local(r->plan->port);
    int n = snprintf(head, sizeof head,
                     "GET /api/events?topics=alarms,values HTTP/1.1\r\nHost: localhost\r\n"
                     "Authorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n",
                     r->plan->token);
    if (c->fd < 0 || send(c->fd, head, (size_t)n, MSG_NOSIGNAL) != n) return false;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    c->subscriber = true;
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &e) == 0;
}

/* When a batch of map values begins. A name cut in two by the end of a read is missed; there are many. */
static void note_values(Run *r, const char *text, size_t n)
{
    double now = now_s();
    if (!memmem(text, n, "\nevent: values", 14)) return;
    if (r->values_at > 0 && r->nvalues < VALUES_MAX)
        r->values_ms[r->nvalues++] = (float)((now - r->values_at) * 1e3);
    r->values_at = now;
}

static void read_events(Run *r, Conn *c)
{
    static char buf[262144];
    ssize_t n = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { /* cut off as too slow: come back */
        r->out->cut++;
        close(c->fd);
        if (!subscribe(r, c)) fail(r, "a subscriber could not come back");
        return;
    }
    r->out->event_bytes += (uint64_t)n;
    if (c == &r->conns[r->plan->connections]) note_values(r, buf, (size_t)n);
    const char *p = buf, *end = buf + n;
    while ((p = memmem(p, (size_t)(end - p), "\nevent: ", 8))) {
        r->out->events++;
        p += 8;
    }
}

/* ---- The loop ---- */

static bool open_probe(Run *r)
{
    struct epoll_event answer = {.events = EPOLLIN, .data.ptr = &r->probe.post};
    struct epoll_event events = {.events = EPOLLIN, .data.ptr = &r->probe.stream};
    return probe_open(&r->probe, r->plan) &&
           epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->probe.post, &answer) == 0 &&
           epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->probe.stream, &events) == 0;
}

static bool open_all(Run *r)
{
    if (r->plan->probe && !open_probe(r)) return false;
    for (int i = 0; i < r->nconns; i++) {
        Conn *c = &r->conns[i];
        if (i >= r->plan->connections) {
            if (!subscribe(r, c)) return false;
            continue;
        }
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        c->fd = connect_local(r->plan->port);
        if (c->fd < 0 || epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0) return false;
    }
    return true;
}

static void handle(Run *r, const struct epoll_event *e)
{
    if (e->data.ptr == &r->probe.post) {
        probe_read_answer(&r->probe);
        return;
    }
    if (e->data.ptr == &r->probe.stream) {
        probe_read_events(&r->probe, now_s());
        return;
    }
    Conn *c = e->data.ptr;
    if (c->subscriber) {
        read_events(r, c);
        return;
    }
    if (e->events & EPOLLOUT) send_on(r, c);
    if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_answer(r, c);
}

static void turn(Run *r)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int n = epoll_wait(r->epoll, events, EVENTS_AT_ONCE, r->plan->rate > 0 ? 1 : PAUSE_MS);
    for (int i = 0; i < n && !r->failed; i++) handle(r, &events[i]);
    resume_paused(r);
    if (r->plan->probe && (r->answered < r->until || r->probe.high)) probe_turn(&r->probe, now_s());
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The last probe's event may still be on its way; and the probe is left below its limits for the next run. */
static void wait_for_probe(Run *r)
{
    double until = now_s() + PROBE_PATIENCE_S;
    while (!r->failed && (r->probe.waits || r->probe.high) && now_s() < until) turn(r);
    Probe *p = &r->probe;
    if (p->waits) fail(r, "an alarm event did not come");
    r->out->probes = p->acked;
    if (!p->n) return;
    qsort(p->ms, p->n, sizeof p->ms[0], by_value);
    r->out->alarm_p50 = (double)p->ms[p->n / 2];
    r->out->alarm_p99 = (double)p->ms[p->n * 99 / 100];
}

static void finish(Run *r)
{
    SendResult *out = r->out;
    out->steps = r->until ? r->posts->post[r->until - 1].step + 1 : 0;
    qsort(r->ms, r->answered, sizeof *r->ms, by_value);
    qsort(r->values_ms, r->nvalues, sizeof r->values_ms[0], by_value);
    if (r->nvalues) {
        out->values_p50 = (double)r->values_ms[r->nvalues / 2];
        out->values_max = (double)r->values_ms[r->nvalues - 1];
    }
    if (!r->answered) return;
    out->ack_p50 = (double)r->ms[r->answered / 2];
    out->ack_p99 = (double)r->ms[r->answered * 99 / 100];
}

bool send_posts(const SendPlan *plan, const Posts *posts, SendResult *result)
{
    *result = (SendResult){0};
    Run r = {.plan = plan,
             .posts = posts,
             .out = result,
             .until = posts->count,
             .probe = {.post = -1, .stream = -1}};
    r.nconns = plan->connections + plan->subscribers;
    r.conns = calloc((size_t)r.nconns, sizeof *r.conns);
    r.ms = calloc(posts->count + 1, sizeof *r.ms);
    r.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!r.conns || !r.ms || r.epoll < 0 || !open_all(&r)) {
        fail(&r, "cannot connect");
    } else {
        r.started = now_s();
        for (int i = 0; i < plan->connections; i++) take_next(&r, &r.conns[i]);
        while (!r.failed && r.answered < r.until) turn(&r);
        result->seconds = now_s() - r.started;
        wait_for_probe(&r);
        finish(&r);
    }
    probe_close(&r.probe);
    for (int i = 0; r.conns && i < r.nconns; i++)
        if (r.conns[i].fd > 0) close(r.conns[i].fd);
    close(r.epoll);
    free(r.conns);
    free(r.ms);
    return !r.failed;
}
