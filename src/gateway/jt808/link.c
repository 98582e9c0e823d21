/* JT/T 808 over TCP: positions of vehicle terminals into readings, answered after the commit.
 *
 * All of it but start and stop runs on the loop's thread. A message in several packets is answered packet by
 * packet, but only when the whole is on disk: a terminal that hears nothing repeats all of it. */
#include "auth.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/strmap.h"
#include "gateway/frame_memory.h"
#include "gateway/jt808_judge.h"
#include "gateway/jt808_link.h"
#include <stdlib.h>

#define UNSUPPORTED  "unsupported"
#define DIRECTION    "direction"
#define AUTH         "auth"
#define UNAUTHORISED "unauthorised"

static struct {
    Jt808Options opt;
    LinkGateway *gateway;
    FrameMemory *memory;
    const Jt808Judge *judge;
    Arena *scratch; /* of the frame at hand */
    unsigned char secret[AUTH_SECRET];
} jt;

typedef struct Terminal {
    Jt808Joiner *joiner;
    uint16_t seq; /* of what we send */
    char authorised[JT808_PHONE_MAX];
} Terminal;

static void *opened(LinkConn *c)
{
    (void)c;
    Terminal *t = calloc(1, sizeof *t);
    ENSURE(t);
    t->joiner = jt808_joiner_new();
    return t;
}

static void closed(void *state)
{
    Terminal *t = state;
    jt808_joiner_free(&t->joiner);
    free(t);
}

/* ---- Answers ---- */

/* 0x8001 for the frame, or for each packet of a message in several. */
static Str answer(Terminal *t, const Jt808Frame *f, uint8_t result)
{
    StrBuf b;
    buf_init(&b, jt.scratch);
    Jt808Frame to = *f;
    for (uint16_t i = 0; i < (f->total ? f->total : 1); i++) {
        to.seq = (uint16_t)(f->seq + i);
        jt808_answer(&b, &to, t->seq++, result);
    }
    return buf_str(&b);
}

static void refuse(LinkConn *c, Str frame, const Jt808Frame *f, const char *code, uint8_t result)
{
    link_refuse(c, frame, code, STR_NONE);
    link_reply(c, answer(link_state_of(c), f, result));
}

/* ---- Messages ---- */

static void take_answer(LinkConn *c, Str frame, const Jt808Frame *f)
{
    (void)f;
    link_taken(c, frame);
}

static void take_sign(LinkConn *c, Str frame, const Jt808Frame *f)
{
    Terminal *t = link_state_of(c);
    if (f->id == JT808_LOGOUT) t->authorised[0] = 0;
    link_taken(c, frame);
    link_reply(c, answer(t, f, JT808_OK));
}

static void take_register(LinkConn *c, Str frame, const Jt808Frame *f)
{
    Terminal *t = link_state_of(c);
    Jt808Registration r;
    const char *why = jt808_registration(jt.scratch, f, &r);
    if (why) {
        refuse(c, frame, f, why, JT808_WRONG);
        return;
    }
    char code[AUTH_CODE + 1];
    StrBuf b;
    buf_init(&b, jt.scratch);
    auth_code(jt.secret, f->phone, code);
    jt.judge->registered(jt.judge->ud, f->phone, r.plate);
    jt808_registered(&b, f, t->seq++, JT808_OK, str_of(code));
    link_taken(c, frame);
    link_reply(c, buf_str(&b));
}

/* Terminals that were set up elsewhere bring codes of their own: they count only when the configuration asks
 * for ours. */
static void take_authenticate(LinkConn *c, Str frame, const Jt808Frame *f)
{
    Terminal *t = link_state_of(c);
    Str given;
    char ours[AUTH_CODE + 1];
    const char *why = jt808_auth_code(f, &given);
    if (why) {
        refuse(c, frame, f, why, JT808_WRONG);
        return;
    }
    auth_code(jt.secret, f->phone, ours);
    if (jt.opt.require_auth && (given.n != AUTH_CODE || !crypto_equal(given.p, ours, AUTH_CODE))) {
        t->authorised[0] = 0;
        refuse(c, frame, f, AUTH, JT808_FAILED);
        return;
    }
    memcpy(t->authorised, f->phone, sizeof t->authorised);
    link_taken(c, frame);
    link_reply(c, answer(t, f, JT808_OK));
}

/* ---- Positions ---- */

typedef struct Taking {
    LinkBatch batch;
    const Jt808Frame *frame;
    bool late;
    unsigned taken;
    const char *refused; /* the last one's reason */
} Taking;

static void take_location(void *ud, unsigned index, const Jt808Location *l, const char *refused)
{
    Taking *k = ud;
    const ReadingSink *sink = &k->batch.sink;
    const char *phone = k->frame->phone;
    k->refused = refused;
    if (refused) {
        if (k->frame->id == JT808_LOCATIONS) sink->reject(sink->ud, index, STR("position"), refused);
        return;
    }
    int64_t t;
    if (!frame_memory_known(jt.memory, &t)) {
        t = link_spread(jt.gateway, hash_bytes(phone, strlen(phone)), l->t);
        frame_memory_note(jt.memory, t);
    }
    jt808_readings(l, phone, t, sink);
    int fence = l->fixed && !k->late ? jt.judge->fence(jt.judge->ud, phone, l) : -1;
    if (fence >= 0) jt808_reading(phone, "fence", t, fence, 0, sink);
    k->taken++;
}

static uint64_t content_hash(const Jt808Frame *f)
{
    StrBuf b;
    buf_init(&b, jt.scratch);
    buf_printf(&b, "%s %u ", f->phone, f->id);
    buf_add(&b, f->body);
    return hash_bytes(b.p, b.n);
}

