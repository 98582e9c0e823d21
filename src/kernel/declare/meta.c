/* GET /api/meta: the declarations as data, from which the UI makes its registers, forms and filters. Only
 * what the caller may read. */
#include "flow/flow_int.h"

static const char *const type_names[] = {
    [F_TEXT] = "text", [F_INT] = "int",   [F_REAL] = "real", [F_BOOL] = "bool",
    [F_TIME] = "time", [F_ENUM] = "enum", [F_REF] = "ref",   [F_JSON] = "json"};

static const struct {
    unsigned flag;
    const char *name;
} flag_names[] = {
    {F_REQUIRED, "required"}, {F_UNIQUE, "unique"}, {F_READONLY, "readonly"}, {F_CREATE_ONLY, "create_only"},
    {F_FILTER, "filter"},     {F_SORT, "sort"},     {F_SEARCH, "search"},     {F_LIST, "list"},
    {F_LONG, "long"},         {F_MASK, "mask"},     {F_INNER, "inner"}};

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

static const struct {
    unsigned flag;
    const char *name;
} move_flags[] = {{FLOW_REASON, "reason"},
                  {FLOW_TURN, "turn"},
                  {FLOW_CONFIRM, "confirm"},
                  {FLOW_MAIN, "main"},
                  {FLOW_EVIDENCE, "evidence"}};

static void write_move(const EntityAction *act, JsonOut *o)
{
    jout_key(o, "from");
    jout_open_array(o);
    Str from = str_of(act->move ? act->move->from : "");
    while (from.n) {
        Str name = str_cut(&from, ' ');
        if (name.n) jout_str(o, name);
    }
    jout_close_array(o);
    jout_kz(o, "to", act->move ? act->move->to : NULL);
    jout_key(o, "flags");
    jout_open_array(o);
    for (size_t i = 0; i < ARRAY_LEN(move_flags); i++)
        if (act->flags & move_flags[i].flag) jout_z(o, move_flags[i].name);
    jout_close_array(o);
}

static void write_actions(const EntityInfo *info, const Principal *who, JsonOut *o)
{
    jout_key(o, "actions");
    jout_open_array(o);
    for (size_t i = 0; i < info->nactions; i++) {
        const EntityAction *act = &info->actions[i];
        if (act->flags & FLOW_PROGRAM) continue;
        jout_open(o);
        jout_kz(o, "name", act->a.name);
        jout_text(o, "label", act->a.label);
        jout_kb(o, "can", perm_has(who, act->a.perm));
        write_fields("params", act->a.params, act->a.nparams, o);
        if (info->e->flow) write_move(act, o);
        jout_close(o);
    }
    jout_close_array(o);
}

static void write_flow(const Flow *f, JsonOut *o)
{
    jout_key(o, "flow");
    jout_open(o);
    jout_kz(o, "state", f->state);
    jout_kz(o, "grade", f->grade);
    jout_kz(o, "owner", f->owner);
    jout_key(o, "states");
    jout_open_array(o);
    for (size_t i = 0; i < f->nstates; i++) {
        jout_open(o);
        jout_kz(o, "name", f->states[i].name);
        jout_text(o, "label", f->states[i].label);
        jout_kb(o, "initial", f->states[i].flags & STATE_INITIAL);
        jout_kb(o, "final", f->states[i].flags & STATE_FINAL);
        jout_close(o);
    }
    jout_close_array(o);
    jout_close(o);
}

static void write_entity(const EntityInfo *info, const Principal *who, JsonOut *o)
{
    const Entity *e = info->e;
    jout_open(o);
    jout_kz(o, "name", e->name);
    jout_kz(o, "plural", e->plural);
    jout_text(o, "title", e->title);
    jout_kz(o, "icon", e->icon.en);
    jout_kz(o, "code_field", e->code_field);
    jout_kz(o, "title_field", e->title_field);
    jout_kz(o, "sort", e->sort);
    if (mask_in(e)) jout_kb(o, "can_unmask", perm_has(who, e->unmask_perm));
    jout_kb(o, "can_write", e->write_perm && perm_has(who, e->write_perm));
    jout_kb(o, "searched", e->searched || e->flow);
    write_fields("fields", e->fields, e->nfields, o);
    write_actions(info, who, o);
    if (e->npapers) jout_kb(o, "papers", true);
    if (e->flow) write_flow(e->flow, o);
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
        const EntityInfo *info = &k->decl->entities[i];
        if (perm_has(req->who, info->e->read_perm)) write_entity(info, req->who, o);
    }
    jout_close_array(o);
    jout_key(o, "dicts");
    dict_write_all(k, o);
    jout_close(o);
    return 0;
}
