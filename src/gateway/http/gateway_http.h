/* What the handlers of this folder share. */
#pragma once
#include "gateway/batch_sink.h"
#include "gateway/http.h"

/* A request whose readings go into a batch; in the batch's arena. */
typedef struct Incoming {
    Req *req;
    Batch *batch;
    BatchSink to;
    ReadingSink sink;
} Incoming;

/* A batch for the request, and the sink into it, which takes what the sender may write. */
Rc incoming_new(Req *req, Incoming **out);
/* Decoding went well (rc 0, perhaps with rejected readings) or the body is not readable (rc < 0, detail in
 * req->ctx): submits and answers after the commit. Returns what the handler returns; the request and the
 * Incoming are gone then. */
Rc incoming_finish(Incoming *in, Res *res, Rc rc);

/* influx.c */
Rc handle_line(Req *req, Res *res);
Rc handle_query(Req *req, Res *res);
Rc handle_ping(Req *req, Res *res);
/* readings.c */
Rc handle_readings(Req *req, Res *res);
/* figures.c */
Rc figures_start(Ctx *ctx, Kernel *k);
void figures_stop(Kernel *k);
