/* The general reader of the JSON shape: a strict parse into a tree (base/json), then each reading is checked
 * member by member. The first fault of a reading is the one reported. */
#include "base/json.h"
#include "base/num.h"
#include "items.h"

static bool fault(JsonReading *r, Str field, const char *code)
{
    r->field = field;
    r->code = code;
    return false;
}

static bool take_point(JsonReading *r, const Json *j)
{
    r->point = json_str(j);
    if (j->type != JSON_TEXT) return fault(r, j->name, REJECT_SYNTAX);
    if (r->point.n == 0) return fault(r, j->name, REJECT_REQUIRED);
    return r->point.n <= POINT_CODE_MAX || fault(r, j->name, REJECT_LIMIT);
}

static bool take_time(JsonReading *r, const Json *j)
{
    bool ok = j->type == JSON_TEXT ? time_parse(j->s, false, &r->t) : json_i64(j, &r->t);
    return (ok && gateway_time_ok(r->t)) || fault(r, j->name, REJECT_TIME);
}

static bool take_value(JsonReading *r, const Json *j)
{
    if (j->type == JSON_TEXT) return fault(r, j->name, REJECT_TEXT);
    return json_f64(j, &r->v) || fault(r, j->name, REJECT_NUMBER);
}

static bool take_quality(JsonReading *r, const Json *j)
{
    int64_t q;
    if (!json_i64(j, &q) || q < 0 || q > 2) return fault(r, j->name, REJECT_QUALITY);
    r->q = (uint8_t)q;
    return true;
}

static const struct {
    const char *name;
    bool (*take)(JsonReading *r, const Json *j);
} members[] = {{"point", take_point}, {"t", take_time}, {"v", take_value}, {"q", take_quality}};

static bool take_member(JsonReading *r, const Json *j)
{
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (str_is(j->name, members[i].name)) return members[i].take(r, j);
    return fault(r, j->name, REJECT_UNKNOWN);
}

static void take_reading(JsonReading *r, const Json *j)
{
    r->t = TIME_NONE;
    if (j->type != JSON_OBJECT) {
        fault(r, STR("readings"), REJECT_SYNTAX);
        return;
    }
    JSON_EACH(m, j)
    if (!take_member(r, m)) return;
    if (!json_get(j, "point")) fault(r, STR("point"), REJECT_REQUIRED);
    else if (!json_get(j, "v")) fault(r, STR("v"), REJECT_REQUIRED);
}

Rc json_tree(Ctx *ctx, Str body, JsonList *list)
{
    const Json *root;
    TRY(json_parse(ctx, body, &root));
    const Json *readings = json_get(root, "readings");
    if (!readings || readings->type != JSON_ARRAY || root->count != 1)
        return FAIL(ctx, RC_SYNTAX, "readings.shape", "正文应为 {\"readings\":[…]}，且无其他成员",
                    "the body must be {\"readings\":[…]} without other members");
    JSON_EACH(j, readings) take_reading(json_list_add(list), j);
    return RC_OK;
}
