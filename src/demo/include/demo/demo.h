/* The demo city: a fictional city of seven districts, made the same each time from a seed, and a simulator
 * that feeds it over the real /write interface like any sender would. */
#pragma once
#include "kernel/kernel.h"

#define DEMO_TOKEN    "anlan-demo-token"
#define DEMO_PASSWORD "anlan-demo"

typedef struct DemoOptions {
    uint64_t seed;
    uint32_t points; /* about this many */
} DemoOptions;

/* Districts, bodies, objects, devices, points and base map into an empty directory, in one go. Progress goes
 * to stderr. */
Rc demo_fill(Ctx *ctx, Kernel *k, const DemoOptions *opt);
/* The demo accounts and the read-write token. */
Rc demo_accounts(Ctx *ctx, Kernel *k);
/* Alarm rules; put in after the history, so that the past does not ring. */
Rc demo_rules(Ctx *ctx, Kernel *k);

typedef struct DemoSim DemoSim;
typedef struct DemoSimOptions {
    uint64_t seed;
    int port; /* of the server on loopback */
    const char *token;
    int64_t history_ms; /* readings of the past sent first, as fast as they are taken; 0: none */
    int past_days;      /* days of alarms before today, long judged; 0: none */
} DemoSimOptions;
/* The simulator of the points that demo_fill made (read back from the records). Starts a thread; ready()
 * tells when the history is in. */
Rc demo_sim_start(Ctx *ctx, Kernel *k, const DemoSimOptions *opt, DemoSim **out);
bool demo_sim_ready(const DemoSim *sim);
void demo_sim_stop(DemoSim **sim);
