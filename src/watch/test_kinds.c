/* Hand-made cases, edge by edge, through the replay. In the texts ' stands for " and ` for an escaped one, so
 * that JSON can be read. */
#include "replay.h"

#include "base/json.h"
#include "base/num.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct Case {
    const char *name, *rules, *rows, *events; /* an event a line: t point rule event grade value */
} Case;

#define LEVEL(more) "{'name':'r','point':'P','kind':'level','dir':'high'," more "}"
#define G42         "'grades':[{'grade':4,'limit':10},{'grade':2,'limit':20}]"
#define G3(limit)   "'grades':[{'grade':3,'limit':" #limit "}]"
#define RATE(more)  "{'name':'r','point':'P','kind':'rate','window_ms':60000," more "}"
#define STUCK(more) "{'name':'r','point':'P','kind':'stuck','window_ms':10,'eps':0.5,'grade':3" more "}"
#define OFFLINE(name, point)                                                                                 \
    "{'name':'" name "','point':'" point "','kind':'offline','timeout_ms':10,'grade':2}"
#define EXPR(text, more) "{'name':'r','point':'A','kind':'expr','expr':'" text "'," more "}"

static const Case cases[] = {
    {"level: the limit itself exceeds; one event a reading", LEVEL(G42),
     "0,P,9\n1,P,10\n2,P,20\n3,P,19.5\n4,P,9.9\n",
     "1 P r raise 4 10\n2 P r escalate 2 20\n3 P r ease 4 19.5\n4 P r return - 9.9\n"},
    {"level: straight to the most severe and back", LEVEL(G42), "0,P,25\n1,P,5\n",
     "0 P r raise 2 25\n1 P r return - 5\n"},
    {"level: equal limits give the more severe",
     LEVEL("'grades':[{'grade':2,'limit':10},{'grade':1,'limit':10}]"), "0,P,10\n1,P,9\n",
     "0 P r raise 1 10\n1 P r return - 9\n"},
    {"level: low",
     "{'name':'r','point':'P','kind':'level','dir':'low','grades':[{'grade':4,'limit':10},{'grade':1,'limit':"
     "5}]}",
     "0,P,11\n1,P,10\n2,P,5\n3,P,6\n4,P,10.5\n",
     "1 P r raise 4 10\n2 P r escalate 1 5\n3 P r ease 4 6\n4 P r return - 10.5\n"},
    {"level: low with a dead band",
     "{'name':'r','point':'P','kind':'level','dir':'low','deadband':2," G3(10) "}",
     "0,P,10\n1,P,12\n2,P,12.1\n", "0 P r raise 3 10\n2 P r return - 12.1\n"},
    {"level: stays down to limit - dead band", LEVEL(G3(10) ",'deadband':2"), "0,P,10\n1,P,8\n2,P,7.9\n",
     "0 P r raise 3 10\n2 P r return - 7.9\n"},
    {"level: limit - dead band is rounded once", LEVEL(G3(0.3) ",'deadband':0.1"),
     "0,P,0.3\n1,P,0.19999999999999998\n2,P,0.19999999999999996\n",
     "0 P r raise 3 0.3\n2 P r return - 0.19999999999999996\n"},
    {"level: a dead band wider than a step eases to a grade not reached now",
     LEVEL("'grades':[{'grade':4,'limit':10},{'grade':3,'limit':11}],'deadband':5"),
     "0,P,12\n1,P,7\n2,P,5.5\n3,P,4\n", "0 P r raise 3 12\n2 P r ease 4 5.5\n3 P r return - 4\n"},
    {"level: on-delay counts from the first reading of the run", LEVEL(G3(10) ",'on_delay_ms':10"),
     "0,P,11\n9,P,11\n10,P,11\n", "10 P r raise 3 11\n"},
    {"level: a reading below breaks an on-run", LEVEL(G3(10) ",'on_delay_ms':10"),
     "0,P,11\n5,P,9\n6,P,11\n15,P,11\n16,P,11\n", "16 P r raise 3 11\n"},
    {"level: bad, late and repeated readings move nothing", LEVEL(G3(10) ",'on_delay_ms':10"),
     "0,P,11\n5,P,9,2\n6,P,nan\n7,P,-Inf\n-1,P,9\n0,P,9\n10,P,11,1\n", "10 P r raise 3 11\n"},
    {"level: a repeated t keeps the value first received", LEVEL(G3(10)), "0,P,9\n0,P,50\n1,P,9\n", ""},
    {"level: grades have runs of their own",
     LEVEL("'grades':[{'grade':4,'limit':10},{'grade':3,'limit':20}],'on_delay_ms':10"),
     "0,P,15\n5,P,25\n10,P,25\n15,P,25\n", "10 P r raise 4 25\n15 P r escalate 3 25\n"},
    {"level: off-delay, a reading back inside ends the run", LEVEL(G3(10) ",'off_delay_ms':10"),
     "0,P,11\n1,P,9\n5,P,10\n6,P,9\n15,P,9\n16,P,9\n", "0 P r raise 3 11\n16 P r return - 9\n"},
    {"level: an on-run cannot bridge a gap", LEVEL(G3(10) ",'on_delay_ms':8,'max_gap_ms':5"),
     "0,P,11\n4,P,11\n10,P,11\n15,P,11\n18,P,11\n", "18 P r raise 3 11\n"},
    {"level: an off-run and an active grade can", LEVEL(G3(10) ",'off_delay_ms':8,'max_gap_ms':5"),
     "0,P,11\n50,P,11\n51,P,9\n70,P,9\n", "0 P r raise 3 11\n70 P r return - 9\n"},
    {"level: a late reading is no neighbour for the gap", LEVEL(G3(10) ",'on_delay_ms':8,'max_gap_ms':5"),
     "0,P,11\n6,P,1,2\n8,P,11\n3,P,11\n12,P,11\n16,P,11\n", "16 P r raise 3 11\n"},

    {"rate: defined from half a window on", RATE("'dir':'rise'," G3(5)), "0,P,0\n29999,P,100\n30000,P,100\n",
     "30000 P r raise 3 100\n"},
    {"rate: the limit itself, and back", RATE("'dir':'rise'," G3(5)), "0,P,0\n30000,P,2.5\n60000,P,2.5\n",
     "30000 P r raise 3 2.5\n60000 P r return - 2.5\n"},
    {"rate: an age over the window does not count", RATE("'dir':'rise'," G3(5)), "0,P,0\n60001,P,100\n", ""},
    {"rate: fall", RATE("'dir':'fall'," G3(5)), "0,P,10\n30000,P,0\n", "30000 P r raise 3 0\n"},
    {"rate: rise does not fall", RATE("'dir':'rise'," G3(5)), "0,P,10\n30000,P,0\n", ""},
    {"rate: either", RATE("'dir':'either'," G3(5)), "0,P,10\n30000,P,0\n60000,P,0\n60001,P,0\n",
     "30000 P r raise 3 0\n60001 P r return - 0\n"},
    {"rate: ends when nothing earlier is in the window, off-delay or not",
     RATE("'dir':'rise','off_delay_ms':1000000," G3(5)), "0,P,0\n30000,P,100\n90000,P,100\n150001,P,100\n",
     "30000 P r raise 3 100\n150001 P r return - 100\n"},
    {"rate: an undefined slope neither ends nor breaks an off-run",
     RATE("'dir':'rise','off_delay_ms':65000," G3(5)),
     "0,P,0\n30000,P,10\n60000,P,10\n90000,P,10\n130000,P,10\n155001,P,10\n160000,P,10\n",
     "30000 P r raise 3 10\n160000 P r return - 10\n"},
    {"rate: late readings do not enter the window", RATE("'dir':'rise'," G3(5)),
     "5,P,0\n40000,P,0\n30000,P,99\n65000,P,0\n", ""},

    {"stuck: complete with a reading a window old; eps itself is still", STUCK(""),
     "0,P,1\n5,P,1.2\n9,P,1.1\n10,P,1.5\n11,P,2\n", "10 P r raise 3 1.5\n11 P r return - 2\n"},
    {"stuck: not complete", STUCK(""), "1,P,1\n10,P,1\n", ""},
    {"stuck: the older one counts", STUCK(""), "0,P,5\n10,P,1\n15,P,1\n20,P,1\n", "20 P r raise 3 1\n"},
    {"stuck: a gap within S", STUCK(",'max_gap_ms':5"), "0,P,1\n5,P,1\n11,P,1\n16,P,1\n21,P,1\n",
     "21 P r raise 3 1\n"},
    {"stuck: a gap does not return it", STUCK(",'max_gap_ms':5"), "0,P,1\n5,P,1\n10,P,1\n30,P,1\n31,P,9\n",
     "10 P r raise 3 1\n31 P r return - 9\n"},
    {"stuck: two readings far apart are enough without max_gap", STUCK(""), "0,P,1\n1000,P,1\n",
     "1000 P r raise 3 1\n"},

    {"offline: strictly after last t + timeout", OFFLINE("r", "A"), "0,A,1\n10,B,1\n11,B,1\n12,A,7\n",
     "10 A r raise 2 null\n12 A r return - 7\n"},
    {"offline: the point's own line raises it first", OFFLINE("r", "A"), "0,A,1\n11,A,2\n",
     "10 A r raise 2 null\n11 A r return - 2\n"},
    {"offline: too old a reading moves last t only", OFFLINE("r", "A"), "0,A,1\n20,B,1\n5,A,1\n10,A,3\n",
     "10 A r raise 2 null\n10 A r return - 3\n"},
    {"offline: only a line newer than all raises", OFFLINE("r", "A"), "100,B,1\n50,A,1\n100,B,2\n101,B,1\n",
     "60 A r raise 2 null\n"},
    {"offline: bad readings and strangers move the clock", OFFLINE("r", "A"), "0,A,1\n11,Z,nan\n",
     "10 A r raise 2 null\n"},
    {"offline: a bad reading is no sign of life", OFFLINE("r", "A"), "0,A,1\n8,A,1,2\n11,A,1,2\n",
     "10 A r raise 2 null\n"},
    {"offline: never a good reading, never offline", OFFLINE("r", "A"), "0,A,1,2\n100,B,1\n", ""},
    {"offline: by event time, point, rule name in bytes",
     OFFLINE("é", "*") "," OFFLINE("z", "*") "," OFFLINE("Z", "*"), "1,z,1\n1,é,1\n0,B,1\n12,C,1\n",
     "10 B Z raise 2 null\n10 B z raise 2 null\n10 B é raise 2 null\n11 z Z raise 2 null\n11 z z raise 2 "
     "null\n"
     "11 z é raise 2 null\n11 é Z raise 2 null\n11 é z raise 2 null\n11 é é raise 2 null\n"},
    {"events of a line: the clock's, then its point's in the order of the rules",
     "{'name':'l','point':'A','kind':'level','dir':'high'," G3(5) "}," OFFLINE(
         "o", "?") ",{'name':'m','point':'A*','kind':'level','dir':'high'," G3(5) "}",
     "0,A,1\n0,B,1\n11,A,6\n",
     "10 A o raise 2 null\n10 B o raise 2 null\n11 A l raise 3 6\n11 A o return - 6\n11 A m raise 3 6\n"},

    {"expr: undefined until all have reported", EXPR("v(`A`) > 2 and v(`B`) > 2", "'grade':2"),
     "0,A,3\n1,B,3\n2,B,1\n", "1 A r raise 2 1\n2 A r return - 0\n"},
    {"expr: too old an operand changes nothing",
     EXPR("v(`A`) > 2 and v(`B`) > 2", "'grade':2,'max_age_ms':10"), "0,A,3\n5,B,3\n16,B,1\n17,A,3\n",
     "5 A r raise 2 1\n17 A r return - 0\n"},
    {"expr: a number with delays",
     EXPR("v(`A`) − v(`B`)", "'dir':'high'," G3(5) ",'on_delay_ms':10,'off_delay_ms':3"),
     "0,A,10\n1,B,1\n11,A,10\n12,B,9\n15,B,9\n", "11 A r raise 3 9\n15 A r return - 1\n"},
    {"expr: low", EXPR("v(`A`) + v(`B`)", "'dir':'low'," G3(5)), "0,A,1\n1,B,4\n2,B,4.5\n",
     "1 A r raise 3 5\n2 A r return - 5.5\n"},
    {"expr: average of a window", EXPR("avg(`A`, 0.010) >= 2", "'grade':1"), "0,A,1\n5,A,3\n11,A,0\n",
     "5 A r raise 1 1\n11 A r return - 0\n"},
    {"expr: least and most", EXPR("max(`A`, 0.01) - min(`A`, 0.01)", "'dir':'high'," G3(5)),
     "0,A,1\n5,A,6\n10,A,6\n11,A,6\n", "5 A r raise 3 5\n11 A r return - 0\n"},
    {"expr: change over a window needs two readings", EXPR("delta(`A`, 0.01) >= 5", "'grade':1"),
     "0,A,0\n10,A,5\n21,A,5\n25,A,5\n", "10 A r raise 1 1\n25 A r return - 0\n"},
    {"expr: age in seconds", EXPR("age(`B`) > 0.010", "'grade':1"), "0,B,1\n5,A,1\n11,A,1\n12,B,1\n",
     "11 A r raise 1 1\n12 A r return - 0\n"},
    {"expr: the point it is booked on is one of its points", EXPR("v(`B`) > 2", "'grade':1,'on_delay_ms':10"),
     "0,B,3\n9,A,1\n10,A,1\n", "10 A r raise 1 1\n"},
    {"expr: division by nothing is undefined", EXPR("v(`A`) ÷ v(`B`) > 1", "'grade':1"),
     "0,A,1\n1,B,0\n2,B,0.5\n3,B,0\n4,B,2\n", "2 A r raise 1 1\n4 A r return - 0\n"},
    {"expr: time does not run back when points disagree", EXPR("v(`A`) > v(`B`)", "'grade':1"),
     "100,A,1\n50,B,0\n60,B,2\n", "100 A r raise 1 1\n100 A r return - 0\n"},
    {"expr: a late reading is not evaluated", EXPR("v(`A`) > 1", "'grade':1"), "10,A,0\n5,A,9\n10,A,9\n", ""},
};

