/* The world of the scope tests: a small country with bodies and accounts on both sides of every border of
 * district, body and line; rows of every entity of the program's real list in each place; and an oracle that
 * knows only how the rows were made. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/http/test_client.h"
#include "app.h"
#include "base/id.h"
#include "db/db_test.h"
#include "kernel/flow.h"

enum { LEAVES = 3, OWNERS = 2 * LEAVES, LINES = 3, PLACES = LEAVES * OWNERS * LINES, ENTITIES_MAX = 128 };
enum { D_ROOT, D_A, D_B, D_A1, D_A2, DISTRICTS };
/* Two owners in each leaf, the second below the first; then two departments. */
enum { B_DEPT_A = OWNERS, B_DEPT_B, BODIES };

typedef struct Who {
    const char *name, *roles;
    int body, district; /* -1: none */
    const char *lines;  /* of the body; "" none */
    char reach;         /* of the roles: a all, d district, l line, b body */
} Who;
extern const Who people[];
extern const size_t npeople;
extern const char *const lines[LINES];

typedef struct Place {
    int leaf, owner, line;
} Place;
Place place_of(size_t i);

/* Rows are made in rounds: a later round puts further rows into the same places. */
typedef struct World {
    Arena *arena;
    Ctx ctx;
    Kernel *kernel;
    SseHub *hub;
    HttpServer *server;
    int port;
    int64_t district[DISTRICTS], body[BODIES];
    char *body_path[BODIES];
    const Entity *entity[ENTITIES_MAX];
    size_t nentities;
    int64_t id[ENTITIES_MAX][PLACES]; /* of this round; 0: not made */
    int64_t points;                   /* numbers given out */
    int round;
    bool plausible; /* fill the other columns too: the program is going to run on the rows */
    Work w;         /* open while rows are made */
    DbPool *pool;
    const char *data_dir;
    int64_t user[32];       /* world_make_users: a person for each of people */
    struct AlarmDesk *desk; /* of world_start */
    struct Intake *intake;
} World;

/* The country, its accounts and all permissions, in a transaction that stays open for rows. */
void world_open(World *t, DbPool *pool, const char *data_dir);
void world_commit(World *t);
/* Commits; the kernel's routes on a port of their own. */
void world_listen(World *t);
/* Commits; the program whole, with readings and alarms, on a port of its own. */
void world_start(World *t);
void world_stop(World *t);
/* One reading of each point of the round, now; returns when it is taken. */
void world_send_readings(World *t);
/* Stops; the next round of rows, in a transaction that stays open. */
void world_again(World *t);
void world_close(World *t);

bool world_is_row(const Entity *e); /* its rows are parted */
size_t world_entity(const World *t, const char *plural);
/* Does the account see the row of this place? */
bool world_expected(const World *t, const Who *p, const Entity *e, size_t place);
/* Neither the row nor a row that has to be made with it is seen. */
bool world_hidden(const World *t, const Who *p, const Entity *e, size_t place);
int64_t world_make(World *t, size_t entity, size_t place);
/* Persons beside the tokens, each in the place of people; in the open transaction. */
void world_make_users(World *t);
const char *world_district_code(int d);
const char *world_row_code(const World *t, size_t entity, size_t place);
const Field *world_field(const Entity *e, Str name);

Reply world_get(World *t, const Who *p, const char *path);
Reply world_ask(World *t, const Who *p, const char *method, const char *path, const char *type, Str body);
/* Fails: what was seen, by whom, of which row. */
void world_fail(const Who *p, const Entity *e, size_t place, const char *surface, bool wanted);
