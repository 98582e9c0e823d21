/* major-hazard: identification and grading by GB 18218-2018. A substance is resolved to its rows of table 1
 * or its categories of table 2; Q is the smallest of them, β the largest (table 3 before table 4) unless the
 * input gives its own. Sums do not depend on the order of the input (risk_sum) and are compared after
 * rounding. */
#include "command.h"
#include "risk/substance.h"

typedef struct Part { /* what names a substance */
    Str cas, name, category;
    int64_t row;
    List categories;
} Part;
typedef struct Item {
    Part part;
    List mixture;
    Str label;
    double tonnes, critical_t, beta;
} Item;
typedef struct Unit {
    Str name;
    int64_t residents;
    List substances;
} Unit;
typedef struct Input {
    int64_t residents;
    List substances, units;
} Input;

enum { CATEGORIES_MAX = 24, MIXTURE_MAX = 50, UNITS_MAX = 1000 };

static const Member symbol_item = {NULL, M_TEXT};
#define PART(Type, prefix)                                                                                   \
    {"cas", M_TEXT, offsetof(Type, prefix cas), .about = T("CAS 号", "CAS number")},                         \
        {"name", M_TEXT, offsetof(Type, prefix name),                                                        \
         .about = T("名称、别名、英文名或分子式", "name, other name, English name or formula")},             \
        {"category", M_TEXT, offsetof(Type, prefix category),                                                \
         .about = T("表2 符号，如 W5.3", "symbol of table 2")},                                              \
        {"categories",                                                                                       \
         M_LIST,                                                                                             \
         offsetof(Type, prefix categories),                                                                  \
         .min = 1,                                                                                           \
         .max = CATEGORIES_MAX,                                                                              \
         .item = &symbol_item,                                                                               \
         .about = T("多个表2 符号", "several symbols of table 2")},                                          \
    {                                                                                                        \
        "row", M_INT, offsetof(Type, prefix row), 0, 1, RISK_ROWS, "1",                                      \
            .about =                                                                                         \
                T("表1 序号，CAS 号或名称有多行时指定", "number in table 1 where there are several rows")    \
    }
static const Member part_members[] = {PART(Part, )};
static const Shape part_shape = SHAPE(Part, part_members);
static const Member part_item = {NULL, M_OBJECT, .shape = &part_shape};
static const Member item_members[] = {
    PART(Item, part.),
    {"mixture", M_LIST, offsetof(Item, mixture), .min = 2, .max = MIXTURE_MAX, .item = &part_item,
     .about = T("混合物的组分，取最小临界量", "components of a mixture: the smallest Q is taken")},
    {"label", M_TEXT, offsetof(Item, label),
     .about = T("自定名称，只显示", "a name of your own, only shown")},
    {"tonnes", M_NUM, offsetof(Item, tonnes), M_REQUIRED, 0, 1e9, "t",
     .about = T("设计最大量", "design maximum")},
    {"critical_t", M_NUM, offsetof(Item, critical_t), M_ABOVE, 0, 1e9, "t",
     .about = T("另定临界量，代替表1、表2", "a Q that replaces the table's")},
    {"beta", M_NUM, offsetof(Item, beta), M_ABOVE, 0, 1000, "1",
     .about = T("另定校正系数 β，代替表3、表4", "a β that replaces the table's")},
};
static const Shape item_shape = SHAPE(Item, item_members);
static const Member item_item = {NULL, M_OBJECT, .shape = &item_shape};
#define SUBSTANCES(Type, flags_)                                                                             \
    {                                                                                                        \
        "substances", M_LIST, offsetof(Type, substances), flags_, 1, RISK_MAX_LIST, .item = &item_item       \
    }
#define RESIDENTS(Type)                                                                                      \
    {                                                                                                        \
        "residents", M_INT, offsetof(Type, residents), 0, 0, 1e8, "人",                                      \
            .about = T("厂界外 500 m 内常住人口", "permanent residents within 500 m outside the boundary")   \
    }
