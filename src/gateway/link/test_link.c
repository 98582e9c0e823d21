/* Device links with a toy protocol, a real loop, real sockets, a real intake and the real pages.
 *
 * The toy: a frame is "$NAME;P1=3;P2=4\n". "$NAME\n" brings no readings, "$NAME;bye\n" ends the connection,
 * "$NAME;no\n" is refused. Taken frames are answered "ok N\n" with the connection's count of frames. Bytes
 * before a '$' belong to no frame. The letters after "pw=" are secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* cmocka first */
#include "../../http/test_client.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "db/db_test.h"
#include "gateway/link.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define TOKEN "test-token-watch"
enum { POINTS = 20 };

/* ---- The protocol ---- */

static LinkGateway *toy;
static int toys_open; /* states not closed; on the loop's thread */

static long toy_cut(Str bytes, const char **code)
{
    const char *begin = memchr(bytes.p, '$', bytes.n);
    if (!begin) {
        *code = "noise";
        return -(long)bytes.n;
    }
    if (begin > bytes.p) {
        *code = "noise";
        return -(long)(begin - bytes.p);
    }
    const char *end = memchr(bytes.p, '\n', bytes.n);
    return end ? end - bytes.p + 1 : 0;
}

static void *toy_opened(LinkConn *c)
{
    (void)c;
    toys_open++;
    return calloc(1, sizeof(int));
}

static void toy_closed(void *state)
{
    toys_open--;
    free(state);
}

static void add_readings(LinkBatch *b, Str rest)
{
    while (rest.n) {
        Str pair = str_cut(&rest, ';'), key = str_cut(&pair, '=');
        double v;
        char source[64];
        if (!num_parse_f64(pair, false, &v)) {
            b->sink.reject(b->sink.ud, 1, key, REJECT_NUMBER);
            continue;
        }
        int n = snprintf(source, sizeof source, "toy:%.*s", STR_ARG(key));
        b->sink.source(b->sink.ud, str_n(source, (size_t)n), TIME_NONE, v, 0);
    }
}

static void toy_take(LinkConn *c, Str frame)
{
    Str rest = str_n(frame.p + 1, frame.n - 2), name = str_cut(&rest, ';');
    int *count = link_state_of(c);
    char ack[32];
    link_identify(c, name);
    if (str_is(rest, "no")) {
        link_refuse(c, frame, "no", STR("as asked"));
        return;
    }
    if (str_is(rest, "bye")) {
        link_taken(c, frame);
        link_reply(c, STR("bye\n"));
        link_close(c, "bye");
        return;
    }
    LinkBatch b;
    link_batch(c, &b);
    add_readings(&b, rest);
    int n = snprintf(ack, sizeof ack, "ok %d\n", ++*count);
    link_submit(c, &b, frame, str_n(ack, (size_t)n));
}

static void toy_describe(Str frame, Lang lang, StrBuf *out)
{
    buf_printf(out, lang == LANG_EN ? "%zu bytes\n" : "%zu 字节\n", frame.n);
}

static void toy_mask(char *frame, size_t n)
{
    for (size_t i = 3; i < n && frame[i] != ';' && frame[i] != '\n'; i++)
        if (!memcmp(frame + i - 3, "pw=", 3) || frame[i - 1] == '*') frame[i] = '*';
}

static const LinkReason toy_reasons[] = {{"noise", T("噪声", "noise")}, {"no", T("不收", "not wanted")}};

static const LinkProtocol toy_protocol = {
    .name = "toy",
    .title = T("玩具", "Toy"),
    .peer_title = T("名称", "Name"),
    .reasons = toy_reasons,
    .nreasons = ARRAY_LEN(toy_reasons),
    .describe = toy_describe,
    .mask = toy_mask,
    .cut = toy_cut,
    .take = toy_take,
    .opened = toy_opened,
    .closed = toy_closed,
};

static const char *toy_address = "127.0.0.1:0";
static bool toy_any_port;