static char *json_text(Arena *a, const char *s)
{
    StrBuf b;
    buf_init(&b, a);
    for (; *s; s++) {
        if (*s == '`') buf_addz(&b, "\\\"");
        else buf_addc(&b, *s == '\'' ? '"' : *s);
    }
    buf_addc(&b, 0);
    return b.p;
}

static void add_event(StrBuf *out, Arena *a, Str line)
{
    Ctx ctx;
    const Json *j;
    int64_t t, grade;
    double value;
    char number[NUM_TEXT_MAX];
    ctx_init(&ctx, a, LANG_EN);
    assert_int_equal(json_parse(&ctx, line, &j), RC_OK);
    assert_int_equal(j->count, 6);
    assert_true(json_i64(json_get(j, "t"), &t));
    Str point = json_str(json_get(j, "point")), rule = json_str(json_get(j, "rule"));
    Str event = json_str(json_get(j, "event"));
    buf_printf(out, "%lld %.*s %.*s %.*s ", (long long)t, STR_ARG(point), STR_ARG(rule), STR_ARG(event));
    if (json_i64(json_get(j, "grade"), &grade)) buf_printf(out, "%d ", (int)grade);
    else buf_addz(out, "- ");
    if (json_f64(json_get(j, "value"), &value)) buf_add(out, str_n(number, num_print_f64(value, number)));
    else buf_addz(out, "null");
    buf_addc(out, '\n');
}

