#include "net/refusal.h"

#include "base/json_out.h"

enum {
    RETRY_AFTER_MS = 1000 /* of UNAVAILABLE, as in graphql/error.c */
};

static void write_errors(struct json_out *j, struct str code, struct str message)
{
    json_out_begin_array(j);
    json_out_begin_object(j);
    json_out_key(j, STR("message"));
    json_out_str(j, message);
    json_out_key(j, STR("extensions"));
    json_out_begin_object(j);
    json_out_key(j, STR("code"));
    json_out_str(j, code);
    if (str_eq(code, STR("UNAVAILABLE"))) {
        json_out_key(j, STR("retryAfterMs"));
        json_out_int(j, RETRY_AFTER_MS);
    }
    json_out_end_object(j);
    json_out_end_object(j);
    json_out_end_array(j);
}

void refusal_errors(struct buf *out, struct str code, struct str message)
{
    struct json_out j = {.out = out};

    write_errors(&j, code, message);
}

void refusal_body(struct buf *out, struct str code, struct str message)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    json_out_key(&j, STR("errors"));
    write_errors(&j, code, message);
    json_out_end_object(&j);
}

void refusal_expired(struct buf *out)
{
    refusal_body(out, STR("TOKEN_EXPIRED"), STR("The token has ended: renew it."));
}
