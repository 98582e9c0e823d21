/* What a session tells of its owner: rights, place in the trees, what has to be done first; and the one thing
 * about himself that he changes here, his telephone. */
#include "access/access.h"

static void write_roles(JsonOut *o, Str roles)
{
    jout_key(o, "roles");
    jout_open_array(o);
    while (roles.n) {
        Str role = str_cut(&roles, ' ');
        if (role.n) jout_str(o, role);
    }
    jout_close_array(o);
}

static void write_perms(JsonOut *o, const PermSet *set)
{
    const Decl *d = set->kernel->decl;
    jout_key(o, "perms");
    jout_open_array(o);
    for (size_t i = 0; i < d->nperms; i++)
        if (set->bits[i / 64] >> (i % 64) & 1) jout_z(o, d->perms[i]->name);
    jout_close_array(o);
}

static void write_acting(JsonOut *o, const PermSet *set)
{
    jout_key(o, "acting");
    if (!set->acting_for) {
        jout_null(o);
        return;
    }
    jout_open(o);
    jout_kz(o, "for", set->acting_for);
    jout_kz(o, "full_name", set->acting_full_name);
    jout_kt(o, "until", set->acting_until);
    jout_close(o);
}

/* {"id","code","name"} of a record, null when there is none or the program has no such records. */
static Rc write_record(Work *w, const char *member, const char *plural, int64_t id, JsonOut *o)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, str_of(plural));
    RefName name = {0};
    Rc there = id && info ? ref_name(w, info, id, &name) : 0;
    TRY(there);
    jout_key(o, member);
    if (!name.code.n) {
        jout_null(o);
        return 0;
    }
    jout_open(o);
    jout_kid(o, "id", id);
    jout_ks(o, "code", name.code);
    jout_ks(o, "name", name.title);
    jout_close(o);
    return 0;
}

/* The number that notices go to: the person's mobile, else the account's telephone. */
static Rc write_phone(Work *w, const Record *user, int64_t person, JsonOut *o)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, STR("persons"));
    Str phone = rec_text(&users_entity, user, "phone");
    Record *rec;
    if (person) {
        TRY(store_get(w, info->e, person, &rec));
        Str mobile = rec_text(info->e, rec, "mobile");
        if (mobile.n) phone = mobile;
    }
    jout_ks(o, "phone", mask_text(w->ctx->arena, phone));
    return 0;
}

/* Body and district as the scope has them (of the delegator while standing in), the person and the telephone
 * as the account itself has them. */
static Rc write_place(Work *w, const Principal *who, JsonOut *o)
{
    const Scope *scope = &principal_set(who)->scope;
    Record *rec = NULL;
    int64_t person = 0;
    if (!who->is_token) {
        TRY(store_get(w, &users_entity, who->user_id, &rec));
        TRY(account_person(w, rec->id, &person));
        TRY(write_phone(w, rec, person, o));
    }
    TRY(write_record(w, "body", "bodies", scope->body, o));
    TRY(write_record(w, "district", "districts", scope->district, o));
    return write_record(w, "person", "persons", person, o);
}

Rc session_write(Req *req, JsonOut *o, const char *csrf)
{
    static const char *const reaches[] = {
        [REACH_BODY] = "body", [REACH_LINE] = "line", [REACH_DISTRICT] = "district", [REACH_ALL] = "all"};
    const Principal *who = req->who;
    const PermSet *set = principal_set(who);
    jout_open(o);
    jout_key(o, "user");
    jout_open(o);
    jout_kid(o, "id", who->user_id);
    jout_kz(o, "name", who->name);
    jout_kz(o, "full_name", who->full_name);
    write_roles(o, str_of(set->roles));
    write_perms(o, set);
    write_acting(o, set);
    jout_kz(o, "reach", reaches[set->scope.reach]);
    Work w;
    TRY(work_begin(req, false, &w));
    Rc rc = write_place(&w, who, o);
    work_abort(&w);
    TRY(rc);
    jout_close(o);
    jout_kb(o, "must_change_password", set->must_change);
    jout_kb(o, "must_enrol", set->must_enrol);
    jout_ki(o, "page_idle_minutes", policy_get(req_kernel(req), POLICY_PAGE_IDLE_MINUTES));
    jout_kz(o, "csrf", csrf);
    jout_close(o);
    return 0;
}

Rc session_show(Req *req, Res *res)
{
    const char *csrf =
        req->who->is_token ? NULL : session_csrf(req->ctx.arena, req_cookie(req, "anlan_session"));
    res_header(res, "Cache-Control", "no-store");
    return session_write(req, res_json(req, res), csrf);
}

/* ---- PATCH /api/session/phone ---- */

/* The person who has the account is reached by the same number. */
static Rc change_person(Work *w, int64_t user, DbVal phone)
{
    const EntityInfo *info = decl_entity(w->kernel->decl, STR("persons"));
    int64_t id;
    Record *rec;
    TRY(account_person(w, user, &id));
    if (!id) return 0;
    TRY(store_get(w, info->e, id, &rec));
    Record *old = rec_copy(w->ctx, info->e, rec);
    rec_set(info->e, rec, "mobile", phone);
    return store_update(w, info->e, old, rec, "change");
}

static Rc check_phone(Ctx *ctx, Str phone)
{
    bool fine = true;
    for (size_t i = 0; i < phone.n; i++) fine = fine && strchr("0123456789+-() #", phone.p[i]);
    if (fine) return 0;
    return FAIL_FIELD(ctx, "phone", "format", 0, "电话号码含有不能使用的字符",
                      "the telephone number has characters that cannot be used");
}

Rc session_phone(Req *req, Res *res)
{
    static const Field fields[] = {
        {.name = "phone", .type = F_TEXT, .flags = F_REQUIRED, .max = 20, .label = T("电话", "Telephone")}};
    const Entity *e = &users_entity;
    const Json *body;
    DbVal v[1] = {0};
    Record *rec;
    Work w;
    if (req->who->is_token)
        return FAIL(&req->ctx, RC_FORBIDDEN, "session.token", "令牌没有电话", "a token has no telephone");
    TRY(req_json(req, &body));
    TRY(work_begin(req, true, &w));
    TRY(fields_read_json(&w, fields, 1, body, 0, true, v));
    TRY(check_phone(w.ctx, v[0].s));
    TRY(store_get(&w, e, req->who->user_id, &rec));
    Record *old = rec_copy(w.ctx, e, rec);
    rec_set(e, rec, "phone", v[0]);
    TRY(store_update(&w, e, old, rec, "change"));
    TRY(change_person(&w, rec->id, v[0]));
    TRY(work_commit(&w));
    res_status(res, 204);
    return 0;
}
