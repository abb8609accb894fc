#include "base/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_out.h"

enum {
    LONGEST_LINE = 16 * 1024,
    LONGEST_TEXT = 512, /* of a field: more of it is cut off */
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

/* With a mark where something was cut off, and no character cut in two. */
static void write_text(struct json_out *j, struct str text)
{
    static const struct str mark = STR_INIT("…");
    char cut[LONGEST_TEXT + 4];
    size_t n = LONGEST_TEXT;

    if (text.n <= LONGEST_TEXT) {
        json_out_str(j, text);
        return;
    }
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    memcpy(cut, text.p, n);
    memcpy(cut + n, mark.p, mark.n);
    json_out_str(j, str_of(cut, n + mark.n));
}

static void write_value(struct json_out *j, const struct log_field *f)
{
    char hex[24];

    switch (f->kind) {
    case LOG_KIND_TEXT:
        if (f->text.p)
            write_text(j, f->text);
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
