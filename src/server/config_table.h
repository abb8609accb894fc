#pragma once

/*
 * Every option of the server: its name, default, limits and help, and where its value is put.
 * Flags, variables, the help and `guildhall config` are made of it.
 */

#include "server/options.h"

extern const struct option config_table[];
extern const size_t config_table_n;
