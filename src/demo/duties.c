/* Duty lists of the demo: leaders of the city, the committee's office, a department, a street and an
 * enterprise's principal, with the records of some months. Each demo account finds its own; most of it was
 * done in time, some late, some not at all. The texts are of our own writing. */
#include "base/clock.h"
#include "base/log.h"
#include "city.h"
#include "mod/body.h"
#include "mod/duty.h"

enum { MONTHS_BACK = 5, ITEMS_MOST = 7 };

static const struct Plan {
    const char *user, *full_name, *role, *body, *post, *post_kind, *to;
    double done;
    struct {
        const char *text, *per;
        int times;
        const char *basis, *did, *place;
    } item[ITEMS_MOST];
} plans[] = {
    {"leader",
     "市领导 方正",
     "leader",
     "BODY-GOV",
     "副市长（分管安全生产）",
     "member",
     NULL,
     0.9,
     {{"主持召开安全生产形势分析会，研究解决突出问题", "quarter", 1, "领导干部责任清单第三条",
       "主持季度安全生产形势分析会，研究燃气老旧管网更新和化工园监测接入两项问题，明确责任单位和时限。",
       "市政府第二会议室"},
      {"带队检查重点行业领域安全生产工作", "month", 1, "领导干部责任清单第四条",
       "带队检查燃气门站和人员密集场所各一处，发现的问题现场交办，要求限期反馈。", "城东燃气门站"},
      {"听取分管部门安全生产工作汇报", "two_months", 1, "领导干部责任清单第五条",
       "听取住建、城管部门安全生产工作汇报，对两项滞后任务提出要求。", "市政府第三会议室"},
      {"组织或者参加一次应急演练", "half_year", 1, "领导干部责任清单第七条",
       "参加燃气泄漏应急演练，点评现场指挥和信息报送环节。", "石埠化工园"}}},
    {"office",
     "安委办 陈书平",
     "office",
     "BODY-EMERG",
     "安委会办公室主任",
     "department",
     "BODY-GOV",
     0.95,
     {{"调度各成员单位重点任务进展", "month", 1, "安委会工作规则第六条",
       "调度本月重点任务，对进度滞后的三个单位发提醒函。", "市安委办"},
      {"组织开展综合督查", "quarter", 1, "安委会工作规则第八条",
       "组织两个督查组到区、街道和企业督查，问题清单已交办。", "清源街道"},
      {"研究值班监测和预警处置情况", "week", 1, "值班制度第四条",
       "听取值班监测情况，对两起预警的处置逐项核对。", "市监测中心"}}},
    {"dept",
     "住建局 韩立",
     "dept",
     "BODY-CITY",
     "局长",
     "department",
     "BODY-GOV",
     0.8,
     {{"组织检查城镇燃气和建筑工地安全", "month", 2, "部门责任清单第二条",
       "检查在建工地和燃气设施各一处，责令整改隐患并登记。", "云澜新城工地"},
      {"召开行业安全生产例会", "quarter", 1, "部门责任清单第三条",
       "召开行业例会，通报事故教训，部署冬季施工安全。", "市住建局"},
      {"组织行业从业人员安全培训", "half_year", 1, "部门责任清单第六条",
       "组织燃气企业和施工企业安全管理人员培训一期。", "市建设培训中心"}}},
    {"town",
     "清源街道 吴桐",
     "town",
     "BODY-TOWN-990103",
     "街道办事处主任",
     "town",
     "BODY-EMERG",
     0.85,
     {{"研究部署街道安全生产工作", "month", 1, "街道责任清单第一条",
       "召开街道安全生产例会，研究九小场所和出租房屋消防隐患。", "清源街道办事处"},
      {"带队检查九小场所和人员密集场所", "month", 2, "街道责任清单第二条",
       "带队检查沿街餐饮和批发市场，清理占用的疏散通道。", "清源农贸市场"},
      {"组织居民小区消防宣传或者演练", "quarter", 1, "街道责任清单第五条",
       "在老旧小区组织一次消防疏散演练，发放宣传材料。", "清源新村"}}},
    {"inspector",
     "执法 高远",
     "inspector",
     "BODY-EMERG",
     "执法支队支队长",
     "department",
     NULL,
     0.9,
     {{"调度年度执法检查计划进度", "month", 1, "执法责任清单第二条",
       "核对执法检查计划完成情况，调整两家企业的检查时间。", "市应急局"}}},
    {"watch",
     "值班员 周岚",
     "watch",
     "BODY-WATCH",
     "监测中心值班长",
     "safety",
     "BODY-EMERG",
     0.95,
     {{"检查监测设备在线情况和交接班记录", "week", 1, "值班制度第七条",
       "核对设备在线率和交接班记录，离线设备已派单。", "市监测中心"}}},
    {"enterprise",
     "企业 沈兰",
     "enterprise",
     "BODY-GAS",
     "主要负责人",
     "principal",
     "BODY-CITY",
     0.85,
     {{"组织研究安全生产工作，听取安全管理机构汇报", "quarter", 1, "主要负责人责任清单第二条",
       "组织研究安全生产工作，确定更新调压设备的资金和时间。", "公司会议室"},
      {"带队开展全面隐患排查", "month", 1, "主要负责人责任清单第四条",
       "带队排查调压站和阀井，发现的隐患已登记并落实责任人。", "城南调压站"},
      {"检查重点岗位值守和巡线记录", "week", 1, "主要负责人责任清单第五条",
       "抽查调度值守和巡线记录，对一次漏巡提出整改要求。", "调度中心"},
      {"组织本单位应急救援演练", "half_year", 1, "主要负责人责任清单第七条",
       "组织管道第三方破坏应急演练，完善了抢修流程。", "城北阀室"}}},
};