static void toy_listen(Ctx *ctx)
{
    link_listen(ctx, toy,
                &(LinkListen){.address = toy_address, .max_connections = 100, .any_port = toy_any_port});
}

static Rc toy_start(Ctx *ctx, Kernel *k)
{
    toy = link_gateway_new(k, &toy_protocol);
    toy_listen(ctx);
    return RC_OK;
}

static void toy_stop(Kernel *k)
{
    (void)k;
    link_unlisten(toy);
    assert_int_equal(toys_open, 0);
    link_gateway_free(&toy);
}

static const Module gateway_toy = {
    .name = "gateway_toy", .title = T("玩具", "Toy"), .start = toy_start, .stop = toy_stop};

/* ---- The world ---- */

typedef struct World {
    Arena *arena;
    Ctx ctx;
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    Intake *intake;
    char dir[256];
    Reply last;
} World;

static Intake *open_intake(World *t, size_t in_flight)
{
    RegistryPoint points[POINTS];
    for (uint32_t i = 0; i < POINTS; i++)
        points[i] = (RegistryPoint){.code = str_printf(t->arena, "P%u", i + 1),
                                    .source = str_printf(t->arena, "toy:P%u", i + 1),
                                    .number = i + 1,
                                    .in_service = true};
    RuleSet *rules = NULL;
    db_test_must(&t->ctx, ruleset_parse(&t->ctx, STR("{\"rules\":[]}"), &rules));
    IntakeOptions opt = {.dir = t->dir, .tick_ms = -1, .state_ms = -1, .max_in_flight = in_flight};
    Intake *in = NULL;
    db_test_must(&t->ctx, intake_open(&t->ctx, &opt, registry_new(points, POINTS), rules, &in));
    return in;
}

static void add_tokens(World *t)
{
    Work w;
    const char *token;
    db_test_must(&t->ctx, work_begin_as(&t->ctx, t->kernel, NULL, "cli", true, &w));
    db_test_must(&t->ctx, token_add(&w, "gw", "watch", TOKEN, false, &token));
    db_test_must(&t->ctx, token_add(&w, "reader", "inspector", "test-token-reader", false, &token));
    db_test_must(&t->ctx, work_commit(&w));
}

static void world_open(World *t, DbPool *pool, size_t in_flight)
{
    static const Module *const modules[] = {&gateway_link, &gateway_toy};
    const char *tmp = getenv("TMPDIR");
    log_set_level(LOG_ERROR);
    *t = (World){.arena = arena_new(0), .hub = sse_hub_new()};
    ctx_init(&t->ctx, t->arena, LANG_EN);
    snprintf(t->dir, sizeof t->dir, "%s/anlan-link.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(t->dir));
    KernelOptions opt = {.pool = pool, .hub = t->hub, .data_dir = t->dir, .modules = modules, .nmodules = 2};
    db_test_must(&t->ctx, kernel_open(&t->ctx, &opt, &t->kernel));
    t->intake = open_intake(t, in_flight);
    kernel_provide(t->kernel, "intake", t->intake);
    db_test_must(&t->ctx, kernel_start(&t->ctx, t->kernel));
    add_tokens(t);
    HttpOptions http = {.listen = "127.0.0.1:0",
                        .io_threads = 1,
                        .workers = 2,
                        .authorise = kernel_authorise,
                        .authorise_ud = t->kernel};
    t->server = http_new(&http);
    db_test_must(&t->ctx, kernel_add_routes(&t->ctx, t->kernel, t->server));
    db_test_must(&t->ctx, http_start(&t->ctx, t->server));
}

static void world_close(World *t)
{
    char cmd[300];
    reply_free(&t->last);
    http_stop(&t->server);
    kernel_stop(t->kernel);
    intake_close(&t->intake);
    kernel_close(&t->kernel);
    sse_hub_free(&t->hub);
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", t->dir);
    assert_int_equal(system(cmd), 0);
    arena_free(&t->arena);
}

static double latest(World *t, uint32_t number)
{
    SeriesLatest l;
    series_latest(intake_series(t->intake), number, 1, &l);
    return l.t == TIME_NONE ? -1 : l.v;
}

static int ask(World *t, const char *path, const char *token, const char *lang)
{
    char request[400];
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAccept-Language: %s\r\n"
                     "Authorization: Bearer %s\r\n\r\n",
                     path, lang, token);
    reply_free(&t->last);
    t->last = client_ask(http_port(t->server), request, (size_t)n);
    return t->last.status;
}

