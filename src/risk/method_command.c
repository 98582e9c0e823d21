/* lec, ls, mes, matrix and checklist as commands. */
#include "command.h"
#include "risk/method.h"

static const char *const boundaries[] = {"inclusive", "exclusive", NULL};
static const char *const colours[] = {"red", "orange", "yellow", "blue", NULL};

typedef struct OwnBand {
    double from;
    int colour;
    Str level;
} OwnBand;
static const Member own_band[] = {
    {"from", M_NUM, offsetof(OwnBand, from), M_REQUIRED, .max = 1e12, .about = T("下限", "lower bound")},
    {"colour", M_CHOICE, offsetof(OwnBand, colour), M_REQUIRED, .choices = colours},
    {"level", M_TEXT, offsetof(OwnBand, level), M_REQUIRED, .about = T("级别名称", "name of the level")},
};
static const Shape own_band_shape = SHAPE(OwnBand, own_band);
static const Member own_band_item = {NULL, M_OBJECT, .shape = &own_band_shape};
#define BANDS_ABOUT T("自定分级：下限由高到低，末项为 0", "bands of your own, highest first, the last from 0")

/* One input struct for the three products. */
typedef struct Scored {
    double v[RISK_SCALES_MAX];
    int boundary, variant;
    List bands;
} Scored;
#define SCORE(name_, i, zh, en)                                                                              \
    {                                                                                                        \
        name_, M_NUM, offsetof(Scored, v) + i * sizeof(double), M_REQUIRED, .unit = "1", .about = T(zh, en)  \
    }
#define BANDS(Type)                                                                                          \
    {                                                                                                        \
        "bands", M_LIST, offsetof(Type, bands), .min = 1, .max = 20, .item = &own_band_item,                 \
                                                .about = BANDS_ABOUT                                         \
    }
#define BOUNDARY_ABOUT                                                                                       \
    T("等于下限的值是否归入该级", "whether a value equal to a band's lower bound belongs to the band")

/* The caller's bands, or NULL for the method's; false: wrong. */
static bool take_bands(Run *run, const List *given, const RiskBand **out)
{
    *out = NULL;
    if (!given->n) return true;
    const OwnBand *in = given->items;
    RiskBand *bands = ARENA_ARRAY(run->ctx->arena, RiskBand, given->n);
    for (size_t i = 0; i < given->n; i++) {
        bool last = i + 1 == given->n;
        if ((i && in[i].from >= in[i - 1].from) || (last && in[i].from != 0)) {
            WRONG(run, arena_printf(run->ctx->arena, "bands[%zu].from", i), "order",
                  "下限应由高到低，末项为 0", "lower bounds must fall and the last one must be 0");
            return false;
        }
        const char *level = str_z(run->ctx->arena, in[i].level);
        bands[i] = (RiskBand){in[i].from, (RiskColour)(in[i].colour + 1), {level, level}};
    }
    *out = bands;
    return true;
}

static const RiskAnchor *take_anchor(Run *run, const RiskScale *scale, double score)
{
    const RiskAnchor *a = risk_scale_find(scale, score);
    if (a) return a;
    StrBuf all;
    buf_init(&all, run->ctx->arena);
    for (size_t i = 0; i < scale->nanchors; i++)
        buf_printf(&all, "%s%g", i ? ", " : "", scale->anchors[i].score);
    WRONG(run, scale->name, "choice", "应取分值表中的值：%s", "must be a score of the table: %s",
          str_z(run->ctx->arena, buf_str(&all)));
    return NULL;
}

static void out_bands(JsonOut *out, const RiskBand *bands, size_t n, Lang lang)
{
    jout_key(out, "bands");
    jout_open_array(out);
    for (size_t i = 0; i < n; i++) {
        jout_open(out);
        out_num(out, "from", bands[i].from);
        jout_kz(out, "colour", risk_colour_name(bands[i].colour));
        jout_kz(out, "level", text_in(bands[i].level, lang));
        jout_close(out);
    }
    jout_close_array(out);
}

static const RiskSource own_bands_source = {"输入 bands", RISK_CORROBORATED};

static void out_band(JsonOut *out, const RiskBand *band, int boundary, Lang lang)
{
    out_colour(out, band->colour, lang);
    jout_kz(out, "band", text_in(band->level, lang));
    out_num(out, "from", band->from);
    jout_kz(out, "boundary", boundaries[boundary]);
}

