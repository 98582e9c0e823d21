/* Against the real mosquitto, on a port of its own with a temporary configuration: a child process takes
 * readings and is killed again and again while a sender goes on; the persistent session gives everything that
 * was not acknowledged once more, and in the end every reading that the broker took is in the store. Then
 * passwords and TLS. Skipped where mosquitto is not installed. */
#include "test_support.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { READINGS = 4000, KILLS = 4 };

static const char broker_path[] = "/usr/sbin/mosquitto";
static char dir[256];
static pid_t broker;
static int broker_port;

static void write_file(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void run_broker(const char *more)
{
    char text[2000], path[512];
    int fd = listen_any(&broker_port);
    close(fd);
    snprintf(text, sizeof text, "user root\nlistener %d 127.0.0.1\nmax_queued_messages 0\nlog_type none\n%s",
             broker_port, more);
    write_file("mosquitto.conf", text);
    snprintf(path, sizeof path, "%s/mosquitto.conf", dir);
    char *argv[] = {(char *)(uintptr_t)broker_path, "-c", path, NULL}, *env[] = {NULL};
    assert_int_equal(posix_spawn(&broker, broker_path, NULL, NULL, argv, env), 0);
    for (int i = 0; (fd = dial(broker_port)) < 0; i++) {
        assert_true(i < PATIENCE_MS / 20);
        usleep(20000);
    }
    close(fd);
}

static void end_process(pid_t *p, int how)
{
    if (*p <= 0) return;
    kill(*p, how);
    waitpid(*p, NULL, 0);
    *p = 0;
}

static int setup(void **state)
{
    (void)state;
    test_dir(dir, sizeof dir);
    gate_set(false, false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    end_process(&broker, SIGKILL);
    test_dir_remove(dir);
    return 0;
}

/* ---- The child: a store and a client on it; says "u" when it is subscribed and "e" at the last reading ----
 */

static int child_says;

static void say(char c)
{
    if (write(child_says, &c, 1) != 1) _exit(3);
}

static void child_up(void *ud)
{
    (void)ud;
    say('u');
}

static void child_down(void *ud, MqttFault why)
{
    (void)ud;
    (void)why;
}

static void child_frame(void *ud, Str frame, size_t readings)
{
    MqttMessage m;
    size_t whole;
    (void)ud;
    (void)readings;
    if (mqtt_frame_read(frame, &m, &whole) && str_is(m.topic, "anlan/P2")) say('e');
}

static void child_refused(void *ud, Str frame, const char *code, Str detail)
{
    (void)ud;
    (void)frame;
    (void)code;
    (void)detail;
    say('x');
}

static _Noreturn void child(const char *store)
{
    sigset_t set;
    int which;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    Intake *in = test_intake(store);
    MqttOptions o = test_options(broker_port);
    MqttHooks hooks = {NULL, child_up, child_down, child_frame, child_refused};
    MqttClient *c = mqtt_client_start(&o, in, &hooks);
    sigwait(&set, &which);
    mqtt_client_stop(&c);
    intake_close(&in);
    _exit(0);
}

static pid_t start_child(const char *store, int *heard)
{
    int pipe_of[2];
    assert_int_equal(pipe2(pipe_of, O_CLOEXEC), 0);
    pid_t p = fork();
    if (p == 0) {
        child_says = pipe_of[1];
        child(store);
    }
    close(pipe_of[1]);
    *heard = pipe_of[0];
    return p;
}

static void hear(int fd, char want)
{
    char c = 0;
    while (c != want) {
        if (!readable(fd, PATIENCE_MS)) fail_msg("the child does not say %c", want);
        if (read(fd, &c, 1) != 1) fail_msg("the child ended");
        assert_int_not_equal(c, 'x');
    }
}

/* ---- The sender ---- */

static int connect_sender(void)
{
    static const unsigned char hello[] = "\0\4MQTT\4\2\0\0\0\6sender";
    int fd = dial(broker_port);
    assert_true(fd >= 0);
    packet_send(fd, 0x10, hello, sizeof hello - 1);
    Packet p;
    assert_true(packet_read(fd, &p) && p.type == 0x20 && p.body[1] == 0);
    return fd;
}

/* Publishes and waits until the broker has it. */
static void send_reading(int fd, const char *topic, int i)
{
    char payload[64];
    Packet p;
    snprintf(payload, sizeof payload, "{\"t\":%d,\"v\":%d.5}", 1000 + i, i);
    publish(fd, topic, payload, (uint16_t)(i % 65535 + 1), false);
    assert_true(packet_read(fd, &p) && p.type == 0x40);
}

static void check_store(const char *store)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    Intake *in = test_intake(store);
    SeriesRow *rows;
    size_t n = 0;
    assert_int_equal(
        series_range(&ctx, intake_series(in), 1, 0, INT64_C(4102444800000), READINGS + 1, &rows, &n), RC_OK);
    assert_int_equal(n, READINGS);
    for (int i = 0; i < READINGS; i++) assert_true(rows[i].t == 1000 + i && rows[i].v == i + 0.5);
    intake_close(&in);
    arena_free(&a);
}

static void nothing_is_lost_when_the_program_is_killed(void **state)
{
    (void)state;
    char store[512];
    int heard;
    if (access(broker_path, X_OK) != 0) skip();
    snprintf(store, sizeof store, "%s/store", dir);
    assert_int_equal(mkdir(store, 0700), 0);
    run_broker("allow_anonymous true\n");
    pid_t p = start_child(store, &heard);
    hear(heard, 'u');
    int fd = connect_sender();
    for (int i = 0, kills = 0; i < READINGS; i++) {
        send_reading(fd, "anlan/P1", i);
        if (i % (READINGS / KILLS) != READINGS / KILLS / 2 + kills * 17) continue;
        end_process(&p,
                    SIGKILL); /* in the middle of the stream; it goes on without the program for a while */
        close(heard);
        for (int k = 0; k < 100 && i + 1 < READINGS; k++) send_reading(fd, "anlan/P1", ++i);
        p = start_child(store, &heard);
        kills++;
    }
    send_reading(fd, "anlan/P2", 0);
    hear(heard, 'e');
    end_process(&p, SIGTERM);
    close(heard);
    close(fd);
    check_store(store);
}

/* ---- Passwords and TLS ---- */

typedef struct Outcome {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool up, down;
    MqttFault why;
} Outcome;

static void outcome_up(void *ud)
{
    Outcome *o = ud;
    pthread_mutex_lock(&o->lock);
    o->up = true;
    pthread_cond_signal(&o->came);
    pthread_mutex_unlock(&o->lock);
}

static void outcome_down(void *ud, MqttFault why)
{
    Outcome *o = ud;
    pthread_mutex_lock(&o->lock);
    o->down = true;
    o->why = why;
    pthread_cond_signal(&o->came);
    pthread_mutex_unlock(&o->lock);
}

static MqttFault try_to_connect(Intake *in, const MqttOptions *opt)
{
    Outcome o = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    MqttHooks hooks = {&o, outcome_up, outcome_down, child_frame, child_refused};
    MqttClient *c = mqtt_client_start(opt, in, &hooks);
    pthread_mutex_lock(&o.lock);
    while (!o.up && !o.down) pthread_cond_wait(&o.came, &o.lock);
    MqttFault f = o.up ? MQTT_FINE : o.why;
    pthread_mutex_unlock(&o.lock);
    mqtt_client_stop(&c);
    return f;
}

/* ---- Qualities of service, and what the broker kept ---- */

typedef struct Seen {
    pthread_mutex_t lock;
    pthread_cond_t came;
    unsigned n;
    char text[8][64]; /* "anlan/P1 qos 1", with what was refused */
} Seen;

static void see(Seen *s, Str frame, const char *code)
{
    MqttMessage m;
    size_t whole;
    pthread_mutex_lock(&s->lock);
    if (mqtt_frame_read(frame, &m, &whole) && s->n < ARRAY_LEN(s->text))
        snprintf(s->text[s->n++], sizeof s->text[0], "%.*s qos %d%s%s", STR_ARG(m.topic), m.qos,
                 *code ? " " : "", code);
    pthread_cond_signal(&s->came);
    pthread_mutex_unlock(&s->lock);
}

static void seen_nothing(void *ud)
{
    (void)ud;
}

static void seen_frame(void *ud, Str frame, size_t readings)
{
    (void)readings;
    see(ud, frame, "");
}

static void seen_refused(void *ud, Str frame, const char *code, Str detail)
{
    (void)detail;
    see(ud, frame, code);
}

static void seen_wait(Seen *s, const char *what)
{
    bool there = false;
    pthread_mutex_lock(&s->lock);
    while (!there) {
        for (unsigned i = 0; i < s->n; i++) there |= strcmp(s->text[i], what) == 0;
        if (!there) pthread_cond_wait(&s->came, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
}

static void send_message(int fd, unsigned type, const char *topic, const char *payload)
{
    unsigned char body[200] = {0, (unsigned char)strlen(topic)};
    size_t n = 2 + strlen(topic);
    memcpy(body + 2, topic, strlen(topic));
    if (type & 6) {
        body[n++] = 0;
        body[n++] = 9;
    }
    memcpy(body + n, payload, strlen(payload));
    packet_send(fd, type, body, n + strlen(payload));
    Packet p;
    if (type & 6) assert_true(packet_read(fd, &p) && p.type == (type & 4 ? 0x50 : 0x40));
    if (!(type & 4)) return;
    packet_send(fd, 0x62, p.body, 2);
    assert_true(packet_read(fd, &p) && p.type == 0x70);
}

static void nothing_comes_with_a_higher_quality_than_one(void **state)
{
    (void)state;
    if (access(broker_path, X_OK) != 0) skip();
    run_broker("allow_anonymous true\n");
    int fd = connect_sender();
    send_message(fd, 0x33, "anlan/P1", "{\"v\":1}"); /* kept by the broker */
    send_message(fd, 0x33, "anlan/P2", "{\"t\":5,\"v\":1}");
    Seen seen = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    MqttHooks hooks = {&seen, seen_nothing, child_down, seen_frame, seen_refused};
    Intake *in = test_intake(dir);
    MqttOptions o = test_options(broker_port);
    MqttClient *c = mqtt_client_start(&o, in, &hooks);
    seen_wait(&seen, "anlan/P1 qos 1 retained");
    seen_wait(&seen, "anlan/P2 qos 1");
    send_message(fd, 0x34, "site/2/temp", "2");
    seen_wait(&seen, "site/2/temp qos 1");
    send_message(fd, 0x30, "site/0/temp", "0");
    seen_wait(&seen, "site/0/temp qos 0");
    mqtt_client_stop(&c);
    intake_close(&in);
    close(fd);
}

static void shell(const char *format, ...)
{
    char cmd[4000], part[3000];
    va_list ap;
    va_start(ap, format);
    vsnprintf(part, sizeof part, format, ap);
    va_end(ap);
    snprintf(cmd, sizeof cmd, "cd '%s' && %s >/dev/null 2>&1", dir, part);
    assert_int_equal(system(cmd), 0);
}

static void passwords_are_asked_for(void **state)
{
    (void)state;
    char more[600];
    if (access(broker_path, X_OK) != 0) skip();
    shell("mosquitto_passwd -b -c users anlan secret");
    snprintf(more, sizeof more, "allow_anonymous false\npassword_file %s/users\n", dir);
    run_broker(more);
    Intake *in = test_intake(dir);
    MqttOptions o = test_options(broker_port);
    assert_int_equal(try_to_connect(in, &o), MQTT_REFUSED_LOGIN);
    o.user = "anlan";
    o.password = "wrong";
    assert_int_equal(try_to_connect(in, &o), MQTT_REFUSED_LOGIN);
    o.password = "secret";
    assert_int_equal(try_to_connect(in, &o), MQTT_FINE);
    end_process(&broker, SIGKILL);
    assert_int_equal(try_to_connect(in, &o), MQTT_NO_ANSWER);
    intake_close(&in);
}

static void certificates_are_checked(void **state)
{
    (void)state;
    char more[2000], ca[512], cert[512], key[512], other[512];
    if (access(broker_path, X_OK) != 0) skip();
    shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem "
          "-days 2 "
          "-subj /CN=ca && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "
          "other.key "
          "-out other.pem -days 2 -subj /CN=other && for who in server client; do "
          "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $who.key -out $who.csr "
          "-subj /CN=$who && echo subjectAltName=IP:127.0.0.1 >ext && "
          "openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out "
          "$who.pem; "
          "done");
    snprintf(more, sizeof more,
             "allow_anonymous true\ncafile %s/ca.pem\ncertfile %s/server.pem\nkeyfile %s/server.key\n"
             "require_certificate true\n",
             dir, dir, dir);
    run_broker(more);
    snprintf(ca, sizeof ca, "%s/ca.pem", dir);
    snprintf(other, sizeof other, "%s/other.pem", dir);
    snprintf(cert, sizeof cert, "%s/client.pem", dir);
    snprintf(key, sizeof key, "%s/client.key", dir);
    Intake *in = test_intake(dir);
    MqttOptions o = test_options(broker_port);
    o.tls = true;
    o.cafile = ca;
    o.cert = cert;
    o.key = key;
    assert_int_equal(try_to_connect(in, &o), MQTT_FINE);
    o.host = "localhost"; /* the certificate is for the address only */
    assert_int_equal(try_to_connect(in, &o), MQTT_TLS_FAILED);
    o.host = "127.0.0.1";
    o.cafile = other;
    assert_int_equal(try_to_connect(in, &o), MQTT_TLS_FAILED);
    o.cafile = "";
    assert_int_equal(try_to_connect(in, &o), MQTT_TLS_FAILED);
    o.cafile = ca;
    o.cert = o.key = "";
    assert_int_not_equal(try_to_connect(in, &o), MQTT_FINE);
    o.cert = cert;
    o.key = ca; /* no key */
    assert_int_equal(try_to_connect(in, &o), MQTT_TLS_FAILED);
    intake_close(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_lost_when_the_program_is_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_comes_with_a_higher_quality_than_one, setup, teardown),
        cmocka_unit_test_setup_teardown(passwords_are_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(certificates_are_checked, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
