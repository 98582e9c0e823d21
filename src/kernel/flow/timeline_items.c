/* The ledger's entries of a record as the steps of a timeline: what was done, by whom of which body, from
 * which state to which, and the words that were written. */
#include "base/num.h"
#include "kernel_matter_sql.h"
#include "flow/timeline.h"
#include "ledger/ledger_int.h"

/* ---- What kind of step ---- */

static const struct {
    const char *action, *kind;
    Text label;
} steps[] = {
    {"create", "record", T("新建", "Created")},
    {"change", "record", T("修改", "Changed")},
    {"archive", "record", T("归档", "Archived")},
    {"import", "record", T("导入", "Imported")},
    {"remind", "clock", T("提醒", "Reminded")},
    {"escalate", "clock", T("升级", "Escalated")},
    {"call", "clock", T("叫应", "Called")},
    {"attach", "file", T("上传附件", "File attached")},
    {"issue-paper", "file", T("印发文书", "Paper issued")},
    {"unmask", "record", T("查看明文", "Unmasked")},
    {"urge", "clock", T("催办", "Urged")},
    {"supervise", "clock", T("督办", "Supervised")},
    {"renew", "clock", T("重算截止时间", "End reckoned anew")},
    {"recount", "record", T("汇总处置进度", "Progress summed up")},
};

static bool name_own(const EntityInfo *info, Str action, bool program, Lang lang, TimelineItem *item)
{
    for (size_t i = 0; i < info->nactions; i++) {
        if (!str_is(action, info->actions[i].a.name)) continue;
        item->kind = info->actions[i].quiet && program ? "clock" : "action";
        item->label = text_in(info->actions[i].a.label, lang);
        return true;
    }
    return false;
}

/* An alarm's events have names of their own, entries of a dictionary of one of its fields. */
static bool name_event(Work *w, const EntityInfo *info, Str action, TimelineItem *item)
{
    if (!info->e->timeline) return false;
    for (size_t i = 0; i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        if (f->type != F_ENUM) continue;
        const char *label = dict_label(w->kernel, f->ref, action, w->ctx->lang);
        if (!label) continue;
        item->kind = "alarm";
        item->label = label;
        return true;
    }
    return false;
}

static void name_step(Work *w, const EntityInfo *info, Str action, bool program, TimelineItem *item)
{
    if (name_own(info, action, program, w->ctx->lang, item) || name_event(w, info, action, item)) return;
    item->kind = "record";
    const char *word = ledger_action_word(action, w->ctx->lang);
    item->label = word ? word : item->action;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (!str_is(action, steps[i].action)) continue;
        item->kind = steps[i].kind;
        item->label = text_in(steps[i].label, w->ctx->lang);
    }
}

/* ---- Who ---- */

static Rc body_of_user(Work *w, int64_t user, const char **out)
{
    const EntityInfo *users = decl_entity(w->kernel->decl, STR("users"));
    *out = NULL;
    if (!user || !users) return 0;
    for (size_t i = 0; i < users->e->nfields; i++) {
        Record *rec;
        RefName name;
        if (strcmp(users->e->fields[i].name, "body") || !users->target[i]) continue;
        Rc rc = store_find(w, users->e, str_printf(w->ctx->arena, "%lld", (long long)user), &rec);
        if (rc <= 0 || rec->v[i].type == DB_NULL) return rc < 0 ? rc : 0;
        TRY(ref_name(w, users->target[i], rec->v[i].i, &name));
        *out = name.title.n ? str_z(w->ctx->arena, name.title) : NULL;
    }
    return 0;
}

/* ---- Words ---- */

static const Json *side(Ctx *ctx, Str text)
{
    Ctx scratch;
    const Json *j = NULL;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    return text.p && json_parse(&scratch, text, &j) >= 0 ? j : NULL;
}

static const char *state_of(Work *w, const EntityInfo *info, const Json *j)
{
    for (size_t i = 0; j && i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        if (f->type != F_ENUM || strcmp(f->name, info->e->flow ? info->e->flow->state : "state")) continue;
        Str code = json_str(json_get(j, f->name));
        return code.n ? dict_label(w->kernel, f->ref, code, w->ctx->lang) : NULL;
    }
    return NULL;
}

/* What a person wrote: a message, or the texts that the step put into the record. */
static const char *words_of(Work *w, const EntityInfo *info, const Json *after)
{
    Str message = json_str(json_get(after, "message"));
    if (message.n) return str_z(w->ctx->arena, message);
    Str number = json_str(json_get(json_get(after, "paper"), "number"));
    if (number.n) return str_z(w->ctx->arena, number);
    if (!info->e->flow) return NULL; /* its texts are made by the program */
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    for (size_t i = 0; after && i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        Str s = json_str(json_get(after, f->name));
        if (f->type != F_TEXT || (f->flags & (F_SECRET | F_MASK)) || !s.n) continue;
        if (b.n) buf_addz(&b, w->ctx->lang == LANG_EN ? "; " : "；");
        buf_printf(&b, w->ctx->lang == LANG_EN ? "%s: %.*s" : "%s：%.*s", text_in(f->label, w->ctx->lang),
                   STR_ARG(s));
    }
    return b.n ? str_z(w->ctx->arena, buf_str(&b)) : NULL;
}

/* One more piece of a sentence. */
static void add_words(StrBuf *b, Lang lang, const char *label, Str words)
{
    if (!words.n) return;
    if (b->n) buf_addz(b, lang == LANG_EN ? "; " : "；");
    if (label) buf_printf(b, lang == LANG_EN ? "%s: %.*s" : "%s：%.*s", label, STR_ARG(words));
    else buf_add(b, words);
}

