#pragma once

/*
 * JSON straight into a buf: what goes out is written once, never built as a tree.
 *
 * Commas are put by the writer: call json_out_key() and values in order, between begin and end.
 * Strings must be UTF-8; what is not becomes U+FFFD, so that what goes out always parses.
 */

#include "base/buf.h"

/* One writer a document; all-zero but for out is a good start. */
struct json_out {
    struct buf *out;
    bool comma; /* a value stands before the next one, in the same container */
};

/* A place to come back to: json_out_rewind() takes back everything written since. */
struct json_out_mark {
    size_t n;
    bool comma;
};

void json_out_begin_object(struct json_out *j);
void json_out_end_object(struct json_out *j);
void json_out_begin_array(struct json_out *j);
void json_out_end_array(struct json_out *j);

void json_out_key(struct json_out *j, struct str key);
/* The same for a key of letters, digits and underscores, as GraphQL's names are: it is not looked
 * at. */
void json_out_name(struct json_out *j, struct str name);

void json_out_null(struct json_out *j);
void json_out_bool(struct json_out *j, bool value);
void json_out_int(struct json_out *j, int64_t value);
/* The shortest form that reads back as the same number; NaN and infinities are null. */
void json_out_double(struct json_out *j, double value);
void json_out_str(struct json_out *j, struct str value);
/* A value that is JSON already. */
void json_out_raw(struct json_out *j, struct str json);

struct json_out_mark json_out_mark(const struct json_out *j);
void json_out_rewind(struct json_out *j, struct json_out_mark to);

/* Whether a string's characters go out as they are: ASCII, and nothing to be escaped. */
bool json_out_is_plain(struct str s);

/* The string's characters, escaped, without the quotes around them. */
void json_out_escape(struct buf *out, struct str s);