static Rc score(Run *run, const RiskMethod *m, const Scored *in, RiskBoundary boundary, JsonOut *out)
{
    const RiskAnchor *anchors[RISK_SCALES_MAX];
    const RiskBand *own;
    for (size_t i = 0; i < m->nscales; i++) anchors[i] = take_anchor(run, &m->scales[i], in->v[i]);
    if (!take_bands(run, &in->bands, &own) || run->ctx->err.kind) return run->ctx->err.kind;
    RiskScore s = risk_method_score(m, in->v, own, in->bands.n, boundary);
    Lang lang = run->ctx->lang;
    out_num(out, strncmp(m->name, "lec", 3) == 0 ? "d" : "r", s.value);
    out_band(out, s.band, (int)boundary, lang);
    jout_kz(out, "method", m->name);
    jout_key(out, "scores");
    jout_open_array(out);
    for (size_t i = 0; i < m->nscales; i++) {
        jout_open(out);
        jout_kz(out, "name", m->scales[i].name);
        jout_kz(out, "title", text_in(m->scales[i].title, lang));
        out_num(out, "score", in->v[i]);
        jout_kz(out, "meaning", text_in(anchors[i]->meaning, lang));
        jout_close(out);
    }
    jout_close_array(out);
    out_bands(out, own ? own : m->bands, own ? in->bands.n : m->nbands, lang);
    out_source(out, "scores_source", m->scales_source);
    out_source(out, "bands_source", own ? own_bands_source : m->bands_source);
    return RC_OK;
}

static const Member lec_members[] = {
    SCORE("l", 0, "事故可能性", "likelihood"),
    SCORE("e", 1, "暴露频繁程度", "exposure"),
    SCORE("c", 2, "后果严重程度", "consequence"),
    {"boundary", M_CHOICE, offsetof(Scored, boundary), .choices = boundaries, .fallback = "lec.boundary",
     .about = BOUNDARY_ABOUT},
    BANDS(Scored),
};
static const Shape lec_shape = SHAPE(Scored, lec_members);
static Rc lec(Run *run, const void *in, JsonOut *out)
{
    const Scored *s = in;
    return score(run, risk_method_find("lec"), s, (RiskBoundary)s->boundary, out);
}
static const Quantity lec_out[] = {{"d", "1", {"D = L × E × C（LEC 法）", RISK_CORROBORATED}}};

static const char *const variants[] = {"A", "B", "C", NULL};
static const Member ls_members[] = {
    SCORE("l", 0, "可能性 1–5", "likelihood 1–5"),
    SCORE("s", 1, "后果严重性 1–5", "severity 1–5"),
    {"variant", M_CHOICE, offsetof(Scored, variant), .choices = variants, .fallback = "ls.variant",
     .about = T("分级表", "table of bands")},
    BANDS(Scored),
};
static const Shape ls_shape = SHAPE(Scored, ls_members);
static Rc ls(Run *run, const void *in, JsonOut *out)
{
    static const char *const names[] = {"ls.A", "ls.B", "ls.C"};
    const Scored *s = in;
    jout_kz(out, "variant", variants[s->variant]);
    return score(run, risk_method_find(names[s->variant]), s, RISK_INCLUSIVE, out);
}
static const Quantity product_out[] = {{"r", "1", {"R = L × S（风险矩阵法）", RISK_CORROBORATED}}};

static const Member mes_members[] = {
    SCORE("m", 0, "控制措施状态", "state of control"),
    SCORE("e", 1, "暴露频繁程度", "exposure"),
    SCORE("s", 2, "后果", "severity"),
    BANDS(Scored),
};
static const Shape mes_shape = SHAPE(Scored, mes_members);
static Rc mes(Run *run, const void *in, JsonOut *out)
{
    return score(run, risk_method_find("mes"), in, RISK_INCLUSIVE, out);
}
static const Quantity mes_out[] = {{"r", "1", {"R = M × E × S（MES 法）", RISK_REMEMBERED}}};

