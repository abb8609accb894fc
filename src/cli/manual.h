#pragma once

/*
 * Manual pages, in the macros of man(7), made of the tables of commands and options: they say what
 * --help says, and cannot say anything else.
 *
 * "guildhall" is the page of all, "guildhall-serve" a command's, "guildhall-room" a group's with
 * its commands.
 */

#include "base/buf.h"

/* False: there is no such page. date: YYYY-MM-DD, of the version. */
bool manual_write(struct str page, const char *date, struct buf *out) must_use;
