/* Public pages. Each list has a table of the fields that leave the program, and nothing else is read: the
 * statement names its columns one by one, in the order of the table. What is shown at all the office says in
 * the dictionary `public_setting`; a list that is off is not there. Answers may be kept by anybody for a
 * minute, and each address asks so many times a minute. */
#include "mod/public.h"
#include "base/clock.h"
#include "base/throttle.h"
#include "kernel/paper.h"
#include "mod_public_queries_sql.h"

enum { ROWS_MOST = 200, A_MINUTE = 60 };
static Throttle throttle = {.lock = PTHREAD_MUTEX_INITIALIZER, .a_minute = A_MINUTE};

static const PublicField danger_fields[] = {
    {"code", NULL, false},     {"enterprise", NULL, false},
    {"district", NULL, false}, {"level", "supervision_level", false},
    {"issuer", NULL, false},   {"words", NULL, false},
    {"since", NULL, true},
};
static const PublicField warning_fields[] = {
    {"code", NULL, false},     {"title", NULL, false}, {"grade", "grade", false}, {"line", "field", false},
    {"district", NULL, false}, {"area", NULL, false},  {"advice", NULL, false},   {"since", NULL, true},
};
const PublicList public_lists[PUBLIC_LISTS] = {
    {"dangers", T("挂牌督办的重大隐患", "Major dangers under supervision"), danger_fields,
     ARRAY_LEN(danger_fields)},
    {"warnings", T("生效中的预警", "Warnings in force"), warning_fields, ARRAY_LEN(warning_fields)},
};
enum { DANGERS, WARNINGS };

/* ---- Settings ---- */

/* "off", "on", or another word; where nothing is said, off. */
static Rc setting(Work *w, const char *code, Str *out)
{
    DbCursor *c;
    const Json *j;
    *out = STR("off");
    Rc rc = db_query_one(w->ctx, w->db, &q_public_setting, DB_ARGS(db_val_z(code)), &c);
    if (rc <= 0) return rc;
    Str extra = db_str_copy(w->ctx, c, 0);
    if (!extra.n || json_parse(w->ctx, extra, &j) < 0) {
        ctx_clear(w->ctx);
        return 0;
    }
    Str value = str_trim(json_str(json_get(j, "show")));
    if (value.n) *out = value;
    return 0;
}

/* ---- Rows ---- */

typedef void (*RowFn)(Work *w, const PublicList *list, const DbCursor *c, void *ud);

/* 1: shown, 0: switched off. */
static Rc each_row(Work *w, size_t which, RowFn fn, void *ud)
{
    static const char *const plural[PUBLIC_LISTS] = {"supervisions", "warnings"};
    DbCursor *c;
    Rc rc;
    Str show;
    TRY(setting(w, public_lists[which].name, &show));
    if (str_is(show, "off") || !kernel_entity(w->kernel, plural[which])) return 0;
    if (which == DANGERS) TRY(db_query(w->ctx, w->db, &q_public_dangers, DB_ARGS(db_val_i64(ROWS_MOST)), &c));
    else
        TRY(db_query(w->ctx, w->db, &q_public_warnings,
                     DB_ARGS(db_val_bool(str_is(show, "all")), db_val_i64(ROWS_MOST)), &c));
    while ((rc = db_next(w->ctx, c)) > 0) fn(w, &public_lists[which], c, ud);
    db_close(&c);
    return rc < 0 ? rc : 1;
}

static void put_item(Work *w, const PublicList *list, const DbCursor *c, void *ud)
{
    JsonOut *o = ud;
    jout_open(o);
    for (size_t i = 0; i < list->nfields; i++) {
        const PublicField *f = &list->fields[i];
        if (db_is_null(c, i)) continue;
        if (f->time) jout_kt(o, f->name, db_i64(c, i));
        else jout_ks(o, f->name, db_str(c, i));
        const char *label = f->dict ? dict_label(w->kernel, f->dict, db_str(c, i), w->ctx->lang) : NULL;
        if (label) jout_kz(o, arena_printf(w->ctx->arena, "%s_label", f->name), label);
    }
    jout_close(o);
}

/* ---- Routes ---- */

static Rc begin(Req *req, Res *res, Work *w)
{
    if (throttle_over(&throttle, req->peer))
        return FAIL(&req->ctx, RC_LIMIT, "public.limit", "访问过于频繁，请一分钟后再试",
                    "too many requests, try again in a minute");
    res_header(res, "Cache-Control", "public, max-age=60");
    res_header(res, "Vary", "Accept-Language");
    return work_begin(req, false, w);
}

static Rc show_list(Req *req, Res *res, size_t which)
{
    Work w;
    StrBuf b;
    JsonOut rows;
    TRY(begin(req, res, &w));
    buf_init(&b, w.ctx->arena);
    jout_init(&rows, &b);
    jout_open_array(&rows);
    Rc rc = each_row(&w, which, put_item, &rows);
    TRY(rc);
    if (!rc) return FAIL(w.ctx, RC_NOT_FOUND, "public.off", "未公开", "this is not public");
    jout_close_array(&rows);
    JsonOut *o = res_json(req, res);
    jout_open(o);
    jout_kt(o, "t", w.now);
    jout_kz(o, "title", text_in(public_lists[which].title, w.ctx->lang));
    jout_key(o, "items");
    jout_raw(o, buf_str(&b));
    jout_close(o);
    return work_commit(&w);
}