/* ---- A matrix of any size: what stands in a cell is the answer. ---- */
typedef struct Matrix {
    int64_t l, s;
    List cells, l_labels, s_labels;
    Str source;
} Matrix;
enum { MATRIX_MAX = 20 };
static const Member colour_item = {NULL, M_CHOICE, .choices = colours};
static const Member row_item = {NULL, M_LIST, .min = 1, .max = MATRIX_MAX, .item = &colour_item};
static const Member label_item = {NULL, M_TEXT};
static const Member matrix_members[] = {
    {"l", M_INT, offsetof(Matrix, l), M_REQUIRED, 1, MATRIX_MAX, "1",
     .about = T("可能性（行，自 1 起）", "row, from 1")},
    {"s", M_INT, offsetof(Matrix, s), M_REQUIRED, 1, MATRIX_MAX, "1",
     .about = T("严重性（列，自 1 起）", "column, from 1")},
    {"cells", M_LIST, offsetof(Matrix, cells), M_REQUIRED, 1, MATRIX_MAX, .item = &row_item,
     .about = T("各行自可能性 1 起，行内自严重性 1 起", "rows from likelihood 1, in a row from severity 1")},
    {"l_labels", M_LIST, offsetof(Matrix, l_labels), .min = 1, .max = MATRIX_MAX, .item = &label_item},
    {"s_labels", M_LIST, offsetof(Matrix, s_labels), .min = 1, .max = MATRIX_MAX, .item = &label_item},
    {"source", M_TEXT, offsetof(Matrix, source), M_REQUIRED,
     .about = T("矩阵出处", "where the matrix comes from")},
};
static const Shape matrix_shape = SHAPE(Matrix, matrix_members);

static void check_cells(Run *run, const Matrix *in)
{
    const List *rows = in->cells.items;
    Arena *a = run->ctx->arena;
    for (size_t i = 1; i < in->cells.n; i++)
        if (rows[i].n != rows[0].n)
            WRONG(run, arena_printf(a, "cells[%zu]", i), "count", "各行列数应相同",
                  "rows must be of one length");
    if (in->l > (int64_t)in->cells.n) WRONG(run, "l", "range", "超出矩阵行数", "is beyond the rows");
    if (in->s > (int64_t)rows[0].n) WRONG(run, "s", "range", "超出矩阵列数", "is beyond the columns");
    if (in->l_labels.n && in->l_labels.n != in->cells.n)
        WRONG(run, "l_labels", "count", "应与行数相同", "must be as many as rows");
    if (in->s_labels.n && in->s_labels.n != rows[0].n)
        WRONG(run, "s_labels", "count", "应与列数相同", "must be as many as columns");
}

/* A higher likelihood or severity with a milder colour is most likely a slip of whoever wrote the matrix. */
static void note_falls(Run *run, const Matrix *in)
{
    const List *rows = in->cells.items;
    for (size_t i = 0; i < in->cells.n; i++)
        for (size_t j = 0; j < rows[i].n; j++) {
            const int *row = rows[i].items, *up = i ? rows[i - 1].items : row;
            if (row[j] <= up[j] && (!j || row[j] <= row[j - 1])) continue;
            run_note(run, "矩阵单元 %zu、%zu 的等级低于相邻较轻的单元",
                     "cell %zu, %zu is milder than a lesser neighbour", i + 1, j + 1);
            return;
        }
}

static Rc matrix(Run *run, const void *v, JsonOut *out)
{
    const Matrix *in = v;
    check_cells(run, in);
    if (run->ctx->err.kind) return run->ctx->err.kind;
    note_falls(run, in);
    const List *rows = in->cells.items;
    const int *row = rows[in->l - 1].items;
    out_colour(out, (RiskColour)(row[in->s - 1] + 1), run->ctx->lang);
    jout_ki(out, "l", in->l);
    jout_ki(out, "s", in->s);
    if (in->l_labels.n) jout_ks(out, "l_label", ((const Str *)in->l_labels.items)[in->l - 1]);
    if (in->s_labels.n) jout_ks(out, "s_label", ((const Str *)in->s_labels.items)[in->s - 1]);
    jout_ki(out, "rows", (int64_t)in->cells.n);
    jout_ki(out, "columns", (int64_t)rows[0].n);
    jout_ks(out, "source", in->source);
    return RC_OK;
}

