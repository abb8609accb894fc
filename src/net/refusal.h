#pragma once

/*
 * What the transports themselves refuse, in the words of GraphQL: an error with a code of the
 * schema's ErrorCode.
 */

#include "base/buf.h"

/* [{"message":…,"extensions":{"code":…}}]; of UNAVAILABLE with retryAfterMs beside the code. */
void refusal_errors(struct buf *out, struct str code, struct str message);

/* {"errors":[…]} */
void refusal_body(struct buf *out, struct str code, struct str message);

/* The same of a stream whose token has ended. */
void refusal_expired(struct buf *out);