static void has(const World *t, const char *text)
{
    if (!strstr(t->last.body, text)) fail_msg("no %s in %s", text, t->last.body);
}

/* ---- A device ---- */

static int dial(int port)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    return fd;
}

static void put(int fd, Str bytes)
{
    while (bytes.n) {
        ssize_t k = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        assert_true(k > 0);
        bytes = str_n(bytes.p + k, bytes.n - (size_t)k);
    }
}

static void putz(int fd, const char *text)
{
    put(fd, str_of(text));
}

/* What comes back must be exactly this. */
static void expect(int fd, const char *want)
{
    char got[8192];
    size_t n = strlen(want);
    assert_true(n < sizeof got);
    ssize_t k = n ? recv(fd, got, n, MSG_WAITALL) : 0;
    got[k > 0 ? k : 0] = '\0';
    assert_string_equal(got, want);
}

/* Nothing more comes; the server closed. */
static void expect_end(int fd)
{
    char byte;
    assert_true(recv(fd, &byte, 1, 0) <= 0);
    close(fd);
}

/* ---- Tests ---- */

/* However TCP cuts the stream, the frames are the same. */
static void cut_anywhere(DbPool *pool)
{
    static const char stream[] = "..$A;P1=1;P2=2\nxx$A;P1=3\n$A\n\n$A;P3=x;P2=5\n$A;no\n$A;P9=9\n";
    World t;
    world_open(&t, pool, 0);
    for (size_t step = 1; step < sizeof stream; step += step < 8 ? 1 : 9) {
        int fd = dial(link_port(toy));
        for (size_t i = 0; i < sizeof stream - 1; i += step) {
            size_t n = sizeof stream - 1 - i < step ? sizeof stream - 1 - i : step;
            put(fd, str_n(stream + i, n));
            if (step > 1) usleep(500); /* so that the pieces are not joined again */
        }
        expect(fd, "ok 1\nok 2\nok 3\nok 4\nok 5\n");
        assert_int_equal(latest(&t, 1), 3);
        assert_int_equal(latest(&t, 2), 5);
        assert_int_equal(latest(&t, 9), 9);
        close(fd);
    }
    assert_int_equal(ask(&t, "/api/gateways/toy", TOKEN, "en"), 200);
    has(&t, "\"code\":\"noise\",\"text\":\"noise\",\"detail\":\"\"");
    has(&t, "\"code\":\"number\",\"text\":\"not a number\",\"detail\":\"P3\"");
    has(&t, "\"code\":\"no\",\"text\":\"not wanted\",\"detail\":\"as asked\"");
    world_close(&t);
}

/* Acknowledgements keep the order of the frames; frames without readings wait for their turn. */
static void in_order(DbPool *pool)
{
    enum { CONNS = 4, FRAMES = 300 };
    World t;
    world_open(&t, pool, 60); /* a tight intake: most frames have to wait */
    int fds[CONNS];
    StrBuf all, want;
    buf_init(&all, t.arena);
    buf_init(&want, t.arena);
    for (int i = 1; i <= FRAMES; i++) {
        if (i % 3 == 0) buf_addz(&all, "$B\n");
        else {
            buf_addz(&all, "$B");
            for (int p = 1; p <= 12; p++) buf_printf(&all, ";P%d=%d", p, i);
            buf_addz(&all, "\n");
        }
        buf_printf(&want, "ok %d\n", i);
    }
    for (int i = 0; i < CONNS; i++) fds[i] = dial(link_port(toy));
    for (int i = 0; i < CONNS; i++) put(fds[i], buf_str(&all));
    for (int i = 0; i < CONNS; i++) {
        char *got = arena_alloc(t.arena, want.n + 1);
        assert_int_equal(recv(fds[i], got, want.n, MSG_WAITALL), want.n);
        assert_memory_equal(got, want.p, want.n);
        close(fds[i]);
    }
    IntakeStats stats;
    intake_stats(t.intake, &stats);
    assert_int_equal(stats.readings, CONNS * FRAMES / 3 * 2 * 12); /* nothing twice, nothing lost */
    assert_true(stats.busy > 0);
    world_close(&t);
}

