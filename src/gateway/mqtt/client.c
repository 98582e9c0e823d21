/* The client's thread: a connection, and on it rounds of read, commit, acknowledge. Whatever goes wrong ends
 * the connection without sending what was queued, waits (1 s, doubling up to a minute, some of it by chance)
 * and begins anew; the persistent session at the broker has everything that was not acknowledged. */
#include "base/log.h"
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { WAIT_MIN_MS = 1000, WAIT_MAX_MS = 60000, TICK_MS = 1000, OPEN_MAX_MS = 15000, BUSY_MS = 5 };

struct MqttClient {
    Arena *arena;
    MqttSettings *settings;
    MqttHooks hooks;
    Round *round;
    pthread_t thread;
    int bell; /* eventfd: stop */
    atomic_bool stop;
    bool subscribed; /* in this session, by this program */
    unsigned seed;
};

static int64_t now_ms(void)
{
    return clock_mono_us() / 1000;
}

static void sleep_ms(MqttClient *c, int64_t ms)
{
    struct pollfd p = {.fd = c->bell, .events = POLLIN};
    poll(&p, 1, (int)ms);
}

/* Is there something to read right now? */
static bool has_input(const Wire *w)
{
    struct pollfd p = {.fd = wire_fd(w), .events = POLLIN};
    return p.fd >= 0 && poll(&p, 1, 0) == 1;
}

/* Everything that has come, up to a batch's limits. A connection that breaks meanwhile still has its readings
 * committed: for messages of QoS 0 there is no other chance. */
static MqttFault read_round(MqttClient *c, Wire *w)
{
    MqttFault f;
    do f = wire_read(w);
    while (f == MQTT_FINE && !round_full(c->round) && has_input(w));
    return f;
}

static MqttFault commit_round(MqttClient *c)
{
    RoundEnd end = round_commit(c->round);
    while (end == ROUND_BUSY && !atomic_load(&c->stop)) {
        sleep_ms(c, BUSY_MS);
        end = round_commit(c->round);
    }
    if (end == ROUND_DONE) {
        round_show(c->round, &c->hooks);
        return MQTT_FINE;
    }
    round_drop(c->round);
    return end == ROUND_BUSY ? MQTT_LOST : MQTT_DISK;
}

/* Waits for input, room for output, the next second, or the end of the program. Returns whether input came.
 */
static bool wait_wire(MqttClient *c, Wire *w)
{
    struct pollfd p[2] = {{.fd = wire_fd(w), .events = POLLIN}, {.fd = c->bell, .events = POLLIN}};
    if (wire_wants_write(w) || !wire_ready(w)) p[0].events |= POLLOUT;
    poll(p, 2, TICK_MS);
    return (p[0].revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0;
}

/* One turn; what is read is committed before anything is sent. */
static MqttFault turn(MqttClient *c, Wire *w)
{
    MqttFault f = MQTT_FINE;
    if (wait_wire(c, w)) {
        f = read_round(c, w);
        MqttFault disk = commit_round(c);
        if (disk != MQTT_FINE) f = disk;
    }
    if (f == MQTT_FINE) f = wire_tick(w);
    if (f == MQTT_FINE) f = wire_write(w);
    return f;
}

/* Until the connection ends; *up says whether it was one. */
static MqttFault converse(MqttClient *c, Wire *w, bool *up)
{
    int64_t began = now_ms();
    MqttFault f = MQTT_FINE;
    while (f == MQTT_FINE && !atomic_load(&c->stop)) {
        f = turn(c, w);
        if (f != MQTT_FINE) break;
        if (!*up && wire_ready(w)) {
            *up = c->subscribed = true;
            c->hooks.up(c->hooks.ud);
        } else if (!*up && now_ms() - began > OPEN_MAX_MS) {
            f = MQTT_NO_ANSWER;
        } else if (!*up) {
            sleep_ms(c, 1); /* a TLS handshake may ask for POLLOUT again and again */
        }
    }
    return f;
}

static void connection(MqttClient *c, int64_t *wait)
{
    const WireOptions opt = {.mqtt = &c->settings->o,
                             .filters = c->settings->filters,
                             .nfilters = c->settings->nfilters,
                             .keep = c->subscribed,
                             .message = round_take,
                             .ud = c->round};
    Wire *w;
    bool up = false;
    MqttFault f = wire_open(&opt, &w);
    if (f == MQTT_FINE) f = converse(c, w, &up);
    if (f == MQTT_FINE) wire_end(&w);
    else wire_close(&w);
    if (up) *wait = WAIT_MIN_MS;
    c->hooks.down(c->hooks.ud, f);
}

static void *run(void *ud)
{
    MqttClient *c = ud;
    int64_t wait = WAIT_MIN_MS;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    pthread_setname_np(pthread_self(), "mqtt");
    while (!atomic_load(&c->stop)) {
        connection(c, &wait);
        if (atomic_load(&c->stop)) break;
        sleep_ms(c, wait * 3 / 4 + rand_r(&c->seed) % (wait / 2));
        wait = wait * 2 < WAIT_MAX_MS ? wait * 2 : WAIT_MAX_MS;
    }
    return NULL;
}

static void free_client(MqttClient *c)
{
    if (c->bell >= 0) close(c->bell);
    free(c->round);
    arena_free(&c->arena);
    free(c);
}

MqttClient *mqtt_client_start(const MqttOptions *o, Intake *in, const MqttHooks *hooks)
{
    MqttClient *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->arena = arena_new(0);
    c->settings = mqtt_settings(c->arena, o);
    c->hooks = *hooks;
    c->seed = (unsigned)clock_mono_us();
    c->round = calloc(1, sizeof *c->round);
    c->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (c->round) *c->round = (Round){.settings = c->settings, .intake = in};
    if (!c->round || c->bell < 0 || !wire_library_start()) {
        free_client(c);
        return NULL;
    }
    if (pthread_create(&c->thread, NULL, run, c) != 0) {
        wire_library_stop();
        free_client(c);
        return NULL;
    }
    return c;
}

void mqtt_client_stop(MqttClient **client)
{
    MqttClient *c = *client;
    if (!c) return;
    *client = NULL;
    atomic_store(&c->stop, true);
    uint64_t one = 1;
    if (write(c->bell, &one, sizeof one) < 0) LOG(LOG_WARN, "mqtt", "the thread could not be woken");
    pthread_join(c->thread, NULL);
    wire_library_stop();
    free_client(c);
}
