#include "base/status.h"

const char *status_name(enum status st)
{
    switch (st) {
    case ST_OK:
        return "ok";
    case ST_BAD_INPUT:
        return "bad_input";
    case ST_BAD_REQUEST:
        return "bad_request";
    case ST_PARSE_FAILED:
        return "parse_failed";
    case ST_INVALID:
        return "invalid";
    case ST_NO_OPERATION:
        return "no_operation";
    case ST_NOT_PERSISTED:
        return "not_persisted";
    case ST_BAD_CURSOR:
        return "bad_cursor";
    case ST_UNAUTHENTICATED:
        return "unauthenticated";
    case ST_TOKEN_EXPIRED:
        return "token_expired";
    case ST_FORBIDDEN:
        return "forbidden";
    case ST_NOT_FOUND:
        return "not_found";
    case ST_CONFLICT:
        return "conflict";
    case ST_KEY_REUSED:
        return "key_reused";
    case ST_HISTORY_EXPIRED:
        return "history_expired";
    case ST_TOO_LARGE:
        return "too_large";
    case ST_TOO_COMPLEX:
        return "too_complex";
    case ST_RATE_LIMITED:
        return "rate_limited";
    case ST_LIMIT_EXCEEDED:
        return "limit_exceeded";
    case ST_UNAVAILABLE:
        return "unavailable";
    case ST_TIMEOUT:
        return "timeout";
    case ST_FAULT:
        return "fault";
    }
    return "unknown";
}
