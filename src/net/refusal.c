#include "net/refusal.h"

#include <assert.h>

#include "base/json_out.h"

enum {
    RETRY_AFTER_MS = 1000 /* of UNAVAILABLE, as in graphql/error.c */
};

/* The number of each code that the transports refuse with, and how AppSync calls it; its clients
 * act on some of these names. */
static const struct refusal_row {
    struct str code;
    struct str type;
    int number;
} rows[] = {
    {STR_INIT("BAD_REQUEST"), STR_INIT("BadRequestException"), 400},
    {STR_INIT("UNAUTHENTICATED"), STR_INIT("UnauthorizedException"), 401},
    {STR_INIT("TOKEN_EXPIRED"), STR_INIT("UnauthorizedException"), 401},
    {STR_INIT("FORBIDDEN"), STR_INIT("AccessDeniedException"), 403},
    {STR_INIT("NOT_FOUND"), STR_INIT("NotFoundException"), 404},
    {STR_INIT("CONFLICT"), STR_INIT("DuplicatedOperationError"), 409},
    {STR_INIT("PAYLOAD_TOO_LARGE"), STR_INIT("RequestTooLargeException"), 413},
    {STR_INIT("LIMIT_EXCEEDED"), STR_INIT("MaxSubscriptionsReachedError"), 429},
    {STR_INIT("RATE_LIMITED"), STR_INIT("ThrottlingException"), 429},
    {STR_INIT("INTERNAL_SERVER_ERROR"), STR_INIT("InternalFailure"), 500},
    {STR_INIT("UNAVAILABLE"), STR_INIT("ServiceUnavailableException"), 503},
    {STR_INIT("TIMEOUT"), STR_INIT("ExecutionTimeout"), 504},
};

static const struct refusal_row *row_of(struct str code)
{
    for (size_t i = 0; i < array_size(rows); i++)
        if (str_eq(code, rows[i].code))
            return &rows[i];
    return NULL;
}

static void write_type(struct json_out *j, const struct refusal_row *row, int status)
{
    json_out_key(j, STR("errorType"));
    json_out_str(j, row->type);
    json_out_key(j, STR("errorCode"));
    json_out_int(j, status);
}

static void write_extensions(struct json_out *j, const struct refusal_row *row, int status)
{
    json_out_key(j, STR("extensions"));
    json_out_begin_object(j);
    json_out_key(j, STR("code"));
    json_out_str(j, row->code);
    json_out_key(j, STR("http"));
    json_out_begin_object(j);
    json_out_key(j, STR("status"));
    json_out_int(j, status);
    json_out_end_object(j);
    if (str_eq(row->code, STR("UNAVAILABLE"))) {
        json_out_key(j, STR("retryAfterMs"));
        json_out_int(j, RETRY_AFTER_MS);
    }
    json_out_end_object(j);
}

/* status 0: the code's own. */
static void write_errors(struct json_out *j, int status, struct str code, struct str message,
                         bool typed)
{
    const struct refusal_row *row = row_of(code);

    assert(row);
    if (status == 0)
        status = row->number;
    json_out_begin_array(j);
    json_out_begin_object(j);
    json_out_key(j, STR("message"));
    json_out_str(j, message);
    if (typed)
        write_type(j, row, status);
    write_extensions(j, row, status);
    json_out_end_object(j);
    json_out_end_array(j);
}

void refusal_errors(struct buf *out, struct str code, struct str message, bool typed)
{
    struct json_out j = {.out = out};

    write_errors(&j, 0, code, message, typed);
}

void refusal_body(struct buf *out, int status, struct str code, struct str message, bool typed)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    json_out_key(&j, STR("errors"));
    write_errors(&j, status, code, message, typed);
    json_out_end_object(&j);
}

void refusal_expired(struct buf *out)
{
    refusal_body(out, 401, STR("TOKEN_EXPIRED"), STR("The token has ended: renew it."), false);
}
