/* The sink of production: what a codec reads goes into a batch of the intake. */
#pragma once
#include "gateway/sink.h"
#include "intake/intake.h"

typedef struct BatchSink {
    Batch *batch;
    Str sender;      /* who sent it, for the list of unclaimed sources: "token 10.0.0.3" */
    bool only_known; /* a source that no point claims is refused (field "point", code "unknown") instead of
                        kept */
    uint64_t line;   /* of such a refusal; 0: not known */
    /* A sender that is bound to a part of the points: whether it may write the one with this number. What it
     * may not is to it as if there were no such point. With only_known; NULL: all. */
    bool (*may)(const void *held, uint32_t number);
    const void *held;
} BatchSink;

/* s lives as long as the sink is used. */
ReadingSink batch_sink(BatchSink *s);
