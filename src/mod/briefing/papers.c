/* A briefing as a paper: its own text, taken apart into lines, under its head. The office changes the frame
 * (paper-templates); the text is the briefing's. */
#include "briefing_private.h"

static bool is_bulletin(const Entity *e, const Record *rec)
{
    return str_is(rec_text(e, rec, "kind"), "bulletin");
}

static bool is_briefing(const Entity *e, const Record *rec)
{
    return !is_bulletin(e, rec);
}

typedef struct Names {
    StrBuf buf;
} Names;

static Rc add_name(Work *w, int64_t body, void *ud)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Names *names = ud;
    Record *rec;
    TRY(store_get(w, bodies, body, &rec));
    if (names->buf.n) buf_addz(&names->buf, "，");
    buf_add(&names->buf, rec_text(bodies, rec, "name"));
    return 0;
}

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    Names names;
    (void)lang;
    buf_init(&names.buf, w->ctx->arena);
    TRY(bodies_of_text(w, "recipients", rec_text(e, rec, "recipients"), add_name, &names));
    jout_ks(o, "to_names", buf_str(&names.buf));
    jout_key(o, "lines");
    brief_lines(rec_text(e, rec, "text"), o);
    return 0;
}

static const char briefing_zh[] = "@head 城市安全运行{{kind}}\n"
                                  "@title {{title}}\n"
                                  "@to {{to_names}}\n"
                                  "@lines lines\n"
                                  "> 统计截至{{counted_at}}。\n"
                                  "@sender {{paper_issuer}}\n"
                                  "@date {{paper_date}}\n"
                                  "@cc {{to_names}}\n"
                                  "@printer {{paper_issuer}}\n"
                                  "@printed {{paper_date}}\n";

static const char bulletin_zh[] = "@title {{title}}\n"
                                  "@to {{to_names}}\n"
                                  "@lines lines\n"
                                  "> 统计截至{{counted_at}}。\n"
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
