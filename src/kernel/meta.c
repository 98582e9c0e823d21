/* GET /api/meta: the declarations as data, from which the UI makes its registers, forms and filters. Only
 * what the caller may read. */
#include "kernel_int.h"

static const char *const type_names[] = {
    [F_TEXT] = "text", [F_INT] = "int",   [F_REAL] = "real", [F_BOOL] = "bool",
    [F_TIME] = "time", [F_ENUM] = "enum", [F_REF] = "ref",   [F_JSON] = "json"};

static const struct {
    unsigned flag;
    const char *name;
} flag_names[] = {{F_REQUIRED, "required"},       {F_UNIQUE, "unique"}, {F_READONLY, "readonly"},
                  {F_CREATE_ONLY, "create_only"}, {F_FILTER, "filter"}, {F_SORT, "sort"},
                  {F_SEARCH, "search"},           {F_LIST, "list"},     {F_LONG, "long"}};

static void write_limits(const Field *f, JsonOut *o)
{
    bool text = f->type == F_TEXT && f->max == 0;
    if (f->min == 0 && f->max == 0 && !text) return;
    jout_kf(o, "min", f->min);
    jout_kf(o, "max", text ? 2000 : f->max);
}

static void write_field(const Field *f, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "name", f->name);
    jout_kz(o, "type", type_names[f->type]);
    for (size_t i = 0; i < ARRAY_LEN(flag_names); i++)
        if (f->flags & flag_names[i].flag) jout_kb(o, flag_names[i].name, true);
    if (f->flags & F_SECRET) jout_kb(o, "secret", true);
    if (f->ref) jout_kz(o, "ref", f->ref);
    write_limits(f, o);
    jout_text(o, "label", f->label);
    if (f->help.zh && *f->help.zh) jout_text(o, "help", f->help);
    if (f->unit) jout_kz(o, "unit", f->unit);
    if (f->group) jout_kz(o, "group", f->group);
    if (f->fallback) jout_kz(o, "fallback", f->fallback);
    jout_close(o);
}

static void write_fields(const char *key, const Field *fields, size_t n, JsonOut *o)
{
    jout_key(o, key);
    jout_open_array(o);
    for (size_t i = 0; i < n; i++) {
        /* A secret that the program fills is nobody's business; one that a person sets belongs into the form.
         */
        if ((fields[i].flags & F_SECRET) && (fields[i].flags & F_READONLY)) continue;
        write_field(&fields[i], o);
    }
    jout_close_array(o);
}

static void write_actions(const Entity *e, const Principal *who, JsonOut *o)
{
    jout_key(o, "actions");
    jout_open_array(o);
    for (size_t i = 0; i < e->nactions; i++) {
        const Action *a = &e->actions[i];
        jout_open(o);
        jout_kz(o, "name", a->name);
        jout_text(o, "label", a->label);
        jout_kb(o, "can", perm_has(who, a->perm));
        write_fields("params", a->params, a->nparams, o);
        jout_close(o);
    }
    jout_close_array(o);
}

static void write_entity(const Entity *e, const Principal *who, JsonOut *o)
{
    jout_open(o);
    jout_kz(o, "name", e->name);
    jout_kz(o, "plural", e->plural);
    jout_text(o, "title", e->title);
    jout_kz(o, "icon", e->icon.en);
    jout_kz(o, "code_field", e->code_field);
    jout_kz(o, "title_field", e->title_field);
    jout_kz(o, "sort", e->sort);
    jout_kb(o, "can_write", e->write_perm && perm_has(who, e->write_perm));
    write_fields("fields", e->fields, e->nfields, o);
    write_actions(e, who, o);
    jout_close(o);
}

Rc meta_handler(Req *req, Res *res)
{
    Kernel *k = req_kernel(req);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_key(o, "entities");
    jout_open_array(o);
    for (size_t i = 0; i < k->decl->nentities; i++) {
        const Entity *e = k->decl->entities[i].e;
        if (perm_has(req->who, e->read_perm)) write_entity(e, req->who, o);
    }
    jout_close_array(o);
    jout_key(o, "dicts");
    dict_write_all(k, o);
    jout_close(o);
    return 0;
}