static const Member unit_members[] = {
    {"name", M_TEXT, offsetof(Unit, name), M_REQUIRED},
    RESIDENTS(Unit),
    SUBSTANCES(Unit, M_REQUIRED),
};
static const Shape unit_shape = SHAPE(Unit, unit_members);
static const Member unit_item = {NULL, M_OBJECT, .shape = &unit_shape};
static const Member input_members[] = {
    RESIDENTS(Input),
    SUBSTANCES(Input, 0),
    {"units", M_LIST, offsetof(Input, units), 0, 1, UNITS_MAX, .item = &unit_item,
     .about = T("多个单元，代替 substances", "several units, instead of substances")},
};
static const Shape input_shape = SHAPE(Input, input_members);

/* What a part or an item comes to. */
typedef struct Found {
    const RiskSubstance *row; /* of the smallest Q; or NULL: by category */
    const RiskCategory *category[CATEGORIES_MAX];
    size_t ncategories;
    bool categories_remembered;
    double critical_t, beta;
    const char *beta_by; /* category symbol, "table 3", or "none" */
    RiskSource critical_source, beta_source;
} Found;

static const char *at(Run *run, const char *path, const char *member)
{
    return arena_printf(run->ctx->arena, "%s.%s", path, member);
}

static void list_rows(Run *run, const char *path, const RiskSubstance **rows, size_t n)
{
    StrBuf all;
    buf_init(&all, run->ctx->arena);
    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%d %.*s", i ? "; " : "", rows[i]->row, STR_ARG(risk_substance_name(rows[i])));
    WRONG(run, path, "ambiguous", "表1 有多行，须指定 row：%s", "has several rows in table 1, give row: %s",
          str_z(run->ctx->arena, buf_str(&all)));
}

static size_t keep_common(const RiskSubstance **a, size_t na, const RiskSubstance **b, size_t nb)
{
    size_t n = 0;
    for (size_t i = 0; i < na; i++)
        for (size_t j = 0; j < nb; j++)
            if (a[i] == b[j]) {
                a[n++] = a[i];
                break;
            }
    return n;
}

/* The row of table 1 that cas, name and row mean; NULL when something is wrong, or when table 1 has none and
 * categories take over. */
static const RiskSubstance *find_row(Run *run, const Part *p, bool has_category, const char *path)
{
    const RiskSubstance *rows[RISK_ROWS], *named[RISK_ROWS];
    size_t n = 0;
    if (p->cas.p) {
        if (!risk_cas_ok(p->cas))
            return (void)WRONG(run, at(run, path, "cas"), "cas", "不是有效的 CAS 号", "is no CAS number"),
                   NULL;
        n = risk_substance_by_cas(p->cas, rows);
        if (!n && !has_category)
            return (void)WRONG(run, at(run, path, "cas"), "reference", "表1 没有此 CAS 号，须给出 category",
                               "is not in table 1, give its category"),
                   NULL;
    }
    if (p->name.p) {
        size_t m = risk_substance_by_name(p->name, named);
        if (!m && (!has_category || n))
            return (void)WRONG(run, at(run, path, "name"), "reference",
                               "表1 没有此名称，须给出 category 或 cas",
                               "is not in table 1, give its category or cas"),
                   NULL;
        if (!p->cas.p) {
            memcpy(rows, named, m * sizeof *rows);
            n = m;
        } else if (n || m) {
            n = keep_common(rows, n, named, m);
            if (!n)
                return (void)WRONG(run, at(run, path, "name"), "contradiction", "与 cas 不是同一物质",
                                   "is another substance than cas"),
                       NULL;
        }
    }
    if (p->row != INT_ABSENT) {
        const RiskSubstance *wanted = &risk_substances[p->row - 1];
        if (!keep_common(rows, n, &wanted, 1))
            return (void)WRONG(run, at(run, path, "row"), "reference", "不是该物质的行",
                               "is no row of this substance"),
                   NULL;
        return wanted;
    }
    if (n > 1) return list_rows(run, at(run, path, p->cas.p ? "cas" : "name"), rows, n), NULL;
    return n ? rows[0] : NULL;
}

