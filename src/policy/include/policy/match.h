/* Literal names of units → bodies of a register: 应急局, 市应急管理局 and 应急管理部门 are one body,
 * 各乡镇（街道） are all towns. Pure: the register and the aliases that people taught are handed in, what
 * comes out is a proposal with a confidence and a reason, never a decision. Everything lives in the caller's
 * memory and arena. */
#pragma once
#include "base/ctx.h"

typedef enum {
    MATCH_BODY_DEPARTMENT,
    MATCH_BODY_TOWN,
    MATCH_BODY_DISTRICT,
    MATCH_BODY_ENTERPRISE,
    MATCH_BODY_OTHER
} MatchBodyKind;

typedef struct MatchBody {
    int64_t id;
    Str name;       /* 镜湖市应急管理局 */
    Str short_name; /* may be empty */
    MatchBodyKind kind;
    bool member; /* of the safety committee */
} MatchBody;

/* What a person once said a name means. Several with the same alias: it means all of them (市直有关部门). */
typedef struct MatchAlias {
    Str alias;
    int64_t body;
} MatchAlias;

typedef struct MatchRegister {
    const MatchBody *bodies;
    size_t nbodies;
    const MatchAlias *aliases;
    size_t naliases;
} MatchRegister;

typedef enum {
    MATCH_UNKNOWN,    /* no body: list it */
    MATCH_UNSPECIFIC, /* 有关部门: a person has to say which */
    MATCH_ALIAS,
    MATCH_EXACT,
    MATCH_SAME,       /* the same office by its words: 市应急局 and 镜湖市应急管理局 */
    MATCH_DEPARTMENT, /* 应急管理部门 */
    MATCH_GROUP,      /* 各乡镇（街道）, 市安委会各成员单位 */
    MATCH_AMBIGUOUS   /* several bodies fit alike */
} MatchReason;

typedef struct Match {
    MatchReason reason;
    double confidence; /* 0 … 1 */
    int64_t *bodies;
    size_t n;
} Match;

/* unit: a name as policy.h gives it. */
Match match_unit(Arena *arena, const MatchRegister *reg, Str unit);
/* "alias", "exact" … for programs. */
const char *match_reason_name(MatchReason reason);
