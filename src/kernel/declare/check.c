/* Are the declarations sound? Runs at every start and in the conformance test, so that a mistake in a table
 * of a slice is a sentence that names the place, never a strange failure later. */
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel/paper.h"

Rc decl_fault(Ctx *ctx, const char *kind, const char *name, const char *part, const char *what)
{
    return FAIL(ctx, RC_BUG, "kernel.declaration", "模块声明有误：%s %s%s%s：%s",
                "wrong declaration: %s %s%s%s: %s", kind, name ? name : "?", part ? "." : "",
                part ? part : "", what);
}

bool decl_text_ok(Text t)
{
    return t.zh && *t.zh && t.en && *t.en;
}

static bool help_ok(Text t)
{
    return !(t.zh && *t.zh) == !(t.en && *t.en);
}

bool decl_name_ok(const char *s, const char *extra)
{
    if (!s || *s < 'a' || *s > 'z') return false;
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || strchr(extra, *s))) return false;
    return true;
}

static const char *const common[] = {"id",          "version", "created_at", "updated_at",
                                     "archived_at", "titles",  "actions"};

static bool in_list(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(s, list[i])) return true;
    return false;
}

static bool group_known(const char *group)
{
    const Dict *d = NULL;
    for (size_t i = 0; i < kernel_module.ndicts; i++)
        if (!strcmp(kernel_module.dicts[i].name, "form_group")) d = &kernel_module.dicts[i];
    for (size_t i = 0; d && i < d->nentries; i++)
        if (!strcmp(d->entries[i].code, group)) return true;
    return false;
}

static const char *field_fault(const Decl *d, const Field *f)
{
    if (!decl_name_ok(f->name, "_")) return "the name must be [a-z][a-z0-9_]*";
    if (in_list(f->name, common, ARRAY_LEN(common))) return "the name is one of the common members";
    if (f->type > F_JSON) return "unknown type";
    if (!decl_text_ok(f->label)) return "a label in both languages is missing";
    if (!help_ok(f->help)) return "the help stands in one language only";
    if (f->min > f->max) return "min is greater than max";
    if (f->type == F_ENUM && !(f->ref && decl_dict(d, str_of(f->ref)))) return "no such dictionary";
    if (f->type == F_REF && !(f->flags & F_LOOSE) && !(f->ref && decl_entity(d, str_of(f->ref))))
        return "no such entity";
    if ((f->flags & F_SEARCH) && f->type != F_TEXT) return "only texts are searched";
    if ((f->flags & F_UNIQUE) && (f->type == F_JSON || f->type == F_BOOL))
        return "this type cannot be unique";
    if ((f->flags & (F_FILTER | F_SORT)) && f->type == F_JSON) return "JSON is neither filtered nor sorted";
    if ((f->flags & F_SECRET) && (f->flags & (F_FILTER | F_SORT | F_SEARCH | F_LIST)))
        return "a secret is not shown, sorted or searched";
    if ((f->flags & F_MASK) && f->type != F_TEXT) return "only texts are masked";
    if ((f->flags & F_MASK) && (f->flags & (F_FILTER | F_SORT | F_SEARCH | F_SECRET)))
        return "what is masked is neither filtered, sorted nor searched";
    if (f->group && !group_known(f->group)) return "its group is not in the dictionary form_group";
    return NULL;
}

Rc decl_check_fields(Ctx *ctx, const Decl *d, const char *owner, const Field *fields, size_t n)
{
    if (n > MAX_FIELDS) return decl_fault(ctx, "entity", owner, NULL, "too many fields");
    for (size_t i = 0; i < n; i++) {
        const char *what = field_fault(d, &fields[i]);
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(fields[i].name, fields[j].name)) what = "the name is there twice";
        if (what) return decl_fault(ctx, "field", owner, fields[i].name, what);
    }
    return 0;
}

