/* So many requests a minute of one address: for what strangers may ask. Addresses fall into a table of fixed
 * size; two that fall into one place count one after the other, never together. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { THROTTLE_SLOTS = 1024 };
typedef struct Throttle {
    pthread_mutex_t lock;
    int a_minute;
    struct {
        uint64_t peer;
        int64_t since;
        int count;
    } slot[THROTTLE_SLOTS];
} Throttle;

/* Counts this request; true when the address has asked too often. Thread-safe. */
bool throttle_over(Throttle *t, const char *peer);
void throttle_forget(Throttle *t);
