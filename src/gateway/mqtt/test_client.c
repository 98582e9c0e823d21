/* The order of acknowledgement and commit, seen from the broker's side: a broker of our own keeps every byte
 * it gets, while the disk's syncs are held back, counted, or refused. */
#include "test_support.h"

enum { MANY = 50, CONNECT = 0x10, PUBACK = 0x40, SUBSCRIBE = 0x82, DISCONNECT = 0xe0, SILENCE_MS = 200 };

/* What the client said to its owner. */
typedef struct Said {
    pthread_mutex_t lock;
    pthread_cond_t more;
    int up, down;
    MqttFault why;
    size_t frames, readings, refused;
    char code[32];
} Said;

static void said_up(void *ud)
{
    Said *s = ud;
    pthread_mutex_lock(&s->lock);
    s->up++;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
}

static void said_down(void *ud, MqttFault why)
{
    Said *s = ud;
    pthread_mutex_lock(&s->lock);
    s->down++;
    s->why = why;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
}

static void said_frame(void *ud, Str frame, size_t readings)
{
    Said *s = ud;
    (void)frame;
    pthread_mutex_lock(&s->lock);
    s->frames++;
    s->readings += readings;
    pthread_mutex_unlock(&s->lock);
}

static void said_refused(void *ud, Str frame, const char *code, Str detail)
{
    Said *s = ud;
    (void)frame;
    (void)detail;
    pthread_mutex_lock(&s->lock);
    s->refused++;
    snprintf(s->code, sizeof s->code, "%s", code);
    pthread_mutex_unlock(&s->lock);
}

typedef struct Bench {
    char dir[256];
    int listener, port;
    Intake *in;
    MqttClient *client;
    Said said;
} Bench;

static int setup(void **state)
{
    Bench *b = calloc(1, sizeof *b);
    b->said.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    b->said.more = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    gate_set(false, false);
    test_dir(b->dir, sizeof b->dir);
    b->listener = listen_any(&b->port);
    b->in = test_intake(b->dir);
    MqttOptions o = test_options(b->port);
    MqttHooks hooks = {&b->said, said_up, said_down, said_frame, said_refused};
    b->client = mqtt_client_start(&o, b->in, &hooks);
    assert_non_null(b->client);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    Bench *b = *state;
    gate_set(false, false);
    mqtt_client_stop(&b->client);
    intake_close(&b->in);
    close(b->listener);
    test_dir_remove(b->dir);
    free(b);
    return 0;
}