static void add_category(Run *run, Found *f, Str symbol, const char *path)
{
    const RiskCategory *c = risk_category_find(symbol);
    if (!c) WRONG(run, path, "reference", "表2 没有此类别", "is no category of table 2");
    else if (f->ncategories < CATEGORIES_MAX) f->category[f->ncategories++] = c;
}

static void take_categories(Run *run, const Part *p, Found *f, const char *path)
{
    if (p->category.p && p->categories.n)
        WRONG(run, at(run, path, "categories"), "contradiction", "与 category 只能取其一",
              "stands beside category");
    if (p->category.p) add_category(run, f, p->category, at(run, path, "category"));
    for (size_t i = 0; i < p->categories.n && !p->category.p; i++)
        add_category(run, f, ((const Str *)p->categories.items)[i],
                     arena_printf(run->ctx->arena, "%s.categories[%zu]", path, i));
}

static void remember_categories(Found *f)
{
    Str all = str_of(f->row->categories);
    while (all.n) f->category[f->ncategories++] = risk_category_find(str_cut(&all, '|'));
    f->categories_remembered = true;
}

static void weigh(Run *run, Found *f)
{
    f->beta_by = "none";
    f->beta = f->critical_t = 0;
    for (size_t i = 0; i < f->ncategories; i++) {
        const RiskCategory *c = f->category[i];
        if (f->critical_t == 0 || c->critical_t < f->critical_t) f->critical_t = c->critical_t;
        if (c->beta > f->beta) {
            f->beta = c->beta;
            f->beta_by = c->symbol;
        }
    }
    f->critical_source = f->ncategories > 1 ? risk_source_mixture : risk_source_table2;
    f->beta_source = f->categories_remembered ? risk_source_categories : risk_source_table4;
    if (f->row) {
        f->critical_t = f->row->critical_t;
        f->critical_source = risk_source_table1;
        if (f->row->beta3 > 0) {
            f->beta = f->row->beta3;
            f->beta_by = "table 3";
            f->beta_source = risk_source_table3;
            return;
        }
    }
    if (f->ncategories > 1) run_default(run, "gb18218.beta-rule");
    if (f->beta == 0) f->beta = run_default(run, "gb18218.beta-other");
}

/* false: wrong, and said so. */
static bool find_part(Run *run, const Part *p, const char *path, Found *f)
{
    *f = (Found){0};
    size_t before = 0, after = 0;
    for (const FieldError *e = run->ctx->err.fields; e; e = e->next) before++;
    if (!p->cas.p && !p->name.p && !p->category.p && !p->categories.n)
        WRONG(run, path, "required", "须给出 cas、name 或 category", "needs cas, name or category");
    take_categories(run, p, f, path);
    if (p->cas.p || p->name.p) f->row = find_row(run, p, f->ncategories > 0, path);
    else if (p->row != INT_ABSENT)
        WRONG(run, at(run, path, "row"), "contradiction", "只能与 cas 或 name 同用",
              "only stands with cas or name");
    for (const FieldError *e = run->ctx->err.fields; e; e = e->next) after++;
    if (after > before) return false;
    if (f->row && !f->ncategories) remember_categories(f);
    weigh(run, f);
    return true;
}

static bool find_mixture(Run *run, const Item *item, const char *path, Found *out)
{
    const Part *parts = item->mixture.items;
    bool ok = true;
    *out = (Found){0};
    for (size_t i = 0; i < item->mixture.n; i++) {
        Found f;
        ok = find_part(run, &parts[i], arena_printf(run->ctx->arena, "%s.mixture[%zu]", path, i), &f) && ok;
        if (!ok) continue;
        double beta = out->beta;
        const char *by = out->beta_by;
        RiskSource source = out->beta_source;
        if (!i || f.critical_t < out->critical_t) *out = f;
        if (i) out->beta = beta, out->beta_by = by, out->beta_source = source;
        if (!i || f.beta > beta)
            out->beta = f.beta, out->beta_by = f.beta_by, out->beta_source = f.beta_source;
    }
    out->critical_source = risk_source_mixture;
    return ok;
}

