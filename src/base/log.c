#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_out.h"

enum {
    LONGEST_LINE = 16 * 1024
};

static const char *const level_names[] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warn",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

/* The one mutable thing at file scope that is not server/app.c's: a log serves every layer. */
static atomic_int loudest = LOG_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&loudest, (int)level);
}

bool log_enabled(enum log_level level)
{
    return (int)level <= atomic_load_explicit(&loudest, memory_order_relaxed);
}

bool log_level_from(struct str name, enum log_level *ret_level)
{
    for (size_t i = 0; i < array_size(level_names); i++) {
        if (!str_eq_c(name, level_names[i]))
            continue;
        *ret_level = (enum log_level)i;
        return true;
    }
    return false;
}

static void write_value(struct json_out *j, const struct log_field *f)
{
    char hex[24];

    switch (f->kind) {
    case LOG_KIND_TEXT:
        if (f->text.p)
            json_out_str(j, f->text);
        else
            json_out_null(j);
        break;
    case LOG_KIND_NUMBER:
        json_out_int(j, f->number);
        break;
    case LOG_KIND_HEX:
        snprintf(hex, sizeof(hex), "%llx", (unsigned long long)f->number);
        json_out_str(j, str_c(hex));
        break;
    case LOG_KIND_BOOL:
        json_out_bool(j, f->number);
        break;
    case LOG_KIND_LIST:
        json_out_begin_array(j);
        for (int64_t i = 0; i < f->number; i++)
            json_out_str(j, f->items[i]);
        json_out_end_array(j);
        break;
    }
}

void log_field_write(struct json_out *j, const struct log_field *field)
{
    json_out_key(j, str_c(field->key));
    write_value(j, field);
}

static void write_fields(struct json_out *j, const struct log_field *fields)
{
    for (const struct log_field *f = fields; f->key; f++)
        log_field_write(j, f);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    char now[CLOCK_RFC3339_LENGTH];
    struct buf line;
    struct json_out j = {.out = &line};

    if (!log_enabled(level))
        return;
    buf_init(&line, LONGEST_LINE);
    clock_format(clock_unix_ms(), now);
    json_out_begin_object(&j);
    json_out_key(&j, STR("ts"));
    json_out_str(&j, str_of(now, sizeof(now)));
    json_out_key(&j, STR("level"));
    json_out_str(&j, str_c(level_names[level]));
    json_out_key(&j, STR("event"));
    json_out_str(&j, str_c(event));
    write_fields(&j, fields);
    json_out_end_object(&j);
    buf_add_char(&line, '\n');
    if (!buf_overflowed(&line) && write(STDERR_FILENO, line.p, line.n) < 0) {
        /* stderr is gone; there is nobody left to tell. */
    }
    buf_done(&line);
}
