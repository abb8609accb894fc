#pragma once

/*
 * What the transports themselves refuse, in the words of GraphQL: an error with a code of the
 * schema's ErrorCode.
 */

#include "base/buf.h"

/* [{"message":…,"extensions":{"code":…,"http":{"status":…}}}]; of UNAVAILABLE with retryAfterMs as
 * well. typed: with errorType and errorCode, as AppSync's errors have them. code: one that
 * refusal.c knows. */
void refusal_errors(struct buf *out, struct str code, struct str message, bool typed);

/* {"errors":[…]}, of a response with that status, which the error names. */
void refusal_body(struct buf *out, int status, struct str code, struct str message, bool typed);

/* The same of a stream whose token has ended. */
void refusal_expired(struct buf *out);
