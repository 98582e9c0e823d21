/* A slave that is polled; on the loop's thread. */
#pragma once
#include "gateway/link.h"
#include "gateway/modbus_poll.h"
#include <pthread.h>

typedef struct Slave Slave;

/* What all slaves share; lives from the module's start to its stop. */
typedef struct Poll {
    LinkGateway *g;
    NetLoop *loop;
    Slave *first;
    NetTimer *tick;
    uint64_t next_serial;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    size_t under_way; /* batches at the intake; under the lock */
} Poll;

struct Slave {
    Poll *poll;
    Slave *next;
    ModbusDevice *d;
    ModbusPlan plan;
    uint64_t serial;
    enum { SLAVE_REST, SLAVE_CONNECTING, SLAVE_READY, SLAVE_WAITING } state;
    bool removed; /* only its socket is waited for */
    NetConn *conn;
    LinkPeer *peer;
    uint16_t transaction;
    size_t block;                   /* asked now, or next */
    int64_t due, retry_at, sent_at; /* of the steady clock, ms */
    int64_t backoff_ms;
    int silent;    /* time-outs in a row */
    Batch *parked; /* the intake was full */
    unsigned char request[MODBUS_REQUEST_BYTES];
};

Slave *slave_new(Poll *poll, ModbusDevice *d);
/* Closes its connection; it is freed when that is gone. */
void slave_remove(Slave *s);
void slave_tick(Slave *s, int64_t now);
int64_t poll_now(void);

/* submit.c: a reply's readings. Parks the batch when the intake is full. */
void slave_submit(Slave *s, Batch *b);
bool slave_submit_parked(Slave *s); /* true: nothing is parked (any more) */
Slave *poll_find(Poll *poll, uint64_t serial);
