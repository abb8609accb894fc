#pragma once

/*
 * One JSON object a line on stderr: ts, level, event, then the fields given.
 *
 *     log_info("listening", LOG_STR("address", address), LOG_INT("threads", n));
 *
 * Never a token, never a message's text. Below server/ and net/ only debug is logged.
 *
 * Threads: any; a line is one write.
 */

#include "base/str.h"

struct json_out;

enum log_level {
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG,
};

struct log_field {
    const char *key; /* NULL ends the list */
    enum log_kind {
        LOG_KIND_TEXT, /* null when absent */
        LOG_KIND_NUMBER,
        LOG_KIND_HEX, /* the number, as text */
        LOG_KIND_BOOL,
        LOG_KIND_LIST, /* of texts */
    } kind;
    struct str text;
    int64_t number; /* of a list: how many */
    const struct str *items;
};

#define LOG_STR(k, s)  ((struct log_field){.key = (k), .kind = LOG_KIND_TEXT, .text = (s)})
#define LOG_INT(k, i)  ((struct log_field){.key = (k), .kind = LOG_KIND_NUMBER, .number = (i)})
#define LOG_HEX(k, i)  ((struct log_field){.key = (k), .kind = LOG_KIND_HEX, .number = (int64_t)(i)})
#define LOG_BOOL(k, b) ((struct log_field){.key = (k), .kind = LOG_KIND_BOOL, .number = (b)})
#define LOG_LIST(k, a, n)                                                                          \
    ((struct log_field){.key = (k), .kind = LOG_KIND_LIST, .items = (a), .number = (int64_t)(n)})

/* info until told otherwise; call before threads start. */
void log_set_level(enum log_level level);
bool log_level_from(struct str name, enum log_level *ret_level);

/* Whether it would be written: for what is dear to put together. */
bool log_enabled(enum log_level level);

void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* The key and the value, in an object. */
void log_field_write(struct json_out *j, const struct log_field *field);

#define LOG_FIELDS(...)       ((struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = NULL}})
#define log_error(event, ...) log_write(LOG_ERROR, (event), LOG_FIELDS(__VA_ARGS__))
#define log_warn(event, ...)  log_write(LOG_WARN, (event), LOG_FIELDS(__VA_ARGS__))
#define log_info(event, ...)  log_write(LOG_INFO, (event), LOG_FIELDS(__VA_ARGS__))
#define log_debug(event, ...) log_write(LOG_DEBUG, (event), LOG_FIELDS(__VA_ARGS__))