static bool find_item(Run *run, const Item *item, const char *path, Found *f)
{
    static const RiskSource given = {"输入", RISK_CORROBORATED};
    const Part *p = &item->part;
    if (item->mixture.n &&
        (p->cas.p || p->name.p || p->category.p || p->categories.n || p->row != INT_ABSENT))
        return WRONG(run, at(run, path, "mixture"), "contradiction", "与 cas、name、category 只能取其一",
                     "stands beside cas, name or category"),
               false;
    if (item->mixture.n ? !find_mixture(run, item, path, f) : !find_part(run, p, path, f)) return false;
    if (!isnan(item->critical_t)) f->critical_t = item->critical_t, f->critical_source = given;
    if (!isnan(item->beta)) f->beta = item->beta, f->beta_by = "input", f->beta_source = given;
    return true;
}

static void out_term(JsonOut *out, const Item *item, const Found *f)
{
    jout_open(out);
    if (item->label.p) jout_ks(out, "label", item->label);
    if (f->row) {
        Str cas = str_of(f->row->cas);
        jout_ki(out, "row", f->row->row);
        jout_ks(out, "name", risk_substance_name(f->row));
        if (item->part.cas.p) cas = item->part.cas;
        else cas = str_cut(&cas, '|');
        if (cas.n) jout_ks(out, "cas", cas);
    } else {
        if (item->part.name.p) jout_ks(out, "name", item->part.name);
        if (item->part.cas.p) jout_ks(out, "cas", item->part.cas);
    }
    if (item->mixture.n) jout_ki(out, "components", (int64_t)item->mixture.n);
    jout_key(out, "categories");
    jout_open_array(out);
    for (size_t i = 0; i < f->ncategories; i++) jout_z(out, f->category[i]->symbol);
    jout_close_array(out);
    if (f->categories_remembered) out_source(out, "categories_source", risk_source_categories);
    out_num(out, "tonnes", item->tonnes);
    out_num(out, "critical_t", f->critical_t);
    out_source(out, "critical_source", f->critical_source);
    out_num(out, "share", item->tonnes / f->critical_t);
    out_num(out, "beta", f->beta);
    jout_kz(out, "beta_by", f->beta_by);
    out_source(out, "beta_source", f->beta_source);
    out_num(out, "weighted", f->beta * (item->tonnes / f->critical_t));
    jout_close(out);
}

typedef struct Graded {
    double s, alpha, r;
    bool is_source;
    int grade;         /* 0: no source */
    const char *terms; /* JSON */
    size_t nterms;
} Graded;

static Graded grade_unit(Run *run, const List *substances, int64_t residents, const char *prefix)
{
    Arena *a = run->ctx->arena;
    const Item *items = substances->items;
    double *shares = ARENA_ARRAY(a, double, substances->n), *weighted = ARENA_ARRAY(a, double, substances->n);
    StrBuf terms;
    JsonOut out;
    Graded g = {.alpha = risk_alpha(residents)};
    buf_init(&terms, a);
    jout_init(&out, &terms);
    jout_open_array(&out);
    for (size_t i = 0; i < substances->n; i++) {
        Found f;
        if (run->ctx->err.fields && i > 20 && run->ctx->err.kind) break; /* enough has been said */
        if (!find_item(run, &items[i], arena_printf(a, "%ssubstances[%zu]", prefix, i), &f)) continue;
        shares[i] = items[i].tonnes / f.critical_t;
        weighted[i] = f.beta * shares[i];
        out_term(&out, &items[i], &f);
    }
    jout_close_array(&out);
    g.s = risk_round9(risk_sum(shares, substances->n));
    g.r = risk_round9(g.alpha * risk_sum(weighted, substances->n));
    g.is_source = g.s >= 1;
    g.grade = g.is_source ? risk_major_grade(g.r) : 0;
    g.terms = str_z(a, buf_str(&terms));
    return g;
}