static const Field *field_of(const Entity *e, const char *name)
{
    for (size_t i = 0; i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return &e->fields[i];
    return NULL;
}

static bool sort_ok(const Entity *e)
{
    if (!e->sort) return true;
    const char *name = *e->sort == '-' ? e->sort + 1 : e->sort;
    if (!strcmp(name, "id") || !strcmp(name, "created_at") || !strcmp(name, "updated_at")) return true;
    const Field *f = field_of(e, name);
    return f && (f->flags & F_SORT);
}

/* "object.district": each name but the last is a reference. NULL: no such column. */
static const Field *column_of(const Decl *d, const Entity *e, Str path)
{
    const Field *f = NULL;
    while (e && path.n) {
        Str name = str_cut(&path, '.');
        f = NULL;
        for (size_t i = 0; i < e->nfields; i++)
            if (str_is(name, e->fields[i].name)) f = &e->fields[i];
        if (!f || !path.n) return f;
        const EntityInfo *next = f->type == F_REF ? decl_entity(d, str_of(f->ref)) : NULL;
        e = next ? next->e : NULL;
    }
    return NULL;
}

static bool refers_to(const Decl *d, const Entity *e, Str path, const char *plural)
{
    const Field *f = column_of(d, e, path);
    return f && f->type == F_REF && !strcmp(f->ref, plural);
}

static bool bodies_ok(const Decl *d, const Entity *e, const char *columns)
{
    Str rest = str_of(columns ? columns : "");
    while (rest.n) {
        Str one = str_cut(&rest, ' ');
        if (!(str_is(one, "id") && !strcmp(e->plural, "bodies")) && !refers_to(d, e, one, "bodies"))
            return false;
    }
    return true;
}

static bool via_ok(const Decl *d, const Entity *e)
{
    Str rest = str_of(e->scope.via ? e->scope.via : "");
    if (e->scope.of) {
        const Field *f = column_of(d, e, rest);
        return f && f->type == F_TEXT;
    }
    if (!rest.n) return false;
    while (rest.n) {
        const Field *f = column_of(d, e, str_cut(&rest, ' '));
        if (!f || f->type != F_REF) return false;
    }
    return true;
}

static const char *scope_fault(const Decl *d, const Entity *e)
{
    const ScopeRule *r = &e->scope;
    switch (r->kind) {
    case SCOPE_UNSET:
        return "it does not say who sees which rows (scope)";
    case SCOPE_OPEN:
        return NULL;
    case SCOPE_SELF:
        return r->body && refers_to(d, e, str_of(r->body), "users") ? NULL : "scope.body must refer to users";
    case SCOPE_VIA:
        return via_ok(d, e) ? NULL : "scope.via is no reference";
    case SCOPE_ROW:
        break;
    }
    if (r->district && !refers_to(d, e, str_of(r->district), "districts"))
        return "scope.district does not refer to districts";
    if (!bodies_ok(d, e, r->body)) return "scope.body does not refer to bodies";
    if (r->line && strcmp(r->line, SCOPE_ANY_LINE) != 0 && !column_of(d, e, str_of(r->line)))
        return "scope.line is not a field";
    return NULL;
}

static const char *entity_fault(const Decl *d, const Entity *e)
{
    if (!decl_name_ok(e->name, "_-")) return "the name must be [a-z][a-z0-9_-]*";
    if (!decl_name_ok(e->plural, "-")) return "the plural must be [a-z][a-z0-9-]*";
    if (!decl_text_ok(e->title)) return "a title in both languages is missing";
    if (!e->nfields) return "no fields";
    if (!e->read_perm || decl_perm(d, e->read_perm) < 0) return "read_perm is not declared";
    if (e->write_perm && decl_perm(d, e->write_perm) < 0) return "write_perm is not declared";
    const Field *code = e->code_field ? field_of(e, e->code_field) : NULL;
    if (e->code_field && !(code && code->type == F_TEXT && (code->flags & F_UNIQUE)))
        return "code_field must be a unique text field";
    if (e->title_field && !field_of(e, e->title_field)) return "title_field is not a field";
    for (size_t i = 0; i < e->nfields; i++) {
        const Field *f = &e->fields[i];
        if (!(f->flags & F_MASK)) continue;
        if (!e->unmask_perm || decl_perm(d, e->unmask_perm) < 0) return "unmask_perm is not declared";
        if (f == code || (e->title_field && !strcmp(f->name, e->title_field)))
            return "a masked field is neither code nor title";
    }
    if (!sort_ok(e)) return "sort must name a sortable field";
    return scope_fault(d, e);
}

static Rc check_actions(Ctx *ctx, const Decl *d, const Entity *e)
{
    for (size_t i = 0; i < e->nactions; i++) {
        const Action *a = &e->actions[i];
        const char *what = NULL;
        if (!decl_name_ok(a->name, "-_")) what = "the name must be [a-z][a-z0-9-]*";
        else if (!a->perm || decl_perm(d, a->perm) < 0) what = "its permission is not declared";
        else if (!decl_text_ok(a->label)) what = "a label in both languages is missing";
        else if (!a->fn) what = "no function";
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(a->name, e->actions[j].name)) what = "the name is there twice";
        if (what) return decl_fault(ctx, "action", e->plural, a->name, what);
        TRY(decl_check_fields(ctx, d, a->name, a->params, a->nparams));
    }
    return 0;
}

static const char *paper_fault(const Decl *d, const Entity *e, const PaperKind *k)
{
    if (!decl_name_ok(k->kind, "-_") || !strcmp(k->kind, "issued")) return "the kind must be [a-z][a-z0-9-]*";
    if (!decl_text_ok(k->title)) return "a title in both languages is missing";
    if (!k->perm || decl_perm(d, k->perm) < 0) return "its permission is not declared";
    if (!k->body.zh || !*k->body.zh) return "it has no first template";
    if (!k->word) return "its number has no word";
    if (k->issuer && !refers_to(d, e, str_of(k->issuer), "bodies")) return "issuer does not refer to bodies";
    if (k->to && !refers_to(d, e, str_of(k->to), "bodies")) return "to does not refer to bodies";
    return k->states && !e->flow ? "states without a flow" : NULL;
}

static Rc check_papers(Ctx *ctx, const Decl *d, const Entity *e)
{
    for (size_t i = 0; i < e->npapers; i++) {
        const char *what = paper_fault(d, e, &e->papers[i]);
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(e->papers[i].kind, e->papers[j].kind)) what = "the kind is there twice";
        if (what) return decl_fault(ctx, "paper", e->plural, e->papers[i].kind, what);
    }
    return 0;
}

