/* Records in memory and access to their values by name. */
#include "kernel_int.h"
#include <math.h>
#include "base/clock.h"

size_t entity_field(const Entity *e, const char *name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return i;
    ensure_failed(name, e->plural, 0);
}

DbVal *rec_val(const Entity *e, const Record *rec, const char *name)
{
    return &rec->v[entity_field(e, name)];
}

Str rec_text(const Entity *e, const Record *rec, const char *name)
{
    const DbVal *v = rec_val(e, rec, name);
    return v->type == DB_TEXT || v->type == DB_JSON || v->type == DB_BYTES ? v->s : STR_NONE;
}

static bool is_whole(const DbVal *v)
{
    return v->type == DB_I64 || v->type == DB_BOOL;
}

int64_t rec_i64(const Entity *e, const Record *rec, const char *name)
{
    const DbVal *v = rec_val(e, rec, name);
    return is_whole(v) ? v->i : 0;
}

double rec_f64(const Entity *e, const Record *rec, const char *name)
{
    const DbVal *v = rec_val(e, rec, name);
    if (v->type == DB_F64) return v->f;
    return is_whole(v) ? (double)v->i : NAN;
}

int64_t rec_time(const Entity *e, const Record *rec, const char *name)
{
    const DbVal *v = rec_val(e, rec, name);
    return v->type == DB_I64 ? v->i : TIME_NONE;
}

void rec_set(const Entity *e, Record *rec, const char *name, DbVal v)
{
    *rec_val(e, rec, name) = v;
}

Record *rec_new(Ctx *ctx, const Entity *e)
{
    Record *rec = ARENA_NEW(ctx->arena, Record);
    rec->archived_at = TIME_NONE;
    rec->v = ARENA_ARRAY(ctx->arena, DbVal, e->nfields);
    return rec;
}

Record *rec_copy(Ctx *ctx, const Entity *e, const Record *rec)
{
    Record *copy = rec_new(ctx, e);
    DbVal *v = copy->v;
    *copy = *rec;
    copy->v = v;
    for (size_t i = 0; i < e->nfields; i++) {
        v[i] = rec->v[i];
        if (v[i].s.p) v[i].s = str_copy(ctx->arena, v[i].s);
    }
    return copy;
}