/* Whether it is a back-fill stands before the positions. */
static bool back_fill(const Jt808Frame *f)
{
    return f->id == JT808_LOCATIONS && f->body.n >= 3 && f->body.p[2] == 1;
}

static void take_positions(LinkConn *c, Str frame, const Jt808Frame *f)
{
    Terminal *t = link_state_of(c);
    if (jt.opt.require_auth && strcmp(t->authorised, f->phone) != 0) {
        refuse(c, frame, f, UNAUTHORISED, JT808_FAILED);
        return;
    }
    Taking k = {.frame = f, .late = back_fill(f)};
    bool late;
    link_batch(c, &k.batch);
    frame_memory_begin(jt.memory, content_hash(f), clock_mono_us() / 1000, MS_DAY);
    const char *why = jt808_locations(f->id, f->body, &late, take_location, &k);
    if (k.taken == 0 && (why || k.refused)) {
        batch_free(&k.batch.batch);
        refuse(c, frame, f, why ? why : k.refused, JT808_WRONG);
        return;
    }
    if (why) k.batch.sink.reject(k.batch.sink.ud, k.taken + 1, STR("position"), why);
    link_submit(c, &k.batch, frame, answer(t, f, JT808_OK));
}

static const struct {
    uint16_t id;
    void (*fn)(LinkConn *c, Str frame, const Jt808Frame *f);
} messages[] = {
    {JT808_LOCATION, take_positions}, {JT808_LOCATIONS, take_positions},
    {JT808_HEARTBEAT, take_sign},     {JT808_ANSWER, take_answer},
    {JT808_REGISTER, take_register},  {JT808_AUTHENTICATE, take_authenticate},
    {JT808_LOGOUT, take_sign},
};

static void dispatch(LinkConn *c, Str frame, Jt808Frame *f)
{
    Terminal *t = link_state_of(c);
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        if (messages[i].id != f->id) continue;
        int whole = f->total ? jt808_join(t->joiner, jt.scratch, f, clock_now()) : 1;
        if (whole > 0) messages[i].fn(c, frame, f);
        else if (whole == 0) link_taken(c, frame);
        else link_refuse(c, frame, "split", STR_NONE);
        return;
    }
    f->total = 0; /* a packet of something unknown is answered for itself */
    if (f->id & 0x8000) link_refuse(c, frame, DIRECTION, STR_NONE);
    else refuse(c, frame, f, UNSUPPORTED, JT808_UNSUPPORTED);
}

static void take(LinkConn *c, Str frame)
{
    Jt808Frame f;
    arena_reset(jt.scratch);
    const char *why = jt808_parse(jt.scratch, frame, &f);
    bool encrypted = why && strcmp(why, "encrypted") == 0;
    if ((!why || encrypted) && !*link_identity(c)) link_identify(c, str_of(f.phone));
    if (encrypted) {
        f.total = 0;
        refuse(c, frame, &f, why, JT808_UNSUPPORTED);
    } else if (why) {
        link_refuse(c, frame, why, STR_NONE);
    } else {
        dispatch(c, frame, &f);
    }
}

/* ---- Module ---- */

static const LinkReason reasons[] = {
    {"noise", T("不属于任何帧的字节", "bytes that belong to no frame")},
    {"escape", T("转义有误", "wrong escape")},
    {"checksum", T("校验码不符", "wrong checksum")},
    {"length", T("长度不符", "wrong length")},
    {"phone", T("终端手机号不是 BCD 码", "the terminal number is not BCD")},
    {"encrypted", T("消息体加密，不支持", "encrypted body, not supported")},
    {"split", T("分包信息有误", "wrong packet numbers")},
    {"body", T("消息体不完整", "the body is not whole")},
    {"time", T("定位时间有误", "the time of the position is wrong")},
    {"position", T("经纬度超出范围", "the position is not on the globe")},
    {UNSUPPORTED, T("不支持的消息", "message not supported")},
    {DIRECTION, T("平台消息，不应由终端发送", "a platform's message, not a terminal's")},
    {AUTH, T("鉴权码不符", "wrong authentication code")},
    {UNAUTHORISED, T("尚未鉴权", "not authenticated")},
};

static const LinkProtocol protocol = {
    .name = "jt808",
    .title = T("车载终端 JT/T 808", "Vehicle terminals JT/T 808"),
    .peer_title = T("终端手机号", "Terminal number"),
    .reasons = reasons,
    .nreasons = ARRAY_LEN(reasons),
    .describe = jt808_describe,
    .mask = jt808_mask,
    .cut = jt808_cut,
    .take = take,
    .opened = opened,
    .closed = closed,
};

void gateway_jt808_configure(const Jt808Options *o)
{
    jt.opt = *o;
}

int gateway_jt808_port(void)
{
    return jt.gateway ? link_port(jt.gateway) : 0;
}

static Rc start(Ctx *ctx, Kernel *k)
{
    TRY(auth_secret(ctx, kernel_data_dir(k), jt.secret));
    jt.judge = kernel_service(k, "jt808_judge");
    jt.memory = frame_memory_new();
    jt.scratch = arena_new(0);
    jt.gateway = link_gateway_new(k, &protocol);
    link_listen(ctx, jt.gateway, &jt.opt.listen);
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    if (!jt.gateway) return;
    link_unlisten(jt.gateway);
    link_gateway_free(&jt.gateway);
    frame_memory_free(&jt.memory);
    arena_free(&jt.scratch);
}

const Module gateway_jt808 = {
    .name = "gateway_jt808",
    .title = T("车载终端接入", "Vehicle terminal gateway"),
    .start = start,
    .stop = stop,
};
