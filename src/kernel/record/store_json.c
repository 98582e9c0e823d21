/* Records from JSON and to JSON. Reading collects one error per wrong member and goes on, so that the caller
 * sees all of them; writing adds what a person needs beside the values: the names of referenced records, the
 * actions allowed now. */
#include "flow/flow_int.h"

static ptrdiff_t find_member(const Field *fields, size_t n, Str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(name, fields[i].name)) return (ptrdiff_t)i;
    return -1;
}

static bool is_common(Str name)
{
    static const char *const names[] = {"id",          "version", "created_at", "updated_at",
                                        "archived_at", "titles",  "actions"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(name, names[i])) return true;
    return false;
}

static void refuse_unknown(Ctx *ctx, const Field *fields, size_t n, const Json *obj, int64_t line)
{
    JSON_EACH(m, obj)
    {
        if (find_member(fields, n, m->name) >= 0) continue;
        const char *name = str_z(ctx->arena, m->name);
        if (is_common(m->name))
            FAIL_FIELD(ctx, name, "readonly", line, "%s不能修改", "%s cannot be changed", name);
        else FAIL_FIELD(ctx, name, "unknown", line, "没有“%s”这一项", "there is no member \"%s\"", name);
    }
}

static void missing(Ctx *ctx, const Field *f, int64_t line)
{
    FAIL_FIELD(ctx, f->name, "required", line, "%s不能为空", "%s is required", text_in(f->label, ctx->lang));
}

/* A switch has two positions: null brings it back to its fallback, where other fields become empty. */
static Rc parse_member(Work *w, const Field *f, const Json *j, int64_t line, DbVal *v)
{
    if (f->fallback && f->type == F_BOOL && j && j->type == JSON_NULL)
        return field_parse_text(w, f, str_of(f->fallback), line, v);
    *v = db_val_null();
    return j ? field_parse_json(w, f, j, line, v) : 0;
}

static Rc read_member(Work *w, const Field *f, const Json *j, int64_t line, DbVal *v)
{
    DbVal old = *v, fresh;
    if (j && j->type == JSON_TEXT && mask_kept(w->ctx->arena, f, old, j->s)) return 0;
    Rc rc = parse_member(w, f, j, line, &fresh);
    if (rc < 0) return rc == RC_INVALID ? 0 : rc;
    bool same = field_equal(f, old, fresh);
    *v = fresh;
    if ((f->flags & F_CREATE_ONLY) && !same)
        FAIL_FIELD(w->ctx, f->name, "readonly", line, "%s建立后不能修改",
                   "%s cannot be changed after creation", text_in(f->label, w->ctx->lang));
    else if ((f->flags & F_REQUIRED) && fresh.type == DB_NULL) missing(w->ctx, f, line);
    return 0;
}

static Rc read_new(Work *w, const Field *f, const Json *j, int64_t line, DbVal *v)
{
    Rc rc = parse_member(w, f, j, line, v);
    if (!j && f->fallback) rc = field_parse_text(w, f, str_of(f->fallback), line, v);
    if (rc < 0) return rc == RC_INVALID ? 0 : rc;
    /* The program fills what a caller may not. */
    if ((f->flags & F_REQUIRED) && !(f->flags & F_READONLY) && v->type == DB_NULL) missing(w->ctx, f, line);
    return 0;
}

Rc fields_read_json(Work *w, const Field *fields, size_t n, const Json *obj, int64_t line, bool create,
                    DbVal *v)
{
    if (!obj || obj->type != JSON_OBJECT)
        return FAIL(w->ctx, RC_SYNTAX, "json.object", "应为 JSON 对象", "a JSON object is expected");
    refuse_unknown(w->ctx, fields, n, obj, line);
    for (size_t i = 0; i < n; i++) {
        const Field *f = &fields[i];
        const Json *j = json_get(obj, f->name);
        if (j && (f->flags & F_READONLY)) {
            FAIL_FIELD(w->ctx, f->name, "readonly", line, "%s由系统填写", "%s is filled by the program",
                       text_in(f->label, w->ctx->lang));
            continue;
        }
        if (create) TRY(read_new(w, f, j, line, &v[i]));
        else if (j) TRY(read_member(w, f, j, line, &v[i]));
    }
    return w->ctx->err.kind;
}

Rc store_read_json(Work *w, const Entity *e, const Json *obj, bool create, int64_t line, Record *rec)
{
    return fields_read_json(w, e->fields, e->nfields, obj, line, create, rec->v);
}

/* ---- Writing ---- */

static Rc look_up_names(Work *w, const EntityInfo *info, const Record *rec, RefName *names)
{
    for (size_t i = 0; i < info->e->nfields; i++)
        if (info->target[i] && rec->v[i].type != DB_NULL)
            TRY(ref_name(w, info->target[i], rec->v[i].i, &names[i]));
    return 0;
}

static void write_titles(const EntityInfo *info, const Record *rec, const RefName *names, JsonOut *out)
{
    jout_key(out, "titles");
    jout_open(out);
    for (size_t i = 0; i < info->e->nfields; i++)
        if (info->target[i] && rec->v[i].type != DB_NULL && names[i].title.p)
            jout_ks(out, info->e->fields[i].name, names[i].title);
    jout_close(out);
}

static Rc write_actions(Work *w, const EntityInfo *info, const Record *rec, JsonOut *out)
{
    jout_key(out, "actions");
    jout_open_array(out);
    for (size_t i = 0; i < info->nactions; i++) {
        Rc rc = action_offered(w, info, &info->actions[i], rec);
        if (rc < 0) return rc;
        if (rc) jout_z(out, info->actions[i].a.name);
    }
    jout_close_array(out);
    return 0;
}

Rc store__write(Work *w, const EntityInfo *info, const Record *rec, const RefName *names, JsonOut *out)
{
    const Entity *e = info->e;
    RefName *own = NULL;
    if (!names) {
        own = ARENA_ARRAY(w->ctx->arena, RefName, e->nfields);
        TRY(look_up_names(w, info, rec, own));
        names = own;
    }
    jout_open(out);
    jout_kid(out, "id", rec->id);
    jout_ki(out, "version", rec->version);
    jout_kt(out, "created_at", rec->created_at);
    jout_kt(out, "updated_at", rec->updated_at);
    if (rec->archived_at != INT64_MIN) jout_kt(out, "archived_at", rec->archived_at);
    for (size_t i = 0; i < e->nfields; i++) {
        if (e->fields[i].flags & F_SECRET) continue;
        jout_key(out, e->fields[i].name);
        bool hidden = info->target[i] && !names[i].code.p; /* outside the reader's scope */
        field_write_json(&e->fields[i], hidden ? db_val_null() : rec->v[i], names[i].code, out);
    }
    write_titles(info, rec, names, out);
    TRY(write_actions(w, info, rec, out));
    if (e->flow) TRY(matter_write_json(w, info, rec, names, out));
    if (e->expand) e->expand(w, e, rec, out);
    jout_close(out);
    return 0;
}

Rc store_write_json(Work *w, const Entity *e, const Record *rec, JsonOut *out)
{
    return store__write(w, entity_info(w->kernel, e), rec, NULL, out);
}

Str record_json_raw(Ctx *ctx, const Entity *e, const Record *rec, const Record *against)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (against ? field_equal(f, rec->v[i], against->v[i]) : rec->v[i].type == DB_NULL) continue;
        jout_key(&o, f->name);
        if ((f->flags & F_SECRET) && rec->v[i].type != DB_NULL) jout_z(&o, "***");
        else field_write_json(f, rec->v[i], STR_NONE, &o);
    }
    jout_close(&o);
    return buf_str(&b);
}