typedef struct Fill {
    Work *w;
    Rng rng;
    int64_t now;
} Fill;

static Rc by_code(Work *w, const char *plural, const char *code, Record **out)
{
    const Entity *e = kernel_entity(w->kernel, plural);
    Rc rc = store_find(w, e, str_printf(w->ctx->arena, "code:%s", code), out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL(w->ctx, RC_NOT_FOUND, "demo.duty", "演示城市缺少 %s", "the demo city lacks %s", code);
}

static int64_t months_ago(int64_t now, int months)
{
    Civil c = civil_of(now);
    return civil_ms(&(Civil){.year = c.year, .month = c.month - months, .day = 1});
}

static Rc add_list(Work *w, const struct Plan *p, int64_t from, Record **out)
{
    const Entity *e = &duty_list_entity, *ie = &duty_item_entity;
    Record *list = rec_new(w->ctx, e), *user;
    TRY(by_code(w, "users", p->user, &user));
    rec_set(e, list, "body", db_val_i64(w->who ? scope_of(w->who)->body : 0));
    rec_set(e, list, "post", db_val_z(p->post));
    rec_set(e, list, "post_kind", db_val_z(p->post_kind));
    rec_set(e, list, "holder", db_val_i64(user->id));
    rec_set(e, list, "basis", db_val_z("云澜市安全生产责任制规定（演示）"));
    rec_set(e, list, "valid_from", db_val_i64(from));
    rec_set(e, list, "items", db_val_i64(0));
    TRY(store_insert(w, e, list));
    for (size_t i = 0; i < ITEMS_MOST && p->item[i].text; i++) {
        Record *item = rec_new(w->ctx, ie);
        rec_set(ie, item, "list", db_val_i64(list->id));
        rec_set(ie, item, "no", db_val_i64((int64_t)i + 1));
        rec_set(ie, item, "text", db_val_z(p->item[i].text));
        rec_set(ie, item, "per", db_val_z(p->item[i].per));
        rec_set(ie, item, "every", db_val_i64(1));
        rec_set(ie, item, "times", db_val_i64(p->item[i].times));
        rec_set(ie, item, "days_off", db_val_bool(false));
        rec_set(ie, item, "basis", db_val_z(p->item[i].basis));
        TRY(store_insert(w, ie, item));
    }
    return store_get(w, e, list->id, out);
}

/* The list is published and, where a body stands above, filed with it. */
static Rc put_in_force(Work *w, const struct Plan *p, Record *list)
{
    const Entity *e = &duty_list_entity;
    Record *above;
    TRY(duty_list_publish(w, list));
    if (!p->to) return RC_OK;
    TRY(by_code(w, "bodies", p->to, &above));
    Record *old = rec_copy(w->ctx, e, list);
    rec_set(e, list, "state", db_val_z("filed"));
    rec_set(e, list, "filed_at", db_val_i64(w->now));
    rec_set(e, list, "filed_to", db_val_i64(above->id));
    rec_set(e, list, "filed_by", db_val_z(p->full_name));
    return store_update(w, e, old, list, "file");
}

static size_t item_of(const struct Plan *p, Str text)
{
    for (size_t i = 0; i < ITEMS_MOST && p->item[i].text; i++)
        if (str_is(text, p->item[i].text)) return i;
    return 0;
}

/* Most in time, one in ten some days late. */
static int64_t when(Fill *f, const Record *duty)
{
    int64_t begins = rec_time(&duty_entity, duty, "begins_at"), due = rec_time(&duty_entity, duty, "due_at");
    if (rng_unit(&f->rng) < 0.1) return due + (int64_t)(1 + rng_unit(&f->rng) * 4) * MS_DAY;
    int64_t t = begins + (int64_t)((0.2 + 0.7 * rng_unit(&f->rng)) * (double)(due - begins));
    return civil_day_start(civil_day(t)) + 9 * MS_HOUR + (int64_t)(rng_unit(&f->rng) * 480) * MS_MINUTE;
}

static Rc do_one(Fill *f, const struct Plan *p, int64_t id)
{
    Record *duty;
    TRY(store_get(f->w, &duty_entity, id, &duty));
    if (rng_unit(&f->rng) > p->done) return RC_OK;
    size_t i = item_of(p, rec_text(&duty_entity, duty, "text"));
    int64_t times = rec_i64(&duty_entity, duty, "needed");
    for (int64_t k = 0; k < times; k++) {
        int64_t at = when(f, duty);
        if (at > f->now || at < rec_time(&duty_entity, duty, "begins_at")) return RC_OK;
        f->w->now = at;
        TRY(duty_perform(f->w, duty, &(DutyDone){str_of(p->item[i].did), str_of(p->item[i].place), at}));
        TRY(store_get(f->w, &duty_entity, id, &duty));
    }
    return RC_OK;
}

typedef struct Ids {
    int64_t id[400];
    size_t n;
} Ids;

static Rc note_id(void *ud, const Record *rec)
{
    Ids *ids = ud;
    if (ids->n < ARRAY_LEN(ids->id)) ids->id[ids->n++] = rec->id;
    return RC_OK;
}

static Rc fill_one(Fill *f, const struct Plan *p)
{
    Record *body, *list, *user;
    Principal who;
    Ids ids = {.n = 0};
    int64_t made, from = months_ago(f->now, MONTHS_BACK);
    TRY(by_code(f->w, "bodies", p->body, &body));
    TRY(by_code(f->w, "users", p->user, &user));
    ActAs as = {.name = p->user,
                .full_name = p->full_name,
                .roles = p->role,
                .user = user->id,
                .body = body->id,
                .district = rec_i64(&body_entity, body, "district")};
    TRY(principal_make(f->w, &as, &who));
    f->w->who = &who;
    f->w->now = from;
    TRY(add_list(f->w, p, from, &list));
    TRY(put_in_force(f->w, p, list));
    f->w->now = f->now;
    TRY(duties_of_list(f->w, list->id, &made));
    TRY(store_each(f->w, &duty_entity, "list", db_val_i64(list->id), note_id, &ids));
    for (size_t i = 0; i < ids.n; i++) TRY(do_one(f, p, ids.id[i]));
    return RC_OK;
}

typedef struct Part {
    Rng rng;
    size_t i;
} Part;

static Rc fill(Work *w, void *ud)
{
    Part *part = ud;
    Fill f = {.w = w, .rng = part->rng, .now = clock_now()};
    Rc rc = fill_one(&f, &plans[part->i]);
    part->rng = f.rng;
    return rc;
}

void duties_fill(Kernel *k, uint64_t seed)
{
    Part part = {.rng = {mix64(seed ^ 0x64757479)}};
    for (part.i = 0; part.i < ARRAY_LEN(plans); part.i++)
        if (demo_write(k, fill, &part) < 0) return;
}