static Rc show_dangers(Req *req, Res *res)
{
    return show_list(req, res, DANGERS);
}

static Rc show_warnings(Req *req, Res *res)
{
    return show_list(req, res, WARNINGS);
}

/* ---- Feed ---- */

typedef struct Feed {
    StrBuf out;
    int64_t newest;
} Feed;

static void xml(StrBuf *out, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '<') buf_addz(out, "&lt;");
        else if (c == '>') buf_addz(out, "&gt;");
        else if (c == '&') buf_addz(out, "&amp;");
        else if (c == '"') buf_addz(out, "&quot;");
        else if (c >= 32 || c == '\n' || c == '\t') buf_addc(out, (char)c);
    }
}

static size_t field_at(const PublicList *list, const char *name)
{
    size_t i = 0;
    while (i < list->nfields && strcmp(list->fields[i].name, name) != 0) i++;
    return i;
}

static void put_entry(Work *w, const PublicList *list, const DbCursor *c, void *ud)
{
    Feed *f = ud;
    char t[TIME_TEXT_MAX];
    bool danger = list == &public_lists[DANGERS];
    size_t since = field_at(list, "since"), words = field_at(list, danger ? "words" : "advice");
    int64_t at = db_is_null(c, since) ? w->now : db_i64(c, since);
    if (at > f->newest) f->newest = at;
    buf_printf(&f->out, "<entry>\n<id>urn:anlan:public:%s:", list->name);
    xml(&f->out, db_str(c, 0));
    buf_addz(&f->out, "</id>\n<title>");
    buf_addz(&f->out, text_in(list->title, w->ctx->lang));
    buf_addz(&f->out, w->ctx->lang == LANG_EN ? ": " : "：");
    xml(&f->out, db_str(c, field_at(list, danger ? "enterprise" : "title")));
    buf_printf(&f->out, "</title>\n<updated>%s</updated>\n<link href=\"/public\"/>\n<content type=\"text\">",
               time_print(at, t));
    xml(&f->out, db_is_null(c, words) ? STR("") : db_str(c, words));
    buf_addz(&f->out, "</content>\n</entry>\n");
}

static Rc show_feed(Req *req, Res *res)
{
    Work w;
    Feed f = {.newest = INT64_C(1577808000000)};
    StrBuf out;
    char t[TIME_TEXT_MAX];
    Str show;
    TRY(begin(req, res, &w));
    TRY(setting(&w, "feed", &show));
    if (str_is(show, "off")) return FAIL(w.ctx, RC_NOT_FOUND, "public.off", "未公开", "this is not public");
    buf_init(&f.out, w.ctx->arena);
    buf_init(&out, w.ctx->arena);
    for (size_t i = 0; i < PUBLIC_LISTS; i++) {
        Rc rc = each_row(&w, i, put_entry, &f);
        TRY(rc);
    }
    buf_printf(&out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
               "<id>urn:anlan:public</id>\n<title>%s</title>\n<author><name>anlan</name></author>\n"
               "<link rel=\"self\" href=\"/api/public/feed.atom\"/>\n<updated>%s</updated>\n",
               w.ctx->lang == LANG_EN ? "Public safety notices" : "城市安全公示", time_print(f.newest, t));
    buf_add(&out, buf_str(&f.out));
    buf_addz(&out, "</feed>\n");
    res_body(res, "application/atom+xml; charset=utf-8", buf_str(&out));
    return RC_OK;
}

static const Route routes[] = {
    {HTTP_GET, "/api/public/dangers", PERM_PUBLIC, show_dangers,
     .title = T("公示：挂牌督办的重大隐患", "Public: major dangers under supervision")},
    {HTTP_GET, "/api/public/warnings", PERM_PUBLIC, show_warnings,
     .title = T("公示：生效中的预警", "Public: warnings in force")},
    {HTTP_GET, "/api/public/feed.atom", PERM_PUBLIC, show_feed, .title = T("公示订阅", "Public: Atom feed")},
};

static const DictEntry settings[] = {
    {"dangers", T("公示挂牌督办的重大隐患：on 或 off", "Major dangers: on or off"), NULL,
     "{\"show\":\"on\"}"},
    {"warnings",
     T("公示预警：advice 为有公众提示的，all 为全部，off 为不公示",
       "Warnings: advice (those with words for the public), all, or off"),
     NULL, "{\"show\":\"advice\"}"},
    {"feed", T("公示订阅：on 或 off", "Feed: on or off"), NULL, "{\"show\":\"on\"}"},
};
static const Dict dicts[] = {
    {"public_setting", T("公示设置", "Settings of the public pages"), settings, ARRAY_LEN(settings), true},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx, (void)k;
    throttle_forget(&throttle);
    return RC_OK;
}

const Module mod_public = {
    .name = "public",
    .title = T("公示", "Public pages"),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
};