static void limit_files(rlim_t soft)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = soft;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void disk_refuses(DbPool *pool)
{
    World t;
    signal(SIGXFSZ, SIG_IGN);
    world_open(&t, pool, 0);
    log_set_level(LOG_ERROR + 1);
    int fd = dial(link_port(toy));
    putz(fd, "$C;P1=1\n");
    expect(fd, "ok 1\n");
    limit_files(0); /* every write to a file fails */
    putz(fd, "$C;P1=2\n$C\n$C;P1=3\n");
    expect_end(fd); /* no acknowledgement, not for what came behind it either */
    limit_files(RLIM_INFINITY);
    bool stored = false;
    for (int i = 0; i < 500 && !stored; i++) { /* the device repeats until the disk is back */
        char byte;
        usleep(10000);
        fd = dial(link_port(toy));
        putz(fd, "$C;P1=2\n");
        stored = recv(fd, &byte, 1, 0) == 1;
        if (!stored) close(fd);
    }
    assert_true(stored);
    close(fd);
    assert_int_equal(ask(&t, "/api/gateways/toy?frames=none", TOKEN, "en"), 200);
    has(&t, "\"code\":\"store\",\"text\":\"not stored, not acknowledged\"");
    world_close(&t);
}

/* Stops listening in the middle; again and again, with whatever is under way. */
static void unlisten_under_way(DbPool *pool)
{
    World t;
    world_open(&t, pool, 30);
    StrBuf all;
    buf_init(&all, t.arena);
    for (int i = 1; i <= 400; i++) buf_printf(&all, "$D;P1=%d;P2=%d;P3=3;P4=4;P5=5\n", i, i);
    for (int round = 0; round < 8; round++) {
        int fds[3];
        for (int i = 0; i < 3; i++) fds[i] = dial(link_port(toy));
        for (int i = 0; i < 3; i++) put(fds[i], buf_str(&all));
        expect(fds[0], "ok 1\nok 2\n");
        link_unlisten(toy);
        assert_int_equal(link_port(toy), 0);
        for (int i = 0; i < 3; i++) close(fds[i]);
        toy_listen(&t.ctx);
        assert_true(link_port(toy) > 0);
    }
    world_close(&t);
}

/* The end that a protocol asks for comes behind the acknowledgements. */
static void bye(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    int fd = dial(link_port(toy));
    putz(fd, "$E;P1=1\n");
    expect(fd, "ok 1\n");
    putz(fd, "$E;P1=2\n$E;P1=3\n$E;bye\n$E;P1=99\n");
    char got[64] = "";
    ssize_t n = recv(fd, got, sizeof got - 1, MSG_WAITALL);
    assert_int_equal(n, strlen("ok 2\nok 3\nbye\n"));
    assert_non_null(strstr(got, "ok 2\n"));
    assert_non_null(strstr(got, "ok 3\n"));
    close(fd);
    assert_int_equal(latest(&t, 1), 3);
    world_close(&t);
}

static void too_long(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    int fd = dial(link_port(toy));
    char *noise = arena_alloc(t.arena, 200000);
    memset(noise, 'a', 200000);
    putz(fd, "$");
    send(fd, noise, 200000, MSG_NOSIGNAL);
    expect_end(fd);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(ask(&t, "/api/gateways/toy", TOKEN, "zh"), 200);
        if (strstr(t.last.body, "overflow")) break;
        usleep(10000);
    }
    has(&t, "\"text\":\"报文过长，连接已断开\"");
    world_close(&t);
}