/* Of which limit, until when, who was told. */
static Rc clock_words(Work *w, const Json *after, const char **out)
{
    static const struct {
        const char *name;
        Text label;
    } parts[] = {{"limit", T("", "")},
                 {"due_at", T("截止", "due")},
                 {"until", T("延至", "until")},
                 {"told", T("通知", "told")}};
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        Str words;
        const char *label = text_in(parts[i].label, w->ctx->lang);
        TRY(ledger_member_text(w, parts[i].name, json_get(after, parts[i].name), &words));
        add_words(&b, w->ctx->lang, *label ? label : NULL, words);
    }
    *out = b.n ? str_z(w->ctx->arena, buf_str(&b)) : NULL;
    return 0;
}

/* What a plain change changed: "label: before → after". */
static Rc change_words(Work *w, const EntityInfo *info, const Json *before, const Json *after,
                       const char **out)
{
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    for (size_t i = 0; i < info->e->nfields; i++) {
        const Field *f = &info->e->fields[i];
        const Json *was = json_get(before, f->name), *is = json_get(after, f->name);
        Str from, to;
        if ((!was && !is) || f->type == F_JSON || (f->flags & F_SECRET)) continue;
        TRY(ledger_value_text(w, info, f, was, &from));
        TRY(ledger_value_text(w, info, f, is, &to));
        if (!from.n) from = STR("—");
        if (!to.n) to = STR("—");
        add_words(&b, w->ctx->lang, text_in(f->label, w->ctx->lang),
                  str_printf(w->ctx->arena, "%.*s → %.*s", STR_ARG(from), STR_ARG(to)));
    }
    *out = b.n ? str_z(w->ctx->arena, buf_str(&b)) : NULL;
    return 0;
}

static bool of_clock(const Json *j)
{
    return json_get(j, "until") || (json_get(j, "due_at") && json_get(j, "limit"));
}

static Rc say(Work *w, const EntityInfo *info, const Json *before, const Json *after, TimelineItem *item)
{
    if (!strcmp(item->action, "create")) return 0;
    if (of_clock(after)) {
        if (!item->who)
            item->why = NULL; /* the limit's Chinese name: the words have it in the reader's language */
        return clock_words(w, after, &item->text);
    }
    bool plain = !strcmp(item->action, "change") || !strcmp(item->action, "recount");
    if (plain && info->e->flow) return change_words(w, info, before, after, &item->text);
    item->text = words_of(w, info, after);
    return 0;
}

/* An entry as it was read: its words are found when the cursor is closed, for they ask the same connection.
 */
typedef struct Entry {
    int64_t user;
    const Json *before, *after;
} Entry;

static void read_entry(Work *w, const ChainNode *node, const DbCursor *c, TimelineItem *item, Entry *entry)
{
    Arena *a = w->ctx->arena;
    const EntityInfo *info = node->info;
    Str full = db_str(c, Q_TIMELINE_ENTRIES_FULL_NAME), who = db_str(c, Q_TIMELINE_ENTRIES_WHO);
    Str action = db_str_copy(w->ctx, c, Q_TIMELINE_ENTRIES_ACTION);
    Str why = db_str(c, Q_TIMELINE_ENTRIES_WHY);
    *entry = (Entry){.user = db_i64(c, Q_TIMELINE_ENTRIES_WHO_ID),
                     .before = side(w->ctx, db_str_copy(w->ctx, c, Q_TIMELINE_ENTRIES_BEFORE)),
                     .after = side(w->ctx, db_str_copy(w->ctx, c, Q_TIMELINE_ENTRIES_AFTER))};
    *item = (TimelineItem){.t = db_i64(c, Q_TIMELINE_ENTRIES_T),
                           .n = db_i64(c, Q_TIMELINE_ENTRIES_N),
                           .node = node,
                           .action = str_z(a, action),
                           .who = entry->user ? str_z(a, full.n ? full : who) : NULL,
                           .why = why.n ? str_z(a, why) : NULL};
    name_step(w, info, action, !entry->user, item);
    item->from = state_of(w, info, entry->before);
    item->to = state_of(w, info, entry->after);
}

static Rc read_entries(Work *w, const ChainNode *node, TimelineOut *out, Entry *entries)
{
    Db *db;
    DbCursor *c;
    Rc rc = 0;
    size_t first = out->n;
    TRY(work__db(w, &db));
    TRY(db_query(
        w->ctx, db, &q_timeline_entries,
        DB_ARGS(db_val_z(node->info->e->plural), db_val_i64(node->rec->id), db_val_i64(ENTRIES_MOST)), &c));
    while (out->n < ITEMS_MOST && (rc = db_next(w->ctx, c)) > 0) {
        bool told = node->info->e->timeline && str_is(db_str(c, Q_TIMELINE_ENTRIES_ACTION), "create");
        if (told) continue; /* by the entity itself, in better words */
        read_entry(w, node, c, &out->items[out->n], &entries[out->n - first]);
        out->n++;
    }
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc timeline_entries(Work *w, const ChainNode *node, TimelineOut *out)
{
    size_t first = out->n;
    Entry *entries = ARENA_ARRAY(w->ctx->arena, Entry, ENTRIES_MOST);
    TRY(read_entries(w, node, out, entries));
    for (size_t i = first; i < out->n; i++) {
        const Entry *e = &entries[i - first];
        TimelineItem *item = &out->items[i];
        if (i > first && e->user == e[-1].user) item->body = item[-1].body;
        else TRY(body_of_user(w, e->user, &item->body));
        TRY(say(w, node->info, e->before, e->after, item));
    }
    return 0;
}
