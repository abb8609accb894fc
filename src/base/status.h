#pragma once

/*
 * How an expected failure is told to the caller, chosen by what the caller will do about it.
 *
 * SQLSTATE, HTTP and bus errors become a status at the border, in one table each; what a client
 * sees of a status is written in one table in status.c.
 */

#include <stddef.h>

#define must_use                      __attribute__((warn_unused_result))
#define printf_like(f, a)             __attribute__((format(printf, f, a)))
#define array_size(a)                 (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, member) ((type *)(void *)((char *)(p)-offsetof(type, member)))

enum status {
    ST_OK,
    ST_BAD_INPUT,       /* a value is missing, malformed or out of bounds */
    ST_BAD_REQUEST,     /* the request around the values is malformed */
    ST_PARSE_FAILED,    /* the document does not parse */
    ST_INVALID,         /* the document is not valid against the schema */
    ST_NO_OPERATION,    /* operationName names none, or is missing where needed */
    ST_NOT_PERSISTED,   /* no document is kept under that hash: send it along */
    ST_BAD_CURSOR,      /* not a cursor of this room */
    ST_UNAUTHENTICATED, /* no token, or not a valid one */
    ST_TOKEN_EXPIRED,   /* it was valid once */
    ST_FORBIDDEN,       /* known, and not allowed */
    ST_NOT_FOUND,       /* none, or the caller may not know of it */
    ST_CONFLICT,        /* exists already, or changed meanwhile */
    ST_KEY_REUSED,      /* the idempotency key belongs to another message */
    ST_HISTORY_EXPIRED, /* what is asked for is no longer kept */
    ST_TOO_LARGE,       /* larger than a limit in bytes, code points or items */
    ST_TOO_COMPLEX,     /* deeper, wider or costlier than a limit */
    ST_RATE_LIMITED,    /* too often; later */
    ST_LIMIT_EXCEEDED,  /* too many at a time */
    ST_UNAVAILABLE,     /* a part is away; trying again is safe */
    ST_TIMEOUT,         /* took longer than allowed */
    ST_FAULT,           /* a mistake of ours */
};

enum {
    /* Of ST_UNAVAILABLE: of no other does trying again help by itself. */
    STATUS_RETRY_AFTER_MS = 1000,
};

/* "NOT_FOUND", "NotFoundException" and 404 for ST_NOT_FOUND: a value of the schema's enum
 * ErrorCode, what AppSync calls it, the status of a response; and the public text, used when nobody
 * has better words. Of all but ST_OK. */
const char *status_code(enum status st);
const char *status_type(enum status st);
int status_http(enum status st);
const char *status_text(enum status st);

/* The code, or "OK": how something ended, for logs and metrics. */
const char *status_outcome(enum status st);
