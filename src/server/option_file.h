#pragma once

/*
 * Options in a file: NAME=VALUE lines, as systemd's EnvironmentFile= takes them and as the
 * variables of the environment are called. Empty lines, and those that begin with # or ;, say
 * nothing; a value may stand in quotes, '…' or "…", the latter with \" and \\ in it. What the
 * environment or a flag has given already counts more, and of two lines for one option the later.
 */

#include "server/options.h"

/* ST_BAD_INPUT: the error begins with the file and, where there is one, the line. Options of lines
 * before it have been read. */
enum status option_file_read(struct option_set *set, struct str path,
                             struct option_error *ret_error) must_use;
