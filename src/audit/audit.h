#pragma once

/*
 * The audit log: who did what, when, in which room, and who was turned away; a JSON object a line,
 * as docs/audit.md has them. Never a message's text, never a token.
 *
 *     audit_write(audit, "disconnect", ST_OK, LOG_FIELDS(LOG_STR("userId", user)));
 *
 * Lines gather during a turn of the loop and are written together at its end, with one call to the
 * kernel. What cannot be written waits in the buffer for the next turn's; when that is full, lines
 * are dropped and counted: a full disk is told in the log and stops nothing. Refusals are bounded
 * by a rate, so that who is turned away a thousand times a second does not fill the disk; the
 * line behind says how many there were.
 *
 * Owner:   a file is the app's; each loop has a writer to it, which is freed first.
 * Threads: a writer is its loop's; a file is any's.
 */

#include "base/log.h"
#include "base/status.h"
#include "loop/loop.h"

struct audit;
struct audit_file;

struct audit_error {
    char text[256];
};

enum {
    AUDIT_LARGEST_BUFFER = 1024 * 1024,
    AUDIT_LONGEST_LINE = 512 * 1024, /* four hundred users may be named by one operation */
};

/* target: a path, or "stderr". A file is made for its owner and group alone (0640), and appended
 * to. ST_BAD_INPUT: it cannot be opened. */
enum status audit_file_open(struct str target, struct audit_file **ret_file,
                            struct audit_error *ret_error) must_use;
/* Takes NULL. */
void audit_file_close(struct audit_file *f);

/* The path is opened anew, for whoever moves the old file away; what waits goes to the new one.
 * ST_BAD_INPUT: it cannot be, and the old one is written on. */
enum status audit_file_reopen(struct audit_file *f, struct audit_error *ret_error) must_use;

/* Without a loop (NULL) each line is written at once. */
struct audit *audit_new(struct loop *l, struct audit_file *file) must_use;
/* Writes what waits. Takes NULL. */
void audit_free(struct audit *a);

/* status: how it ended; the field `code`. Strings that are absent are left out. Takes NULL: the log
 * is off. */
void audit_write(struct audit *a, const char *event, enum status status,
                 const struct log_field *fields);

/* Lines so far that could not be written. */
uint64_t audit_lost(const struct audit *a);
