#pragma once

/*
 * One option's value: from the text a person wrote, and back to what may be shown of it.
 */

#include "server/options.h"

/* Copies what it keeps to the arena; false: not a value of this option. target is the option's
 * own place. */
bool option_value_read(const struct option *o, struct arena *arena, struct str text,
                       void *target) must_use;

/* "a whole number from 1 to 1024": what the option takes. */
struct str option_value_allowed(const struct option *o, struct arena *arena);

/* The text with what is secret in it masked. */
struct str option_value_shown(const struct option *o, struct arena *arena, struct str text);

/* A secret may come from a file. */
bool option_value_from_file(const struct option *o);

/* What the help calls the value: "HOST:PORT"; empty for a switch. */
const char *option_value_placeholder(const struct option *o);