static void out_graded(JsonOut *out, const Graded *g)
{
    static const RiskColour colours[] = {RISK_NONE, RISK_RED, RISK_ORANGE, RISK_YELLOW, RISK_BLUE};
    out_num(out, "s", g->s);
    out_num(out, "alpha", g->alpha);
    out_num(out, "r", g->is_source ? g->r : NAN);
    jout_key(out, "grade");
    if (g->is_source) jout_i64(out, g->grade);
    else jout_null(out);
    jout_kb(out, "is_source", g->is_source);
    if (g->is_source) jout_kz(out, "colour", risk_colour_name(colours[g->grade]));
    jout_key(out, "terms");
    jout_raw(out, str_of(g->terms));
}

static Rc several(Run *run, const Input *in, JsonOut *out)
{
    const Unit *units = in->units.items;
    Arena *a = run->ctx->arena;
    int worst = 0;
    int64_t sources = 0;
    jout_key(out, "units");
    jout_open_array(out);
    for (size_t i = 0; i < in->units.n; i++) {
        if (run->ctx->err.kind && i > 20) break; /* enough has been said */
        int64_t residents = units[i].residents != INT_ABSENT ? units[i].residents : in->residents;
        if (residents == INT_ABSENT)
            WRONG(run, arena_printf(a, "units[%zu].residents", i), "required", "必填", "is required");
        Graded g = grade_unit(run, &units[i].substances, residents, arena_printf(a, "units[%zu].", i));
        jout_open(out);
        jout_ks(out, "name", units[i].name);
        out_graded(out, &g);
        jout_close(out);
        sources += g.is_source;
        if (g.grade && (!worst || g.grade < worst)) worst = g.grade;
    }
    jout_close_array(out);
    jout_ki(out, "sources", sources);
    jout_kb(out, "is_source", sources > 0);
    jout_key(out, "grade");
    if (worst) jout_i64(out, worst);
    else jout_null(out);
    return run->ctx->err.kind;
}

static Rc major_hazard(Run *run, const void *v, JsonOut *out)
{
    const Input *in = v;
    if (in->substances.n && in->units.n)
        WRONG(run, "units", "contradiction", "与 substances 只能取其一", "stands beside substances");
    if (!in->substances.n && !in->units.n) WRONG(run, "substances", "required", "必填", "is required");
    if (in->substances.n && in->residents == INT_ABSENT)
        WRONG(run, "residents", "required", "必填", "is required");
    if (run->ctx->err.kind) return run->ctx->err.kind;
    if (in->units.n) return several(run, in, out);
    Graded g = grade_unit(run, &in->substances, in->residents, "");
    out_graded(out, &g);
    return run->ctx->err.kind;
}

static const Quantity quantities[] = {
    {"s", "1", {"GB 18218-2018 4.2：S = Σ q/Q", RISK_CORROBORATED}},
    {"alpha", "1", {"GB 18218-2018 表5", RISK_CORROBORATED}},
    {"r", "1", {"GB 18218-2018 4.3：R = α·Σ β·q/Q", RISK_CORROBORATED}},
    {"grade", "1", {"GB 18218-2018 表6：100、50、10", RISK_CORROBORATED}},
    {"terms.tonnes", "t", {"输入（设计最大量）", RISK_CORROBORATED}},
    {"terms.critical_t", "t", {"GB 18218-2018 表1、表2", RISK_CORROBORATED}},
    {"terms.share", "1", {"q/Q", RISK_CORROBORATED}},
    {"terms.beta", "1", {"GB 18218-2018 表3、表4", RISK_CORROBORATED}},
    {"terms.weighted", "1", {"β·q/Q", RISK_CORROBORATED}},
};

const RiskCommand command_major_hazard = {
    "major-hazard",
    T("危险化学品重大危险源辨识与分级（GB 18218-2018）", "major hazard sources by GB 18218-2018"),
    &input_shape,
    major_hazard,
    quantities,
    ARRAY_LEN(quantities)};
