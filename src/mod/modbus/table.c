/* From the records to the poller. Read whole after every commit that touched it, on the thread of the commit,
 * so that the answer to a change says that it is in effect; commits take turns, and the one that reads last
 * hands over last. */
#include "modbus_private.h"
#include "mod_modbus_queries_sql.h"
#include "base/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

typedef struct Slot {
    int64_t id;
    ModbusDevice *device;
    size_t cap;
} Slot;

typedef struct Table {
    Slot *slots;
    size_t n, cap;
} Table;

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void add_device(Table *t, const DbCursor *c)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 16;
        t->slots = realloc(t->slots, t->cap * sizeof *t->slots);
        ENSURE(t->slots);
    }
    ModbusDevice *d = modbus_device_new();
    d->code = str_copy(d->arena, db_str(c, 1));
    d->host = str_z(d->arena, db_str(c, 2));
    d->port = (int)db_i64(c, 3);
    d->unit = (uint8_t)db_i64(c, 4);
    d->period_ms = db_i64(c, 5);
    d->timeout_ms = db_i64(c, 6);
    d->gap = (unsigned)db_i64(c, 7);
    t->slots[t->n++] = (Slot){.id = db_i64(c, 0), .device = d};
}

/* Both come in the order of the slaves' ids. */
static Slot *slot_of(Table *t, int64_t id)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (t->slots[mid].id < id) low = mid + 1;
        else high = mid;
    }
    return low < t->n && t->slots[low].id == id ? &t->slots[low] : NULL;
}

static ModbusItem *item_place(Slot *s)
{
    ModbusDevice *d = s->device;
    if (d->nitems == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 16;
        ModbusItem *more = ARENA_ARRAY(d->arena, ModbusItem, s->cap);
        if (d->nitems) memcpy(more, d->items, d->nitems * sizeof *more);
        d->items = more;
    }
    return &d->items[d->nitems++];
}

static void add_item(Table *t, const DbCursor *c)
{
    ModbusItem it;
    Slot *s = slot_of(t, db_i64(c, 0));
    int64_t bit = db_is_null(c, 6) ? 0 : db_i64(c, 6);
    if (!s || !item_of(db_str(c, 2), db_str(c, 4), db_str(c, 5), db_i64(c, 3), bit, &it) ||
        modbus_item_wrong(&it))
        return; /* validate keeps such out */
    it.source =
        str_printf(s->device->arena, "modbus:%.*s/%.*s", STR_ARG(s->device->code), STR_ARG(db_str(c, 1)));
    it.scale = db_f64(c, 7);
    it.offset = db_f64(c, 8);
    it.point = db_is_null(c, 9) ? 0 : (uint32_t)db_i64(c, 9);
    *item_place(s) = it;
}

static Rc each_row(Work *w, Table *t, const DbQuery *q, void (*fn)(Table *t, const DbCursor *c))
{
    DbCursor *c;
    Rc rc;
    TRY(db_query(w->ctx, w->db, q, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0) fn(t, c);
    db_close(&c);
    return rc;
}

static Rc table_read(Ctx *ctx, Kernel *k, Table *t)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "modbus", false, &w));
    Rc rc = each_row(&w, t, &q_modbus_table_devices, add_device);
    if (rc >= 0) rc = each_row(&w, t, &q_modbus_table_items, add_item);
    work_abort(&w);
    return rc;
}

static bool has_room(ModbusDevice *const *kept, size_t n, const ModbusDevice *d)
{
    size_t same = 0;
    for (size_t i = 0; i < n; i++) same += kept[i]->port == d->port && !strcasecmp(kept[i]->host, d->host);
    return n < MODBUS_SLAVES_MAX && same < MODBUS_SLAVES_PER_HOST;
}

size_t table_within(ModbusDevice **devices, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (has_room(devices, kept, devices[i])) devices[kept++] = devices[i];
        else modbus_device_free(&devices[i]);
    return kept;
}

/* validate keeps to the limits; records from before there were limits, and commits at the same time, do not.
 */
static void hand_over(Table *t)
{
    ModbusDevice **devices = calloc(t->n + 1, sizeof *devices);
    ENSURE(devices);
    for (size_t i = 0; i < t->n; i++) devices[i] = t->slots[i].device;
    size_t kept = table_within(devices, t->n);
    if (kept < t->n)
        LOG(LOG_WARN, "modbus", "too many slaves, the rest is not polled", LOG_I64("polled", (int64_t)kept),
            LOG_I64("rest", (int64_t)(t->n - kept)));
    gateway_modbus_table(devices, kept);
    free(devices);
}

Rc table_load(Ctx *ctx, Kernel *k)
{
    Table t = {0};
    pthread_mutex_lock(&turn);
    Rc rc = table_read(ctx, k, &t);
    if (rc >= 0) hand_over(&t);
    else
        for (size_t i = 0; i < t.n; i++) modbus_device_free(&t.slots[i].device);
    pthread_mutex_unlock(&turn);
    free(t.slots);
    return rc < 0 ? rc : RC_OK;
}

void table_committed(Kernel *k, const Entity *e)
{
    (void)e;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    if (table_load(&ctx, k) < 0) log_err(LOG_ERROR, "modbus", &ctx);
    arena_free(&a);
}
