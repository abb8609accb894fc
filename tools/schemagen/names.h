#pragma once

/*
 * What the schema's names are called in C.
 *
 * Owner: the arena given.
 */

#include "base/arena.h"

/* "MessageConnection" and "sendMessage" become "message_connection" and "send_message". */
struct str names_snake(struct arena *a, struct str name);

/* The same, fit to stand alone: a keyword of C gets an underscore behind it. */
struct str names_member(struct arena *a, struct str name);

/* "MessageOrder" becomes "MESSAGE_ORDER". */
struct str names_upper(struct arena *a, struct str name);