static Rc check_entities(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        const char *what = entity_fault(d, e);
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(e->plural, d->entities[j].e->plural) || !strcmp(e->name, d->entities[j].e->name))
                what = "the name is there twice";
        if (what) return decl_fault(ctx, "entity", e->plural, NULL, what);
        TRY(decl_check_fields(ctx, d, e->plural, e->fields, e->nfields));
        TRY(check_actions(ctx, d, e));
        TRY(check_papers(ctx, d, e));
        TRY(flow_check(ctx, d, e));
    }
    return 0;
}

static bool role_known(Str role)
{
    for (size_t i = 0; i < kernel_role_dict.nentries; i++)
        if (str_is(role, kernel_role_dict.entries[i].code)) return true;
    return false;
}

static const char *perm_fault(const Perm *p)
{
    if (!decl_name_ok(p->name, "._-")) return "the name must be [a-z][a-z0-9._-]*";
    if (!strcmp(p->name, PERM_PUBLIC) || !strcmp(p->name, PERM_SESSION)) return "the name is taken";
    if (!decl_text_ok(p->title)) return "a title in both languages is missing";
    Str roles = str_of(p->roles ? p->roles : "");
    if (!str_trim(roles).n) return "no role carries it";
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        if (role.n && !role_known(role)) return "an unknown role carries it";
    }
    return NULL;
}

static Rc check_perms(Ctx *ctx, const Decl *d)
{
    if (d->nperms > MAX_PERMS) return decl_fault(ctx, "module", "all", NULL, "too many permissions");
    for (size_t i = 0; i < d->nperms; i++) {
        const char *what = perm_fault(d->perms[i]);
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(d->perms[i]->name, d->perms[j]->name)) what = "the name is there twice";
        if (what) return decl_fault(ctx, "permission", d->perms[i]->name, NULL, what);
    }
    return 0;
}

static const char *entry_fault(const Dict *d, size_t at, Arena *a)
{
    const DictEntry *e = &d->entries[at];
    if (!e->code || !*e->code) return "an entry has no code";
    if (!decl_text_ok(e->label)) return "a label in both languages is missing";
    for (size_t i = 0; i < at; i++)
        if (!strcmp(e->code, d->entries[i].code)) return "the code is there twice";
    if (!e->extra) return NULL;
    Ctx scratch;
    ctx_init(&scratch, a, LANG_EN);
    const Json *j;
    return json_parse(&scratch, str_of(e->extra), &j) < 0 ? "extra is no JSON" : NULL;
}

static Rc check_dicts(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->ndicts; i++) {
        const Dict *dict = d->dicts[i];
        const char *what = NULL;
        if (!decl_name_ok(dict->name, "_-")) what = "the name must be [a-z][a-z0-9_-]*";
        else if (!decl_text_ok(dict->title)) what = "a title in both languages is missing";
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(dict->name, d->dicts[j]->name)) what = "the name is there twice";
        if (what) return decl_fault(ctx, "dictionary", dict->name, NULL, what);
        for (size_t j = 0; j < dict->nentries; j++) {
            what = entry_fault(dict, j, ctx->arena);
            if (what) return decl_fault(ctx, "dictionary", dict->name, dict->entries[j].code, what);
        }
    }
    return 0;
}

Rc decl_check(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->nmodules; i++) {
        const char *what = NULL;
        if (!decl_name_ok(d->modules[i]->name, "_-")) what = "the name must be [a-z][a-z0-9_-]*";
        else if (!decl_text_ok(d->modules[i]->title)) what = "a title in both languages is missing";
        for (size_t j = 0; !what && j < i; j++)
            if (!strcmp(d->modules[i]->name, d->modules[j]->name)) what = "the name is there twice";
        if (what) return decl_fault(ctx, "module", d->modules[i]->name, NULL, what);
    }
    TRY(check_perms(ctx, d));
    TRY(check_dicts(ctx, d));
    TRY(limits_check(ctx, d));
    return check_entities(ctx, d);
}

static const char *route_fault(const Decl *d, const Route *r)
{
    if (!r->path || *r->path != '/') return "the path must start with /";
    if (!r->fn) return "no handler";
    if (!decl_text_ok(r->title)) return "a title in both languages is missing";
    if (!r->perm) return "no permission";
    if (strcmp(r->perm, PERM_PUBLIC) && strcmp(r->perm, PERM_SESSION) && decl_perm(d, r->perm) < 0)
        return "its permission is not declared";
    return NULL;
}

Rc decl_check_routes(Ctx *ctx, const Decl *d)
{
    for (size_t i = 0; i < d->nroutes; i++) {
        const Route *r = &d->routes[i];
        const char *what = route_fault(d, r);
        for (size_t j = 0; !what && j < i; j++)
            if (r->method == d->routes[j].method && !strcmp(r->path, d->routes[j].path))
                what = "method and path are there twice";
        if (what) return decl_fault(ctx, "route", r->path, NULL, what);
    }
    return 0;
}
