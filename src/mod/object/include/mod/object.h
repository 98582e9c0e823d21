/* Objects: the places and installations that are watched or inspected (a gas network section, a bridge, a
 * tank farm …). Their kinds are data: the dictionaries "area" (four areas), "field" (parent: area) and
 * "object_kind" (parent: field). */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_object;
extern const Entity object_entity;
