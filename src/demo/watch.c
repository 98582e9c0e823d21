/* The demo's roster: the watch for five weeks from the Monday before last, two shifts a day. Both
 * shifts are people with accounts, so that somebody can be told and can sign at any hour. */
#include "city.h"
#include "base/clock.h"
#include "mod/people.h"
#include "mod/shift.h"

enum { WEEKS = 5, DAY_FROM = 8, DAY_TO = 20 };

enum { STAFF_MOST = 32 };

typedef struct Watch {
    Work *w;
    int64_t body;
    int64_t person[STAFF_MOST], post[STAFF_MOST];
    size_t n;
    int64_t holder, other, chief, lead; /* persons: by day, by night, 值班长, 中心主任 */
} Watch;

static Rc take(void *ud, const Record *rec)
{
    Watch *x = ud;
    const Entity *e = &person_entity;
    if (x->n >= STAFF_MOST || !rec_i64(e, rec, "post")) return 0;
    x->person[x->n] = rec->id;
    x->post[x->n++] = rec_i64(e, rec, "post");
    return 0;
}

static Rc find_posts(Watch *x)
{
    for (size_t i = 0; i < x->n; i++) {
        Record *post;
        TRY(store_get(x->w, &post_entity, x->post[i], &post));
        Str title = rec_text(&post_entity, post, "title");
        if (str_is(title, "值班员") && !x->holder) x->holder = x->person[i];
        else if (str_is(title, "值班员")) x->other = x->person[i];
        else if (str_is(title, "值班长")) x->chief = x->person[i];
        else if (str_is(title, "中心主任")) x->lead = x->person[i];
    }
    return 0;
}

static Rc add_shift(Watch *x, int64_t person, const char *place, int64_t from, int64_t to)
{
    const Entity *e = &duty_shift_entity;
    if (!person) return 0;
    Record *rec = rec_new(x->w->ctx, e);
    rec_set(e, rec, "body", db_val_i64(x->body));
    rec_set(e, rec, "person", db_val_i64(person));
    rec_set(e, rec, "place", db_val_z(place));
    rec_set(e, rec, "starts_at", db_val_i64(from));
    rec_set(e, rec, "ends_at", db_val_i64(to));
    return store_insert(x->w, e, rec);
}

static Rc add_day(Watch *x, int64_t day)
{
    int64_t morning = day + DAY_FROM * MS_HOUR, evening = day + DAY_TO * MS_HOUR, next = morning + MS_DAY;
    TRY(add_shift(x, x->holder, "first", morning, evening));
    TRY(add_shift(x, x->other, "first", evening, next));
    TRY(add_shift(x, x->chief, "backup", morning, next));
    return add_shift(x, x->lead, "lead", morning, next);
}

Rc demo_watch(Work *w)
{
    Watch x = {.w = w};
    Record *body;
    Rc rc = store_find(w, kernel_entity(w->kernel, "bodies"), STR("code:BODY-WATCH"), &body);
    if (rc <= 0) return rc;
    x.body = body->id;
    TRY(store_each(w, &person_entity, "body", db_val_i64(x.body), take, &x));
    TRY(find_posts(&x));
    int64_t day = civil_day_start(civil_day(w->now));
    day -= (civil_of(day).weekday - 1 + 7) * MS_DAY;
    for (int i = 0; i < WEEKS * 7; i++) TRY(add_day(&x, day + i * MS_DAY));
    return 0;
}