static void pages(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    int fd = dial(link_port(toy));
    putz(fd, "$pw=geheim;P1=1\n");
    expect(fd, "ok 1\n");
    assert_int_equal(ask(&t, "/api/gateways", "wrong", "en"), 401);
    assert_int_equal(ask(&t, "/api/gateways", "test-token-reader", "en"), 403);
    assert_int_equal(ask(&t, "/api/gateways", TOKEN, "en"), 200);
    has(&t, "{\"items\":[{\"name\":\"toy\",\"title\":{\"zh\":\"玩具\",\"en\":\"Toy\"}");
    has(&t, "\"state\":\"on\",\"address\":\"127.0.0.1:");
    has(&t, "\"connections\":1,\"gone\":0,\"frames\":1,\"refused\":0,\"readings\":1");
    assert_int_equal(ask(&t, "/api/gateways/toy", TOKEN, "zh"), 200);
    has(&t, "\"connected\":true");
    has(&t, "\"words\":\"16 字节\"");
    has(&t, "\"hex\":\"2470773d2a2a2a2a2a2a3b50313d310a\""); /* the secret is stars */
    assert_null(strstr(t.last.body, "67656865696d"));
    assert_int_equal(ask(&t, "/api/gateways/toy?frames=none&q=geheim", TOKEN, "en"), 200);
    has(&t, "\"peers_matching\":1");
    has(&t, "\"last_frame\":null");
    assert_int_equal(ask(&t, "/api/gateways/toy?frames=1&q=nobody", TOKEN, "en"), 200);
    has(&t, "\"peers_matching\":0,\"peers\":[]");
    static const char *const bad[] = {"?peers=1001", "?peers=x", "?refused=-1", "?frames=some"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(
            ask(&t, str_z(t.arena, str_printf(t.arena, "/api/gateways/toy%s", bad[i])), TOKEN, "en"), 422);
    assert_int_equal(ask(&t, "/api/gateways/none", TOKEN, "en"), 404);
    close(fd);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(ask(&t, "/api/gateways/toy", TOKEN, "en"), 200);
        if (strstr(t.last.body, "\"connected\":false")) break;
        usleep(10000);
    }
    has(&t, "\"connections\":0,\"gone\":1");
    fd = dial(link_port(toy));
    putz(fd, "$pw=geheim;P1=1\n"); /* the same device again takes its old line over */
    expect(fd, "ok 1\n");
    assert_int_equal(ask(&t, "/api/gateways/toy", TOKEN, "en"), 200);
    has(&t, "\"connections\":1,\"gone\":0,\"frames\":2");
    has(&t, "\"frames\":2,\"refused\":0,\"readings\":2,\"last_frame\"");
    close(fd);
    world_close(&t);
}

/* A station that speaks for two devices: each has a line of its own and keeps it. */
static void many_in_one(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    int fd = dial(link_port(toy));
    putz(fd, "$A;P1=1\n$B;P1=2\n$A;P1=3\n");
    expect(fd, "ok 1\nok 2\nok 3\n");
    assert_int_equal(ask(&t, "/api/gateways/toy?q=A", TOKEN, "en"), 200);
    has(&t, "\"peers_matching\":1");
    has(&t, "\"frames\":2,\"refused\":0,\"readings\":2,\"last_frame\"");
    assert_int_equal(ask(&t, "/api/gateways/toy?q=B", TOKEN, "en"), 200);
    has(&t, "\"frames\":1,\"refused\":0,\"readings\":1,\"last_frame\"");
    close(fd);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(ask(&t, "/api/gateways/toy", TOKEN, "en"), 200);
        if (strstr(t.last.body, "\"gone\":2")) break;
        usleep(10000);
    }
    has(&t, "\"connections\":0,\"gone\":2");
    world_close(&t);
}

