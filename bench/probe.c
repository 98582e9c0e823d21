/* The event stream is searched for the probe's code; one event comes for each reading, because each crosses
 * all limits. */
#include "probe.h"
#include "connect.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PERIOD_S 0.05

bool probe_open(Probe *p, const SendPlan *plan)
{
    char head[512];
    *p = (Probe){.plan = plan, .post = connect_local(plan->port), .stream = connect_local(plan->port)};
    int n = snprintf(head, sizeof head,
                     "GET /api/events?topics=alarms HTTP/1.1\r\nHost: localhost\r\n"
                     "Authorization: Bearer %s\r\nAccept: text/event-stream\r\n\r\n",
                     plan->token);
    return p->post >= 0 && p->stream >= 0 && send(p->stream, head, (size_t)n, MSG_NOSIGNAL) == n;
}

void probe_close(Probe *p)
{
    if (p->post >= 0) close(p->post);
    if (p->stream >= 0) close(p->stream);
}

void probe_turn(Probe *p, double now)
{
    if (p->waits || now < p->next || p->n == PROBES_MAX) return;
    char body[64], text[512];
    p->high = !p->high;
    int nbody = snprintf(body, sizeof body, "reading,point=" PROBE_CODE " v=%d\n", p->high ? 99 : 10);
    int n = snprintf(
        text, sizeof text,
        "POST /write HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
        p->plan->token, nbody, body);
    p->waits = true;
    p->since = now;
    p->next = now + PERIOD_S;
    if (send(p->post, text, (size_t)n, MSG_NOSIGNAL) != n) p->n = PROBES_MAX;
}

void probe_read_answer(Probe *p)
{
    char text[4096];
    ssize_t n = recv(p->post, text, sizeof text - 1, MSG_DONTWAIT);
    if (n == 0) p->n = PROBES_MAX; /* closed: no more */
    if (n > 0 && strncmp(text, "HTTP/1.1 204", 12) == 0) p->acked++;
}

void probe_read_events(Probe *p, double now)
{
    ssize_t n = recv(p->stream, p->text + p->tail, sizeof p->text - p->tail, MSG_DONTWAIT);
    if (n <= 0) return;
    size_t have = p->tail + (size_t)n, keep = sizeof PROBE_CODE + 16;
    bool found = memmem(p->text, have, "\"" PROBE_CODE "\"", sizeof PROBE_CODE + 1) != NULL;
    if (found && p->waits) {
        p->ms[p->n++] = (float)((now - p->since) * 1e3);
        p->waits = false;
    }
    p->tail = found ? 0 : have < keep ? have : keep;
    memmove(p->text, p->text + have - p->tail, p->tail);
}
