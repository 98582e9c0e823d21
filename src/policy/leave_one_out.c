/* Leave one out, for a reader that is rules: how is a paper read without the words of the tables that it
 * alone brought? Twice: without the words that it alone needs (taking one out of every table lowers this
 * paper's score and no other's), and, harder, without all words that are found in it alone. Prints the table
 * in docs/policy.md. What it cannot take out are the rules themselves, which were written with the papers in
 * sight. */
#include "policy_score.h"
#include "text.h"

enum { PAPERS_MOST = 32, WORDS_MOST = 4000 };

typedef struct Paper {
    Str name, bytes, want;
    double score;
} Paper;

typedef struct Word {
    const char32_t *text;
    uint32_t hits; /* a bit for each paper in which it was found */
    int only;      /* the one paper that needs it; -1: none or several */
} Word;

static Paper papers[PAPERS_MOST];
static Word words[WORDS_MOST];
static size_t npapers, nwords;
static int counting = -1; /* the paper whose words are counted */
static const Word *without;
static int without_all_of = -1;
static bool found_alone; /* without all words found in it alone, needed or not */

static bool same(const char32_t *a, const char32_t *b)
{
    for (; *a && *a == *b; a++, b++) {
    }
    return *a == *b;
}

static Word *word_of(const char32_t *text)
{
    for (size_t i = 0; i < nwords; i++)
        if (words[i].text == text || same(words[i].text, text)) return &words[i];
    if (nwords == WORDS_MOST) return NULL;
    words[nwords] = (Word){.text = text, .only = -1};
    return &words[nwords++];
}

static bool is_of(const Word *w, int paper)
{
    return found_alone ? w->hits == 1u << paper : w->only == paper;
}

bool policy__taken_out(const char32_t *text)
{
    if (counting >= 0) {
        Word *w = cp_han(text[0]) ? word_of(text) : NULL;
        if (w) w->hits |= 1u << counting;
        return false;
    }
    if (without) return same(without->text, text);
    if (without_all_of < 0) return false;
    for (size_t i = 0; i < nwords; i++)
        if (is_of(&words[i], without_all_of) && same(words[i].text, text)) return true;
    return false;
}

static Score read_one(const Paper *p, bool *judged)
{
    Test t = test_begin();
    const Json *want;
    Score s = {0};
    const PolicyPaper *paper = test_read(&t, p->bytes);
    if (json_parse(&t.ctx, p->want, &want) >= 0) s = score_read(paper, want, t.arena, judged);
    arena_free(&t.arena);
    return s;
}

/* One figure of four: clauses, units, roles, cadences. */
static double figure(const Paper *p)
{
    bool judged;
    Score s = read_one(p, &judged);
    return f1(s.clauses, s.clauses_want, s.clauses_got) + f1(s.units, s.units_want, s.units_got) +
           share(s.roles, s.units) + f1(s.cadences, s.cadences_want, s.cadences_got);
}

static void load(Arena *a, const char *folder, const char *expected)
{
    struct dirent **list;
    int count = scandir(expected, &list, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        Str file = str_of(list[i]->d_name);
        if (str_ends(file, STR(".json")) && npapers < PAPERS_MOST) {
            Str name = str_copy(a, str_n(file.p, file.n - 5));
            papers[npapers++] =
                (Paper){.name = name,
                        .bytes = read_file(a, arena_printf(a, "%s/%.*s.txt", folder, STR_ARG(name))),
                        .want = read_file(a, arena_printf(a, "%s/%.*s", expected, STR_ARG(file)))};
        }
        free(list[i]);
    }
    if (count >= 0) free(list);
}

/* Whose alone the word is. */
static void ablate(Word *w)
{
    int lower = 0, which = -1;
    without = w;
    for (size_t p = 0; p < npapers && lower < 2; p++)
        if ((w->hits >> p & 1) && figure(&papers[p]) < papers[p].score - 1e-9) lower++, which = (int)p;
    without = NULL;
    w->only = lower == 1 ? which : -1;
}

static void print_without(size_t p)
{
    bool judged = false;
    size_t n = 0;
    for (size_t i = 0; i < nwords; i++) n += is_of(&words[i], (int)p);
    without_all_of = (int)p;
    Score s = read_one(&papers[p], &judged);
    without_all_of = -1;
    printf(" %zu | %zu of %zu, %zu read | %.3f | %.3f | ", n, s.clauses, s.clauses_want, s.clauses_got,
           f1(s.units, s.units_want, s.units_got), share(s.roles, s.units));
    if (judged) printf("%zu of %zu, %zu read |", s.cadences, s.cadences_want, s.cadences_got);
    else printf("not judged |");
}

static void print_table(const char *what)
{
    printf("| paper | %s | clauses | units F1 | roles | cadences |\n|---|---|---|---|---|---|\n", what);
    for (size_t p = 0; p < npapers; p++) {
        printf("| %.*s |", STR_ARG(papers[p].name));
        print_without(p);
        printf("\n");
    }
}

int main(void)
{
    Arena *a = arena_new(0);
    const char *data = getenv("ANLAN_TEST_DATA");
    const char *folder = arena_printf(a, "%s/../policy", data ? data : ANLAN_SOURCE_DIR "/../shared/data");
    load(a, folder, arena_printf(a, "%s/expected", folder));
    load(a, ANLAN_SOURCE_DIR "/tests/policy", ANLAN_SOURCE_DIR "/tests/policy/expected");
    score_quiet = true;
    for (size_t p = 0; p < npapers; p++) {
        counting = (int)p;
        papers[p].score = figure(&papers[p]);
    }
    counting = -1;
    for (size_t i = 0; i < nwords; i++) ablate(&words[i]);
    printf("%zu words of the tables are found in %zu papers.\n\n", nwords, npapers);
    print_table("words it alone needs");
    found_alone = true;
    printf("\n");
    print_table("words found in it alone");
    arena_free(&a);
    return 0;
}
