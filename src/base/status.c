#include "base/status.h"

#include <assert.h>

struct status_row {
    const char *code; /* a value of the schema's enum ErrorCode */
    int http;
    const char *type; /* what AppSync calls it; its clients reconnect on UnauthorizedException */
    const char *text;
};

/* What the world is told of each status, in the order of enum status. */
static const struct status_row rows[] = {
    [ST_BAD_INPUT] = {"BAD_USER_INPUT", 400, "ValidationError",
                      "A value is missing, malformed or out of bounds."},
    [ST_BAD_REQUEST] = {"BAD_REQUEST", 400, "BadRequestException", "The request is malformed."},
    [ST_PARSE_FAILED] = {"GRAPHQL_PARSE_FAILED", 400, "MalformedHttpRequestException",
                         "The document does not parse."},
    [ST_INVALID] = {"GRAPHQL_VALIDATION_FAILED", 400, "ValidationError",
                    "The document is not valid against the schema."},
    [ST_NO_OPERATION] = {"OPERATION_RESOLUTION_FAILURE", 400, "BadRequestException",
                         "The document has no such operation, or operationName is missing."},
    /* Apollo's clients compare these very words. */
    [ST_NOT_PERSISTED] = {"PERSISTED_QUERY_NOT_FOUND", 200, "BadRequestException",
                          "PersistedQueryNotFound"},
    [ST_BAD_CURSOR] = {"INVALID_CURSOR", 400, "ValidationError",
                       "The cursor is not one of this room's."},
    [ST_UNAUTHENTICATED] = {"UNAUTHENTICATED", 401, "UnauthorizedException",
                            "A valid token is required."},
    [ST_TOKEN_EXPIRED] = {"TOKEN_EXPIRED", 401, "UnauthorizedException",
                          "The token has ended: renew it."},
    [ST_FORBIDDEN] = {"FORBIDDEN", 403, "AccessDeniedException", "Not allowed."},
    [ST_NOT_FOUND] = {"NOT_FOUND", 404, "NotFoundException", "Not found."},
    [ST_CONFLICT] = {"CONFLICT", 409, "ConflictException",
                     "It exists already, or was changed in the meantime."},
    [ST_KEY_REUSED] = {"IDEMPOTENCY_KEY_REUSED", 409, "ConflictException",
                       "The key was used for another message."},
    [ST_HISTORY_EXPIRED] = {"HISTORY_EXPIRED", 410, "GoneException",
                            "Events after the given cursor are no longer kept."},
    [ST_TOO_LARGE] = {"PAYLOAD_TOO_LARGE", 413, "RequestTooLargeException", "Too large."},
    [ST_TOO_COMPLEX] = {"QUERY_TOO_COMPLEX", 400, "LimitExceededException",
                        "The document is deeper, wider or costlier than allowed."},
    [ST_RATE_LIMITED] = {"RATE_LIMITED", 429, "ThrottlingException",
                         "Too many requests: try again later."},
    [ST_LIMIT_EXCEEDED] = {"LIMIT_EXCEEDED", 429, "LimitExceededException", "Too many at a time."},
    [ST_UNAVAILABLE] = {"UNAVAILABLE", 503, "ServiceUnavailableException",
                        "Temporarily unavailable: it is safe to try again."},
    [ST_TIMEOUT] = {"TIMEOUT", 504, "ExecutionTimeout", "It took longer than allowed."},
    [ST_FAULT] = {"INTERNAL_SERVER_ERROR", 500, "InternalFailure", "Internal server error."},
};

static const struct status_row *row_of(enum status st)
{
    assert(st != ST_OK && (size_t)st < array_size(rows));
    return &rows[st];
}

const char *status_code(enum status st)
{
    return row_of(st)->code;
}

const char *status_outcome(enum status st)
{
    return st == ST_OK ? "OK" : status_code(st);
}

const char *status_type(enum status st)
{
    return row_of(st)->type;
}

int status_http(enum status st)
{
    return row_of(st)->http;
}

const char *status_text(enum status st)
{
    return row_of(st)->text;
}
