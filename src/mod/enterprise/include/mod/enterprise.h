/* The file of an enterprise (一企一档): everything that belongs to it on one page, its licences, which of the
 * register's entries may be the same, and what a code on a wall stands for. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_enterprise;
extern const Entity licence_entity; /* "licences" */
