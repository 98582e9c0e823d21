/* HJ 212 over TCP: frames of data loggers into readings, answered after the commit.
 *
 * All of it but start and stop runs on the loop's thread. What no standard answer exists for (a wrong CRC, an
 * unknown command) is not answered: the device repeats, and the page says why. */
#include "base/clock.h"
#include "base/strmap.h"
#include "gateway/frame_memory.h"
#include "gateway/hj212.h"
#include "gateway/hj212_link.h"
#include <stdlib.h>

#define CRC_LENIENT "crc_lenient"

static struct {
    Hj212Options opt;
    Hj212Flags flags;
    LinkGateway *gateway;
    FrameMemory *memory;
    Arena *scratch; /* of the frame at hand */
} hj;

typedef struct Logger {
    Hj212Split split;
    bool lenient_told;
} Logger;

static void *opened(LinkConn *c)
{
    (void)c;
    Logger *l = calloc(1, sizeof *l);
    ENSURE(l);
    return l;
}

static int64_t spread(void *ud, uint64_t key_hash, int64_t t)
{
    return link_spread(ud, key_hash, t);
}

static Str reply_to(const Hj212Packet *p)
{
    StrBuf b;
    buf_init(&b, hj.scratch);
    if (hj212_wants_reply(p)) hj212_reply(&b, p, hj.opt.ack_qnrtn);
    return buf_str(&b);
}

static void take_data(LinkConn *c, Str frame, const Hj212Packet *p)
{
    Logger *l = link_state_of(c);
    LinkBatch b;
    link_batch(c, &b);
    FrameTimes times = {.memory = hj.memory,
                        .under = b.sink,
                        .arrival = b.batch->arrival,
                        .spread = spread,
                        .ud = hj.gateway};
    ReadingSink sink = frame_times_sink(&times);
    frame_memory_begin(hj.memory, hash_bytes(p->segment.p, p->segment.n), clock_mono_us() / 1000, MS_DAY);
    const char *why = hj212_readings(p, &hj.flags, &l->split, &sink);
    if (!why) {
        link_submit(c, &b, frame, reply_to(p));
        return;
    }
    batch_free(&b.batch);
    link_refuse(c, frame, why, STR_NONE);
}

static void take_other(LinkConn *c, Str frame, const Hj212Packet *p)
{
    Str reply = reply_to(p);
    link_taken(c, frame);
    if (reply.n) link_reply(c, reply);
    if (hj212_kind(p->cn) != HJ212_CALIBRATE || !hj.opt.set_time) return;
    StrBuf b;
    buf_init(&b, hj.scratch);
    hj212_set_time(&b, p, clock_now());
    link_reply(c, buf_str(&b));
}

/* A CRC made the Modbus way. Told once a connection: it is the same fault in every frame. */
static bool crc_accepted(LinkConn *c, Str frame, const Hj212Packet *p)
{
    Logger *l = link_state_of(c);
    if (p->crc == HJ212_CRC_RIGHT) return true;
    if (!hj.opt.lenient_crc) {
        link_refuse(c, frame, HJ212_CRC_OTHER, STR_NONE);
        return false;
    }
    if (!l->lenient_told) link_refuse(c, frame, CRC_LENIENT, STR_NONE);
    l->lenient_told = true;
    return true;
}

static void take(LinkConn *c, Str frame)
{
    Hj212Packet p;
    arena_reset(hj.scratch);
    const char *why = hj212_parse(frame, &p);
    if (why) {
        link_refuse(c, frame, why, STR_NONE);
        return;
    }
    link_identify(c, p.mn);
    if (!crc_accepted(c, frame, &p)) return;
    if (hj212_kind(p.cn) == HJ212_DATA) take_data(c, frame, &p);
    else take_other(c, frame, &p);
}

static const LinkReason reasons[] = {
    {HJ212_NOISE, T("不属于任何报文的字节", "bytes that belong to no frame")},
    {HJ212_LENGTH, T("数据段长度不符", "the length does not fit the data segment")},
    {HJ212_CRC, T("CRC 校验不符", "wrong CRC")},
    {HJ212_CRC_OTHER, T("CRC 按 Modbus 算法计算，不符合标准，未接收", "CRC made the Modbus way, not taken")},
    {CRC_LENIENT, T("CRC 按 Modbus 算法计算，不符合标准，已按宽松方式接收",
                    "CRC made the Modbus way, taken in the lenient mode")},
    {HJ212_SYNTAX, T("数据段格式不符", "the data segment is not of the standard's shape")},
    {HJ212_NO_MN, T("设备标识 MN 缺失或无效", "MN missing or not valid")},
    {HJ212_COMMAND, T("命令编码 CN 缺失或未知", "CN missing or unknown")},
    {HJ212_QN, T("请求编号 QN 无效", "QN not valid")},
    {HJ212_FLAG, T("标志 Flag 无效", "Flag not valid")},
    {HJ212_PARTS, T("分包编号无效，或先于首包", "wrong part of a split upload, or before its first")},
    {HJ212_TIME, T("数据时间或采样时间缺失或无效", "DataTime or SampleTime missing or not a time")},
    {HJ212_VALUE, T("数值无效", "not a number")},
    {HJ212_FIELD, T("因子字段名无效", "not the name of a factor's field")},
};

static const LinkProtocol protocol = {
    .name = "hj212",
    .title = T("环保 HJ 212-2017", "HJ 212-2017, pollution sources"),
    .peer_title = T("数采仪 MN", "Data logger MN"),
    .reasons = reasons,
    .nreasons = ARRAY_LEN(reasons),
    .describe = hj212_describe,
    .mask = hj212_mask,
    .cut = hj212_cut,
    .take = take,
    .opened = opened,
    .closed = free,
};

Rc gateway_hj212_configure(Ctx *ctx, const Hj212Options *o)
{
    if (!hj212_flags_parse(str_of(o->flags), &hj.flags))
        return FAIL_FIELD(ctx, "hj212.flags", "format", 0, "应形如 %s", "must look like %s",
                          HJ212_FLAGS_DEFAULT);
    hj.opt = *o;
    return RC_OK;
}

int gateway_hj212_port(void)
{
    return hj.gateway ? link_port(hj.gateway) : 0;
}

static Rc start(Ctx *ctx, Kernel *k)
{
    hj.memory = frame_memory_new();
    hj.scratch = arena_new(0);
    hj.gateway = link_gateway_new(k, &protocol);
    link_listen(ctx, hj.gateway, &hj.opt.listen);
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    if (!hj.gateway) return;
    link_unlisten(hj.gateway);
    link_gateway_free(&hj.gateway);
    frame_memory_free(&hj.memory);
    arena_free(&hj.scratch);
}

const Module gateway_hj212 = {
    .name = "gateway_hj212",
    .title = T("环保 HJ 212 接入", "HJ 212 gateway"),
    .start = start,
    .stop = stop,
};