static void wait_down(Said *s, int n)
{
    pthread_mutex_lock(&s->lock);
    while (s->down < n) pthread_cond_wait(&s->more, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static void wait_up(Said *s, int n)
{
    pthread_mutex_lock(&s->lock);
    while (s->up < n) pthread_cond_wait(&s->more, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static int accept_client(Bench *b, bool session)
{
    assert_true(readable(b->listener, PATIENCE_MS));
    int fd = accept(b->listener, NULL, NULL);
    Packet p;
    assert_true(packet_read(fd, &p));
    assert_int_equal(p.type, CONNECT);
    assert_memory_equal(p.body, "\0\4MQTT\4", 7); /* 3.1.1 */
    assert_int_equal(p.body[7] & 2, 0);           /* the session is kept */
    assert_int_equal(be16_at(p.body + 8), 30);
    assert_memory_equal(p.body + 10, "\0\12anlan-test", 12);
    packet_send(fd, 0x20, session ? "\1\0" : "\0\0", 2);
    return fd;
}

static void accept_filter(int fd, const char *filter)
{
    Packet p;
    assert_true(packet_read(fd, &p));
    assert_int_equal(p.type, SUBSCRIBE);
    size_t n = be16_at(p.body + 2);
    assert_int_equal(n, strlen(filter));
    assert_memory_equal(p.body + 4, filter, n);
    assert_int_equal(p.body[4 + n], 1);
    unsigned char answer[] = {p.body[0], p.body[1], 1};
    packet_send(fd, 0x90, answer, 3);
}

static int accept_new(Bench *b)
{
    int fd = accept_client(b, false);
    accept_filter(fd, "anlan/#");
    accept_filter(fd, "site/+/temp");
    wait_up(&b->said, 1);
    return fd;
}

static void expect_puback(int fd, unsigned id)
{
    Packet p;
    assert_true(packet_read(fd, &p));
    assert_int_equal(p.type, PUBACK);
    assert_int_equal(be16_at(p.body), id);
}

static size_t stored(Bench *b, uint32_t point)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    SeriesRow *rows;
    size_t n = 0;
    assert_int_equal(
        series_range(&ctx, intake_series(b->in), point, 0, INT64_C(4102444800000), 100000, &rows, &n), RC_OK);
    arena_free(&a);
    return n;
}

static void no_puback_before_the_commit(void **state)
{
    Bench *b = *state;
    int fd = accept_new(b);
    gate_set(true, false);
    char payload[64];
    for (int i = 0; i < MANY; i++) {
        snprintf(payload, sizeof payload, "{\"t\":%d,\"v\":%d}", 1000 + i, i);
        publish(fd, "anlan/P1", payload, (uint16_t)(i + 1), false);
    }
    gate_wait_for_a_sync(); /* the readings are in the log's buffer, and the disk is busy with it */
    assert_false(readable(fd, SILENCE_MS));
    gate_set(false, false);
    for (unsigned i = 0; i < MANY; i++) expect_puback(fd, i + 1);
    assert_int_equal(stored(b, 1), MANY);
    assert_false(readable(fd, SILENCE_MS));
    close(fd);
}

/* One message at a time: between its sending and its acknowledgement a sync has ended, each time. */
static void each_puback_follows_a_sync(void **state)
{
    Bench *b = *state;
    int fd = accept_new(b);
    char payload[64];
    for (unsigned i = 1; i <= 200; i++) {
        snprintf(payload, sizeof payload, "{\"t\":%u,\"v\":%u}", 1000 * i, i);
        unsigned before = gate_synced();
        publish(fd, i % 2 ? "anlan/P1" : "anlan/P2", payload, (uint16_t)i, false);
        expect_puback(fd, i);
        assert_true(gate_synced() > before);
    }
    close(fd);
}

/* Many at once share their syncs. */
static void messages_waiting_are_one_commit(void **state)
{
    Bench *b = *state;
    int fd = accept_new(b);
    StrBuf all;
    Arena *a = arena_new(0);
    buf_init(&all, a);
    for (unsigned i = 1; i <= 1000; i++) {
        MqttMessage m = {.topic = STR("anlan/P1"),
                         .payload = str_printf(a, "{\"t\":%u,\"v\":1}", i),
                         .qos = 1,
                         .id = (uint16_t)i};
        buf_add(&all, mqtt_frame(a, &m, 2048));
    }
    gate_set(true, false);
    publish(fd, "anlan/P2", "1", 2000, false);
    gate_wait_for_a_sync();
    send_all(fd, all.p, all.n); /* arrives while the first is being committed */
    unsigned before = gate_synced();
    gate_set(false, false);
    expect_puback(fd, 2000);
    for (unsigned i = 1; i <= 1000; i++) expect_puback(fd, i);
    assert_true(gate_synced() - before <= 10);
    assert_int_equal(stored(b, 1), 1000);
    arena_free(&a);
    close(fd);
}

static void a_disk_that_refuses_ends_the_connection(void **state)
{
    Bench *b = *state;
    int fd = accept_new(b);
    gate_set(false, true);
    publish(fd, "anlan/P1", "{\"t\":1000,\"v\":7}", 9, false);
    Packet p;
    assert_false(packet_read(fd, &p)); /* no acknowledgement, no goodbye */
    close(fd);
    wait_down(&b->said, 1);
    assert_int_equal(b->said.why, MQTT_DISK);
    gate_set(false, false);
    fd = accept_client(b, true); /* the broker knows the session: nothing is subscribed again */
    wait_up(&b->said, 2);
    publish(fd, "anlan/P1", "{\"t\":1000,\"v\":7}", 9, true);
    for (bool acked = false; !acked;) { /* the store may still refuse a few times */
        if (packet_read(fd, &p)) {
            assert_int_equal(p.type, PUBACK);
            acked = true;
        } else {
            close(fd);
            fd = accept_client(b, true);
            publish(fd, "anlan/P1", "{\"t\":1000,\"v\":7}", 9, true);
        }
    }
    assert_int_equal(stored(b, 1), 1);
    close(fd);
}

/* A poison message is told and acknowledged, or the broker would send it for ever. */
static void wrong_messages_are_refused_and_acknowledged(void **state)
{
    Bench *b = *state;
    static const struct {
        const char *topic, *payload, *code;
    } cases[] = {
        {"anlan/P1", "broken", "number"}, {"anlan/P1", "", "empty"},      {"other/topic", "1", "topic"},
        {"anlan/batch", "{", "batch"},    {"anlan/P1", "{}", "required"},
    };
    int fd = accept_new(b);
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        publish(fd, cases[i].topic, cases[i].payload, (uint16_t)(i + 1), false);
        expect_puback(fd, i + 1);
        pthread_mutex_lock(&b->said.lock);
        assert_int_equal(b->said.refused, i + 1);
        assert_string_equal(b->said.code, cases[i].code);
        pthread_mutex_unlock(&b->said.lock);
    }
    char *big = malloc((1 << 20) + 2);
    memset(big, ' ', (1 << 20) + 1);
    big[(1 << 20) + 1] = 0;
    Arena *a = arena_new(0);
    MqttMessage m = {.topic = STR("anlan/batch"), .payload = str_of(big), .qos = 1, .id = 77};
    Str f = mqtt_frame(a, &m, 2 << 20);
    send_all(fd, f.p, f.n);
    expect_puback(fd, 77);
    assert_string_equal(b->said.code, "limit");
    assert_int_equal(b->said.readings, 0);
    arena_free(&a);
    free(big);
    close(fd);
}

/* Values without a time that arrive together stay apart. */
static void values_without_a_time_keep_apart(void **state)
{
    Bench *b = *state;
    int fd = accept_new(b);
    for (unsigned i = 1; i <= 40; i++) publish(fd, "anlan/P2", "1.5", (uint16_t)i, false);
    for (unsigned i = 1; i <= 40; i++) expect_puback(fd, i);
    assert_int_equal(stored(b, 2), 40);
    close(fd);
}

/* What the store has taken is acknowledged even when the program ends meanwhile, and goodbye is said. */
static void *stop_client(void *ud)
{
    Bench *b = ud;
    mqtt_client_stop(&b->client);
    return NULL;
}

static void an_ending_program_acknowledges_its_last_commit(void **state)
{
    Bench *b = *state;
    int fd = accept_new(b);
    gate_set(true, false);
    publish(fd, "anlan/P1", "{\"t\":5,\"v\":5}", 3, false);
    gate_wait_for_a_sync();
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_client, b), 0);
    assert_false(readable(fd, SILENCE_MS));
    gate_set(false, false);
    expect_puback(fd, 3);
    Packet p;
    assert_true(packet_read(fd, &p));
    assert_int_equal(p.type, DISCONNECT);
    assert_false(packet_read(fd, &p));
    pthread_join(stopper, NULL);
    close(fd);
}

