#pragma once

/*
 * How many descriptors the process may open, for as many connections as are configured.
 */

#include "server/config.h"

/* Raises the soft limit as far as it may be; returns how many connections there is room for. */
size_t descriptors_allow(const struct config *c);
