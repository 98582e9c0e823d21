/* GB/T 26875.3 over TCP: what a user information transmission device sends becomes readings and is confirmed
 * after the commit; a whole frame that is refused is denied, so that the device knows. All of it but start
 * and stop runs on the loop's thread. */
#include "base/clock.h"
#include "base/strmap.h"
#include "gateway/frame_memory.h"
#include "gateway/gb26875.h"
#include "gateway/gb26875_link.h"
#include <inttypes.h>
#include <stdio.h>

/* A device repeats after 10 s, three times. Not longer: one without a clock may send the same bytes again
 * with a new alarm, and that is no repeat. */
#define REPEAT_MS (60 * MS_SECOND)

static struct {
    Gb26875Options opt;
    LinkGateway *gateway;
    FrameMemory *memory;
    Arena *scratch; /* of the frame at hand */
} gb;

static int64_t spread(void *ud, uint64_t key_hash, int64_t t)
{
    return link_spread(ud, key_hash, t);
}

static Str answer_to(const Gb26875Frame *f, int command)
{
    StrBuf b;
    buf_init(&b, gb.scratch);
    gb26875_answer(&b, f, command, clock_now());
    return buf_str(&b);
}

/* Answers to us are not answered. */
static bool denies(const Gb26875Frame *f)
{
    return f->command != GB26875_CONFIRM && f->command != GB26875_DENY && f->command != GB26875_REPLY;
}

static void refuse(LinkConn *c, Str frame, const Gb26875Frame *f, const char *why)
{
    link_refuse(c, frame, why, STR_NONE);
    if (denies(f)) link_reply(c, answer_to(f, GB26875_DENY));
}

static void take_data(LinkConn *c, Str frame, const Gb26875Frame *f)
{
    LinkBatch b;
    link_batch(c, &b);
    FrameTimes times = {.memory = gb.memory,
                        .under = b.sink,
                        .arrival = b.batch->arrival,
                        .spread = spread,
                        .ud = gb.gateway};
    ReadingSink sink = frame_times_sink(&times);
    frame_memory_begin(gb.memory, hash_bytes(frame.p, frame.n), clock_mono_us() / 1000, REPEAT_MS);
    const char *why = gb26875_readings(f, b.batch->arrival, &sink);
    if (!why) {
        link_submit(c, &b, frame, f->command == GB26875_SEND ? answer_to(f, GB26875_CONFIRM) : STR_NONE);
        return;
    }
    batch_free(&b.batch);
    refuse(c, frame, f, why);
}

static void take(LinkConn *c, Str frame)
{
    Gb26875Frame f;
    char source[24];
    arena_reset(gb.scratch);
    const char *why = gb26875_parse(frame, &f);
    if (why) {
        refuse(c, frame, &f, why);
        return;
    }
    snprintf(source, sizeof source, "%" PRIu64, f.source);
    link_identify(c, str_of(source));
    take_data(c, frame, &f);
}

static const LinkReason reasons[] = {
    {GB26875_NOISE, T("不属于任何报文的字节", "bytes that belong to no frame")},
    {GB26875_LENGTH,
     T("应用数据长度不符，或缺少结束符", "the length does not fit, or the end mark is missing")},
    {GB26875_CHECKSUM, T("校验和不符，已否认", "wrong checksum, denied")},
    {GB26875_COMMAND, T("未知的控制命令，已否认", "unknown command, denied")},
    {GB26875_DIRECTION, T("只应由监控中心发出的命令，已否认", "only the centre sends this, denied")},
    {GB26875_TYPE, T("未知的类型标志，已否认", "unknown object type, denied")},
    {GB26875_OBJECTS, T("信息对象数目与数据长度不符", "number and size of the objects do not fit")},
    {GB26875_ANALOGUE, T("未知的模拟量类型", "unknown analogue type")},
};

static const LinkProtocol protocol = {
    .name = "gb26875",
    .title = T("消防 GB/T 26875.3-2011", "GB/T 26875.3-2011, fire protection"),
    .peer_title = T("用户信息传输装置 源地址", "Transmission device, source address"),
    .reasons = reasons,
    .nreasons = ARRAY_LEN(reasons),
    .describe = gb26875_describe,
    .cut = gb26875_cut,
    .take = take,
};

void gateway_gb26875_configure(const Gb26875Options *o)
{
    gb.opt = *o;
}

int gateway_gb26875_port(void)
{
    return gb.gateway ? link_port(gb.gateway) : 0;
}

static Rc start(Ctx *ctx, Kernel *k)
{
    gb.memory = frame_memory_new();
    gb.scratch = arena_new(0);
    gb.gateway = link_gateway_new(k, &protocol);
    link_listen(ctx, gb.gateway, &gb.opt.listen);
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    if (!gb.gateway) return;
    link_unlisten(gb.gateway);
    link_gateway_free(&gb.gateway);
    frame_memory_free(&gb.memory);
    arena_free(&gb.scratch);
}

const Module gateway_gb26875 = {
    .name = "gateway_gb26875",
    .title = T("消防 GB/T 26875.3 接入", "GB/T 26875.3 gateway"),
    .start = start,
    .stop = stop,
};