/* Rows without q get the column, so that cases stay short. */
static void feed_rows(Replay *rp, const char *rows)
{
    Str all = str_of(rows);
    replay_feed(rp, "t,point,v,q\n", 12);
    while (all.n) {
        Str row = str_cut(&all, '\n');
        int commas = 0;
        for (size_t i = 0; i < row.n; i++) commas += row.p[i] == ',';
        replay_feed(rp, row.p, row.n);
        if (commas == 2) replay_feed(rp, ",", 1);
        replay_feed(rp, "\n", 1);
    }
}

static bool run(const Case *c)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    RuleSet *rules = NULL;
    ctx_init(&ctx, a, LANG_EN);
    char *json = json_text(a, arena_printf(a, "{'rules':[%s]}", c->rules));
    if (ruleset_parse(&ctx, str_of(json), &rules) < 0)
        fail_msg("%s: %s: %s", c->name, ctx.err.message, ctx.err.fields ? ctx.err.fields->message : "");
    char *out = NULL;
    size_t out_n = 0;
    FILE *fo = open_memstream(&out, &out_n);
    Replay *rp = replay_new(rules, fo, stderr, LANG_EN);
    feed_rows(rp, c->rows);
    int status = replay_end(rp);
    replay_free(&rp);
    ruleset_free(&rules);
    fclose(fo);
    StrBuf got;
    buf_init(&got, a);
    Str lines = str_of(out);
    while (lines.n) add_event(&got, a, str_cut(&lines, '\n'));
    bool same = status == 0 && str_is(buf_str(&got), c->events);
    if (!same)
        print_message("%s (status %d)\ngot:\n%.*swant:\n%s", c->name, status, STR_ARG(buf_str(&got)),
                      c->events);
    free(out);
    arena_free(&a);
    return same;
}

static void every_case(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) wrong += !run(&cases[i]);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_case)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