static void refusals_of_the_broker_are_told(void **state)
{
    Bench *b = *state;
    assert_true(readable(b->listener, PATIENCE_MS));
    int fd = accept(b->listener, NULL, NULL);
    Packet p;
    assert_true(packet_read(fd, &p));
    packet_send(fd, 0x20, "\0\5", 2);
    wait_down(&b->said, 1);
    assert_int_equal(b->said.why, MQTT_REFUSED_LOGIN);
    close(fd);
    fd = accept_client(b, false);
    assert_true(packet_read(fd, &p));
    assert_int_equal(p.type, SUBSCRIBE);
    unsigned char answer[] = {p.body[0], p.body[1], 0x80};
    packet_send(fd, 0x90, answer, 3);
    wait_down(&b->said, 2);
    assert_int_equal(b->said.why, MQTT_REFUSED_SUBSCRIPTION);
    assert_int_equal(b->said.up, 0);
    close(fd);
}

/* Bytes that are no MQTT end the connection; the client is there again afterwards. */
static void a_broker_that_breaks_the_rules_is_left(void **state)
{
    Bench *b = *state;
    static const Str wrongs[] = {
        {"\xff\xff\xff\xff\xff\xff", 6}, /* no packet type, no length */
        {"\x36\x09\x00\x07"
         "anlan/x",
         11}, /* QoS 3 */
        {"\x32\xff\xff\xff\x7f\x00\x08"
         "anlan/P1",
         15}, /* 256 MiB announced, then the end */
    };
    int fd = accept_new(b);
    for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
        Packet p;
        send_all(fd, wrongs[i].p, wrongs[i].n);
        if (i + 1 == ARRAY_LEN(wrongs)) shutdown(fd, SHUT_WR);
        assert_false(packet_read(fd, &p) && p.type != DISCONNECT);
        close(fd);
        fd = accept_client(b, true);
        wait_up(&b->said, (int)i + 2);
    }
    publish(fd, "anlan/P1", "{\"t\":1,\"v\":1}", 5, false);
    expect_puback(fd, 5);
    assert_int_equal(stored(b, 1), 1);
    close(fd);
}

static void options_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *topics, *prefix, *id, *cert, *password, *field;
    } cases[] = {
        {"a/#, b/+ c", "anlan", "x", "", "", NULL},
        {"a#", "anlan", "x", "", "", "mqtt.topics"},
        {"a,$share/g/b", "anlan", "x", "", "", "mqtt.topics"},
        {"", "anlan/", "x", "", "", "mqtt.prefix"},
        {"", "an+", "x", "", "", "mqtt.prefix"},
        {"", "", "x", "", "", "mqtt.prefix"},
        {"", "anlan", "", "", "", "mqtt.client_id"},
        {"", "anlan", "x", "c.pem", "", "mqtt.key"},
        {"", "anlan", "x", "", "p", "mqtt.user"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena *a = arena_new(0);
        Ctx ctx;
        ctx_init(&ctx, a, LANG_EN);
        MqttOptions o = test_options(1);
        o.topics = cases[i].topics;
        o.prefix = cases[i].prefix;
        o.client_id = cases[i].id;
        o.cert = cases[i].cert;
        o.password = cases[i].password;
        assert_int_equal(mqtt_options_check(&ctx, &o), cases[i].field ? RC_INVALID : RC_OK);
        if (cases[i].field) assert_string_equal(ctx.err.fields->field, cases[i].field);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_puback_before_the_commit, setup, teardown),
        cmocka_unit_test_setup_teardown(each_puback_follows_a_sync, setup, teardown),
        cmocka_unit_test_setup_teardown(messages_waiting_are_one_commit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disk_that_refuses_ends_the_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_messages_are_refused_and_acknowledged, setup, teardown),
        cmocka_unit_test_setup_teardown(values_without_a_time_keep_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(an_ending_program_acknowledges_its_last_commit, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals_of_the_broker_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broker_that_breaks_the_rules_is_left, setup, teardown),
        cmocka_unit_test(options_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
