/* The scenario file as input: terrain, wind, events; shared by individual-risk, fn and safe-distance. */
#pragma once
#include "command.h"
#include "risk/grid.h"

typedef struct WindClass {
    int stability;
    double wind_m_s;
    List share;
} WindClass;

typedef struct SceneEvent {
    Str name, substance;
    int kind;
    double x_m, y_m, per_year, rate_kg_s, height_m, minutes, radius_m, death, tnt_kg, kg, heat_mj_kg;
} SceneEvent;

typedef struct Scene {
    int terrain;
    List wind, events;
} Scene;

extern const Member scene_wind_item, scene_event_item;
extern const char *const scene_terrains[];
#define SCENE_EVENTS_MAX 5000
#define SCENE(Type)                                                                                          \
    {"terrain", M_CHOICE, offsetof(Type, scene.terrain), M_REQUIRED, .choices = scene_terrains},             \
        {"wind",                                                                                             \
         M_LIST,                                                                                             \
         offsetof(Type, scene.wind),                                                                         \
         M_REQUIRED,                                                                                         \
         1,                                                                                                  \
         RISK_CLASSES,                                                                                       \
         .item = &scene_wind_item,                                                                           \
         .about = T("各稳定度的风速和各风向频率，合计为 1",                                                  \
                    "for each stability class the speed and the share of each direction; together 1")},      \
    {                                                                                                        \
        "events", M_LIST, offsetof(Type, scene.events), M_REQUIRED, 1, SCENE_EVENTS_MAX,                     \
            .item = &scene_event_item                                                                        \
    }

/* Checks what a shape cannot and builds the scene in the arena. */
Rc scene_build(Run *run, const Scene *in, RiskScene *out);