/* ---- Checklist: share of the reachable score; a failed veto item is red whatever the share. ---- */
typedef struct Check {
    Str name;
    double score, max, weight;
    int veto, applicable;
} Check;
typedef struct Checklist {
    List items, bands;
} Checklist;
static const Member check_members[] = {
    {"name", M_TEXT, offsetof(Check, name), M_REQUIRED},
    {"score", M_NUM, offsetof(Check, score), M_REQUIRED, 0, 1e6, "1"},
    {"max", M_NUM, offsetof(Check, max), M_REQUIRED | M_ABOVE, 0, 1e6, "1"},
    {"weight", M_NUM, offsetof(Check, weight), M_ABOVE, 0, 1e6, "1", .fallback = "checklist.weight"},
    {"veto", M_FLAG, offsetof(Check, veto),
     .about = T("否决项：未得满分即为重大", "less than full marks is red")},
    {"applicable", M_FLAG, offsetof(Check, applicable), .about = T("false：不适用，不计", "false: left out")},
};
static const Shape check_shape = SHAPE(Check, check_members);
static const Member check_item = {NULL, M_OBJECT, .shape = &check_shape};
static const Member checklist_members[] = {
    {"items", M_LIST, offsetof(Checklist, items), M_REQUIRED, 1, 2000, .item = &check_item},
    BANDS(Checklist),
};
static const Shape checklist_shape = SHAPE(Checklist, checklist_members);
static const RiskBand checklist_bands[] = {
    {90, RISK_BLUE, T("好", "good")},
    {75, RISK_YELLOW, T("一般", "fair")},
    {60, RISK_ORANGE, T("较差", "poor")},
    {0, RISK_RED, T("差", "bad")},
};

static Rc checklist(Run *run, const void *v, JsonOut *out)
{
    const Checklist *in = v;
    const Check *c = in->items.items;
    const RiskBand *own, *vetoed = NULL;
    double *got = ARENA_ARRAY(run->ctx->arena, double, in->items.n),
           *most = ARENA_ARRAY(run->ctx->arena, double, in->items.n);
    size_t n = 0;
    static const RiskBand veto_band = {0, RISK_RED, T("否决项不合格", "a veto item failed")};
    for (size_t i = 0; i < in->items.n; i++) {
        if (c[i].score > c[i].max)
            WRONG(run, arena_printf(run->ctx->arena, "items[%zu].score", i), "range", "大于该项满分",
                  "is above its max");
        if (c[i].applicable == 0) continue;
        got[n] = c[i].score * c[i].weight;
        most[n++] = c[i].max * c[i].weight;
        if (c[i].veto == 1 && c[i].score < c[i].max) {
            vetoed = &veto_band;
            run_note(run, "否决项「%.*s」不合格", "the veto item '%.*s' failed", STR_ARG(c[i].name));
        }
    }
    if (!n) WRONG(run, "items", "empty", "没有适用的项", "no item is applicable");
    if (!take_bands(run, &in->bands, &own) || run->ctx->err.kind) return run->ctx->err.kind;
    double percent = risk_round9(100 * risk_sum(got, n) / risk_sum(most, n));
    const RiskBand *bands = own ? own : checklist_bands;
    size_t nbands = own ? in->bands.n : ARRAY_LEN(checklist_bands);
    if (!own) run_default(run, "checklist.bands");
    out_num(out, "percent", percent);
    out_band(out, vetoed ? vetoed : risk_band_find(bands, nbands, percent, RISK_INCLUSIVE), RISK_INCLUSIVE,
             run->ctx->lang);
    jout_ki(out, "counted", (int64_t)n);
    out_bands(out, bands, nbands, run->ctx->lang);
    return RC_OK;
}
static const Quantity checklist_out[] = {
    {"percent", "%", {"Σ得分×权重 ÷ Σ满分×权重（安全检查表法）", RISK_PROPOSED}}};

const RiskCommand command_lec = {"lec",      T("作业条件危险性评价（LEC）", "LEC score and colour"),
                                 &lec_shape, lec,
                                 lec_out,    ARRAY_LEN(lec_out)};
const RiskCommand command_ls = {"ls",        T("风险矩阵（LS）", "LS matrix score and colour"),
                                &ls_shape,   ls,
                                product_out, ARRAY_LEN(product_out)};
const RiskCommand command_mes = {
    "mes", T("MES 评价", "MES score and colour"), &mes_shape, mes, mes_out, ARRAY_LEN(mes_out)};
const RiskCommand command_matrix = {
    "matrix", T("任意大小的风险矩阵", "a risk matrix of any size"), &matrix_shape, matrix, NULL, 0};
const RiskCommand command_checklist = {"checklist",      T("安全检查表评分", "score of a checklist"),
                                       &checklist_shape, checklist,
                                       checklist_out,    ARRAY_LEN(checklist_out)};
