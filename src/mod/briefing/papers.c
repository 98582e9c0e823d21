/* A briefing as a paper: its own text, taken apart into lines, under its head. The office changes the frame
 * (paper-templates); the text is the briefing's. */
#include "briefing_private.h"

static bool is_bulletin(const Entity *e, const Record *rec)
{
    Str kind = rec_text(e, rec, "kind");
    return str_is(kind, "bulletin") || str_is(kind, "quarterly");
}

static bool is_briefing(const Entity *e, const Record *rec)
{
    return !is_bulletin(e, rec);
}

static Rc add_name(Work *w, int64_t body, void *ud)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    StrBuf *names = ud;
    Record *rec;
    TRY(store_get(w, bodies, body, &rec));
    if (names->n) buf_addz(names, "，");
    buf_add(names, rec_text(bodies, rec, "name"));
    return 0;
}

/* "…周报（2026年11月16日至22日）": the time goes on a line of its own. */
static void put_title(Str title, JsonOut *o)
{
    ptrdiff_t at = str_find(title, STR("（"));
    bool parted = at > 0 && str_ends(title, STR("）"));
    jout_ks(o, "title_name", parted ? str_n(title.p, (size_t)at) : title);
    if (parted) jout_ks(o, "title_span", str_n(title.p + at, title.n - (size_t)at));
}

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    StrBuf names;
    (void)lang;
    buf_init(&names, w->ctx->arena);
    TRY(bodies_of_text(w, "recipients", rec_text(e, rec, "recipients"), add_name, &names));
    jout_ks(o, "to_names", buf_str(&names));
    put_title(rec_text(e, rec, "title"), o);
    jout_key(o, "lines");
    brief_lines(rec_text(e, rec, "text"), o);
    return 0;
}

static const char briefing_zh[] = "@head 城市安全运行{{kind}}\n"
                                  "@title {{title_name}}\n"
                                  "^ {{?title_span}}\n"
                                  "@to {{to_names}}\n"
                                  "@lines lines\n"
                                  "统计截至{{counted_at}}。\n"
                                  "@sender {{paper_issuer}}\n"
                                  "@date {{paper_date}}\n";

static const char bulletin_zh[] = "@title {{title_name}}\n"
                                  "@to {{to_names}}\n"
                                  "@lines lines\n"
                                  "统计截至{{counted_at}}。\n"
                                  "@sender {{paper_issuer}}\n"
                                  "@date {{paper_date}}\n";

const PaperKind briefing_papers[BRIEFING_PAPERS] = {
    {.kind = "briefing",
     .title = T("简报", "Briefing"),
     .perm = "briefing.issue",
     .states = "issued",
     .issuer = "body",
     .word = "简",
     .body = {briefing_zh, NULL},
     .model = model,
     .fits = is_briefing},
    {.kind = "bulletin",
     .title = T("通报", "Bulletin"),
     .perm = "briefing.issue",
     .states = "issued",
     .issuer = "body",
     .word = "通",
     .body = {bulletin_zh, NULL},
     .model = model,
     .fits = is_bulletin},
};
