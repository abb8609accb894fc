#pragma once

/*
 * What the transports themselves refuse, in the words of GraphQL: an error with a code of the
 * schema's ErrorCode.
 */

#include "base/buf.h"
#include "base/status.h"

/* [{"message":…,"extensions":{"code":…,"http":{"status":…}}}]; of ST_UNAVAILABLE with retryAfterMs
 * as well. typed: with errorType and errorCode, as AppSync's errors have them. */
void refusal_errors(struct buf *out, enum status why, struct str message, bool typed);

/* {"errors":[…]}, of a response with that status, which the error names whatever is usual for why.
 */
void refusal_body(struct buf *out, int status, enum status why, struct str message, bool typed);

/* The same of a stream whose token has ended. */
void refusal_expired(struct buf *out);
