#include "pg/pg_error.h"

#include <string.h>

/* The first row whose prefix fits decides, so single states stand before their class. */
static const struct {
    const char *prefix;
    enum status status;
} statuses[] = {
    {"08", ST_UNAVAILABLE},    /* connection exception */
    {"21000", ST_FAULT},       /* cardinality violation */
    {"22", ST_BAD_INPUT},      /* data exception: text that is not UTF-8, a number out of range */
    {"23505", ST_CONFLICT},    /* unique violation */
    {"23", ST_BAD_INPUT},      /* other constraints */
    {"25006", ST_UNAVAILABLE}, /* read only: a replica, or a primary that was just demoted */
    {"40", ST_UNAVAILABLE},    /* rolled back for the sake of others: deadlock, serialization */
    {"53", ST_UNAVAILABLE},    /* out of disk, memory or connections */
    {"55P03", ST_TIMEOUT},     /* a lock was not to be had in time */
    {"57014", ST_TIMEOUT},     /* statement_timeout, or cancelled by an operator */
    {"57", ST_UNAVAILABLE},    /* shut down, crashed, starting up */
    {"58", ST_UNAVAILABLE},    /* its operating system failed it */
};

enum status pg_error_status(const char *sqlstate)
{
    if (!sqlstate)
        return ST_UNAVAILABLE;
    for (size_t i = 0; i < array_size(statuses); i++)
        if (strncmp(sqlstate, statuses[i].prefix, strlen(statuses[i].prefix)) == 0)
            return statuses[i].status;
    return ST_FAULT;
}