static void figures(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    for (int i = 0; i < 1100; i++) { /* gone ones: at most 1,000, the newest */
        char name[16];
        LinkPeer *p = link_peer_open(toy, "10.0.0.1:1");
        int n = snprintf(name, sizeof name, "D%d", i);
        link_peer_identity(p, str_n(name, (size_t)n));
        link_peer_refuse(p, str_n(name, (size_t)n), "no", STR_NONE);
        link_peer_close(&p);
        assert_null(p);
    }
    assert_int_equal(ask(&t, "/api/gateways/toy?peers=1000&refused=0", TOKEN, "en"), 200);
    has(&t, "\"gone\":1000,\"frames\":0,\"refused\":1100");
    has(&t, "\"identity\":\"D1099\"");
    has(&t, "\"identity\":\"D100\"");
    assert_null(strstr(t.last.body, "\"identity\":\"D99\""));
    assert_int_equal(ask(&t, "/api/gateways/toy?peers=0", TOKEN, "en"), 200);
    has(&t, "\"identity\":\"D1099\"");
    has(&t, "\"identity\":\"D900\"");
    assert_null(strstr(t.last.body, "\"identity\":\"D899\"")); /* 200 refused frames are kept */
    link_gateway_state(toy, LINK_FAULT, "tcp://x", (Text)T("连不上", "no connection"));
    assert_int_equal(ask(&t, "/api/gateways", TOKEN, "en"), 200);
    has(&t, "\"state\":\"fault\",\"address\":\"tcp://x\",\"fault\":\"no connection\"");
    world_close(&t);
}

static void spread(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    assert_int_equal(link_spread(toy, 1, 5000), 5000);
    assert_int_equal(link_spread(toy, 1, 5000), 5001);
    assert_int_equal(link_spread(toy, 2, 5000), 5000);
    assert_int_equal(link_spread(toy, 1, 6000), 6000);
    assert_int_equal(link_spread(toy, 1, 5000), 5002); /* another second between does not matter */
    for (int i = 3; i < 2000; i++) link_spread(toy, 1, 5000);
    assert_int_equal(link_spread(toy, 1, 5000), 5999); /* never into the next second */
    world_close(&t);
}

static void port_taken(DbPool *pool)
{
    World t;
    world_open(&t, pool, 0);
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", http_port(t.server));
    link_unlisten(toy);
    toy_address = address;
    toy_listen(&t.ctx);
    assert_int_equal(link_port(toy), 0);
    assert_int_equal(ask(&t, "/api/gateways", TOKEN, "en"), 200);
    has(&t, "\"state\":\"fault\"");
    has(&t, "address already in use");
    toy_any_port = true;
    toy_listen(&t.ctx);
    assert_true(link_port(toy) > 0);
    link_unlisten(toy);
    toy_address = "";
    toy_listen(&t.ctx);
    assert_int_equal(ask(&t, "/api/gateways", TOKEN, "en"), 200);
    has(&t, "\"state\":\"off\"");
    toy_address = "127.0.0.1:0";
    toy_any_port = false;
    world_close(&t);
}

#define ON_SQLITE(fn)                                                                                        \
    static void test_##fn(void **state)                                                                      \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_sqlite(fn);                                                                                  \
    }
ON_SQLITE(cut_anywhere)
ON_SQLITE(in_order)
ON_SQLITE(disk_refuses)
ON_SQLITE(unlisten_under_way)
ON_SQLITE(bye)
ON_SQLITE(too_long)
ON_SQLITE(pages)
ON_SQLITE(figures)
ON_SQLITE(many_in_one)
ON_SQLITE(spread)
ON_SQLITE(port_taken)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_anywhere), cmocka_unit_test(test_in_order),
        cmocka_unit_test(test_disk_refuses), cmocka_unit_test(test_unlisten_under_way),
        cmocka_unit_test(test_bye),          cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_pages),        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_many_in_one),  cmocka_unit_test(test_spread),
        cmocka_unit_test(test_port_taken),
    };
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
