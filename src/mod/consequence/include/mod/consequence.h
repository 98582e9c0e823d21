/* What an accident would reach (事故后果): protected targets (防护目标), scenarios of blast, fire and toxic
 * release at a place, computed by src/risk with everybody inside counted, and checks of a site's distances
 * (外部安全防护距离核验) with individual risk and F–N curve. All for screening. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_consequence;
extern const Entity protected_target_entity; /* "protected-targets" */
extern const Entity consequence_entity;      /* "consequences" */
extern const Entity safety_check_entity;     /* "safety-checks" */
