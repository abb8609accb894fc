#include "net/refusal.h"

#include "base/json_out.h"

/* AppSync's own names of what its sockets refuse; its clients act on some of these names. */
static const char *type_of(enum status why)
{
    if (why == ST_CONFLICT)
        return "DuplicatedOperationError";
    if (why == ST_LIMIT_EXCEEDED)
        return "MaxSubscriptionsReachedError";
    return status_type(why);
}

static void write_type(struct json_out *j, enum status why, int status)
{
    json_out_key(j, STR("errorType"));
    json_out_str(j, str_c(type_of(why)));
    json_out_key(j, STR("errorCode"));
    json_out_int(j, status);
}

static void write_extensions(struct json_out *j, enum status why, int status)
{
    json_out_key(j, STR("extensions"));
    json_out_begin_object(j);
    json_out_key(j, STR("code"));
    json_out_str(j, str_c(status_code(why)));
    json_out_key(j, STR("http"));
    json_out_begin_object(j);
    json_out_key(j, STR("status"));
    json_out_int(j, status);
    json_out_end_object(j);
    if (why == ST_UNAVAILABLE) {
        json_out_key(j, STR("retryAfterMs"));
        json_out_int(j, STATUS_RETRY_AFTER_MS);
    }
    json_out_end_object(j);
}

/* status 0: that of why. */
static void write_errors(struct json_out *j, int status, enum status why, struct str message,
                         bool typed)
{
    if (status == 0)
        status = status_http(why);
    json_out_begin_array(j);
    json_out_begin_object(j);
    json_out_key(j, STR("message"));
    json_out_str(j, message);
    if (typed)
        write_type(j, why, status);
    write_extensions(j, why, status);
    json_out_end_object(j);
    json_out_end_array(j);
}

void refusal_errors(struct buf *out, enum status why, struct str message, bool typed)
{
    struct json_out j = {.out = out};

    write_errors(&j, 0, why, message, typed);
}

void refusal_body(struct buf *out, int status, enum status why, struct str message, bool typed)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    json_out_key(&j, STR("errors"));
    write_errors(&j, status, why, message, typed);
    json_out_end_object(&j);
}

void refusal_expired(struct buf *out)
{
    refusal_body(out, status_http(ST_TOKEN_EXPIRED), ST_TOKEN_EXPIRED,
                 str_c(status_text(ST_TOKEN_EXPIRED)), false);
}
