/* The report as a paper: its own text, taken apart into lines, under its head. The office changes the frame
 * (paper-templates); the text is the campaign's. */
#include "campaign_private.h"
#include "mod/briefing.h"

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    (void)w, (void)lang;
    jout_key(o, "lines");
    brief_lines(rec_text(e, rec, "text"), o);
    return RC_OK;
}

static bool written(const Entity *e, const Record *rec)
{
    return rec_text(e, rec, "text").n > 0;
}

static const char report_zh[] = "@title {{title}}报告\n"
                                "^ （{{year}}年）\n"
                                "@lines lines\n"
                                "统计截至{{counted_at}}。\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n";

const PaperKind campaign_papers[CAMPAIGN_PAPERS] = {
    {.kind = "report",
     .title = T("安全风险评估报告", "Report of the assessment"),
     .perm = "campaign.lead",
     .states = "issued",
     .issuer = "body",
     .word = "评",
     .body = {report_zh, NULL},
     .model = model,
     .fits = written},
};
