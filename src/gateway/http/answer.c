/* From a decoded body to its answer. All ways in answer alike: 204 when every reading is on the disk, 400
 * with the first fault when some were refused (the others are on the disk by then), 503 when the intake is
 * full. The answer is given by the log thread after the sync, so nothing here blocks. */
#include "base/strmap.h"
#include "gateway_http.h"
#include <inttypes.h>

static Str sender_text(Req *req, Arena *a)
{
    return str_printf(a, "%s %s", req->who->name ? req->who->name : "", req->peer ? req->peer : "");
}

/* A token that names no body and no district is a gateway's and writes everything, if its role reaches
 * further than a body; everybody else writes the points in his scope. */
static bool is_bound(const Principal *who)
{
    const Scope *s = scope_of(who);
    return !scope_is_whole(s) && !(who->is_token && s->unbound);
}

static Rc bind_to_scope(Req *req, BatchSink *to)
{
    const PointReach *reach = kernel_service(req_kernel(req), "point_reach");
    TRY(reach->take(&req->ctx, req_kernel(req), scope_of(req->who), &to->held));
    to->may = reach->holds;
    to->only_known = true;
    return RC_OK;
}

Rc incoming_new(Req *req, Incoming **out)
{
    BatchSink to = {0};
    if (is_bound(req->who)) TRY(bind_to_scope(req, &to));
    Intake *intake = kernel_service(req_kernel(req), "intake");
    /* Fair by token and address: many gateways may share one token. */
    Str sender = sender_text(req, req->ctx.arena);
    Batch *b = batch_new(intake, hash_bytes(sender.p, sender.n), req->t);
    Incoming *in = ARENA_NEW(b->arena, Incoming);
    in->req = req;
    in->batch = b;
    in->to = to;
    in->to.batch = b;
    in->to.sender = str_copy(b->arena, sender);
    in->sink = batch_sink(&in->to);
    *out = in;
    return RC_OK;
}

/* InfluxDB's clients show `error` and know "partial write". */
static const char *error_text(Req *req, const Batch *b)
{
    if (req->ctx.err.kind) return req->ctx.err.code;
    return arena_printf(req->ctx.arena, "partial write: line %" PRIu64 " field %s: %s", b->first.line,
                        b->first.field, b->first.code);
}

static const char *message_text(Req *req, const Batch *b)
{
    if (req->ctx.err.kind) return req->ctx.err.message;
    const char *format = req->ctx.lang == LANG_EN ? "%" PRIu64 " readings were taken, %" PRIu64
                                                    " were not; the first: line %" PRIu64 ", field %s, %s"
                                                  : "已接收 %" PRIu64 " 条，未接收 %" PRIu64
                                                    " 条；首处：第 %" PRIu64 " 行，字段 %s，%s";
    return arena_printf(req->ctx.arena, format, b->accepted, b->rejected, b->first.line, b->first.field,
                        b->first.code);
}

/* 400: what was not taken. */
static void write_refusal(Req *req, const Batch *b)
{
    Res *res = req_res(req);
    JsonOut *o = res_json(req, res);
    res_status(res, 400);
    jout_open(o);
    jout_ki(o, "accepted", (int64_t)b->accepted);
    jout_ki(o, "rejected", (int64_t)b->rejected);
    jout_key(o, "first");
    jout_open(o);
    jout_ki(o, "line", (int64_t)b->first.line);
    jout_kz(o, "field", b->first.field);
    jout_kz(o, "code", b->first.code);
    jout_close(o);
    jout_kz(o, "error", error_text(req, b));
    jout_kz(o, "message", message_text(req, b));
    jout_close(o);
}

/* On the log thread, or at once when nothing had to be stored. */
static void on_done(Batch *b, Rc rc)
{
    Incoming *in = b->ud;
    Req *req = in->req;
    if (rc < 0) {
        /* The disk is full or refuses: nothing of it is acknowledged, the sender is to come back. */
        if (rc == RC_IO || rc == RC_BUSY) {
            rc = RC_BUSY;
            res_header(req_res(req), "Retry-After", "2");
        }
        rc = FAIL(&req->ctx, rc, "readings.store", "读数未能写入存储，请稍后重发",
                  "the readings could not be stored; send them again later");
    } else if (b->rejected) {
        write_refusal(req, b);
    } else {
        res_status(req_res(req), 204);
    }
    batch_free(&b);
    http_finish(req, rc);
}

Rc incoming_finish(Incoming *in, Res *res, Rc rc)
{
    Req *req = in->req;
    Batch *b = in->batch;
    if (rc == RC_SYNTAX) {
        /* Not readable as a whole: nothing of it was taken, and the answer has the same shape. */
        if (!b->rejected) batch_reject(b, 1, "body", "syntax");
        write_refusal(req, b);
        batch_free(&b);
        return RC_OK;
    }
    if (rc < 0) {
        batch_free(&b);
        return rc;
    }
    b->done = on_done;
    b->ud = in;
    Intake *intake = b->intake;
    res_later(req, res);
    if (intake_submit(intake, b) == RC_BUSY) {
        batch_free(&b);
        res_header(res, "Retry-After", "1");
        http_finish(req, FAIL(&req->ctx, RC_BUSY, "readings.busy", "读数过多，请稍后重发",
                              "too many readings are waiting; send them again later"));
    }
    return RC_OK;
}
