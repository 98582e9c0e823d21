/* Districts: the administrative divisions of GB/T 2260, from province to community, as a tree. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_district;
extern const Entity district_entity;
