#include "audit/audit.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "base/rate.h"

enum {
    MODE = 0640,
    WRITE_FROM = 64 * 1024, /* bytes that do not wait for the turn's end */
    REPORT_EVERY_US = 60 * 1000 * 1000,
};

struct audit_file {
    struct arena arena;
    const char *path; /* NULL: stderr */
    int fd;           /* the same number as long as it lives */
};

struct audit {
    struct audit_file *file;
    struct loop *loop;
    struct turn_hook flush;
    struct buf buf;  /* whole lines */
    struct buf line; /* the next */
    struct rate_state refusals;
    uint64_t suppressed;   /* refusals since the last line */
    uint64_t lost;         /* lines */
    uint64_t lost_written; /* of them, the file says so */
    int64_t told_at_us;
    bool failing;
    bool cut; /* the file ends in the middle of a line */
};

/* --- the file */

static enum status open_path(const char *path, int *ret_fd, struct audit_error *error)
{
    /* Not to wait for a reader, should it be a pipe. */
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, MODE);

    if (fd < 0) {
        snprintf(error->text, sizeof(error->text), "cannot open %s: %s", path, strerror(errno));
        return ST_BAD_INPUT;
    }
    *ret_fd = fd;
    return ST_OK;
}

enum status audit_file_open(struct str target, struct audit_file **ret_file,
                            struct audit_error *ret_error)
{
    struct audit_file *f = mem_new(struct audit_file);

    arena_init(&f->arena);
    f->fd = STDERR_FILENO;
    if (!str_eq(target, STR("stderr"))) {
        f->path = arena_str(&f->arena, target).p;
        if (open_path(f->path, &f->fd, ret_error) != ST_OK) {
            f->path = NULL;
            audit_file_close(f);
            return ST_BAD_INPUT;
        }
    }
    *ret_file = f;
    return ST_OK;
}

void audit_file_close(struct audit_file *f)
{
    if (!f)
        return;
    if (f->path)
        close(f->fd);
    arena_done(&f->arena);
    mem_free(f);
}

/* Under the number of the old one: other loops may be writing, and find either. */
enum status audit_file_reopen(struct audit_file *f, struct audit_error *ret_error)
{
    int fd, moved;

    if (!f->path)
        return ST_OK;
    if (open_path(f->path, &fd, ret_error) != ST_OK)
        return ST_BAD_INPUT;
    while ((moved = dup3(fd, f->fd, O_CLOEXEC)) < 0 && (errno == EINTR || errno == EBUSY))
        ;
    close(fd);
    assert(moved >= 0); /* both are open files */
    return ST_OK;
}

/* --- writing */

static bool is_time_to_tell(struct audit *a)
{
    int64_t now = clock_mono_us();

    if (a->failing && now < a->told_at_us + REPORT_EVERY_US)
        return false;
    a->told_at_us = now;
    return true;
}

static void tell_failure(struct audit *a, int why)
{
    if (is_time_to_tell(a))
        log_error("audit_not_written", LOG_STR("why", str_c(strerror(why))),
                  LOG_INT("linesLost", (int64_t)a->lost));
    a->failing = true;
}

static void tell_success(struct audit *a)
{
    if (a->failing)
        log_info("audit_written_again", LOG_INT("linesLost", (int64_t)a->lost));
    a->failing = false;
}

static void drop_front(struct audit *a, size_t n)
{
    memmove(a->buf.p, a->buf.p + n, a->buf.n - n);
    buf_truncate(&a->buf, a->buf.n - n);
}

/* n bytes were taken. What is left of a line that was cut cannot be written on later, for another
 * loop's may stand behind it by then: it stays, to be written again. False: there was room for less
 * than a line. */
static bool take_away(struct audit *a, size_t n)
{
    size_t whole = n;

    while (whole > 0 && a->buf.p[whole - 1] != '\n')
        whole--;
    a->cut = whole < n;
    drop_front(a, whole);
    return whole > 0;
}

static bool end_cut_line(struct audit *a)
{
    if (a->cut && write(a->file->fd, "\n", 1) == 1)
        a->cut = false;
    return !a->cut;
}

static void flush(struct audit *a)
{
    while (a->buf.n > 0) {
        ssize_t n = end_cut_line(a) ? write(a->file->fd, a->buf.p, a->buf.n) : -1;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            tell_failure(a, errno);
            return;
        }
        if (!take_away(a, (size_t)n))
            return;
    }
    tell_success(a);
    if (a->buf.capacity > (size_t)2 * WRITE_FROM) {
        buf_done(&a->buf);
        buf_init(&a->buf, AUDIT_LARGEST_BUFFER);
    }
}

static void on_turn_end(struct turn_hook *hook)
{
    flush(container_of(hook, struct audit, flush));
}

/* --- a line */

static void write_fields(struct json_out *j, const struct log_field *fields)
{
    for (; fields->key; fields++) {
        bool is_absent = fields->kind == LOG_KIND_TEXT && !fields->text.p;

        if (!is_absent)
            log_field_write(j, fields);
    }
}

static void write_line(struct buf *line, const char *event, enum status status,
                       const struct log_field *fields, const struct log_field *more)
{
    char now[CLOCK_RFC3339_LENGTH];
    struct json_out j = {.out = line};

    clock_format(clock_unix_ms(), now);
    json_out_begin_object(&j);
    json_out_name(&j, STR("ts"));
    json_out_str(&j, str_of(now, sizeof(now)));
    json_out_name(&j, STR("level"));
    json_out_str(&j, STR("audit"));
    json_out_name(&j, STR("event"));
    json_out_str(&j, str_c(event));
    json_out_name(&j, STR("code"));
    json_out_str(&j, str_c(status_outcome(status)));
    write_fields(&j, fields);
    write_fields(&j, more);
    json_out_end_object(&j);
    buf_add_char(line, '\n');
}

/* False: there is no room for it. */
static bool keep(struct audit *a, struct str line)
{
    if (a->buf.n + line.n > WRITE_FROM)
        flush(a);
    if (a->buf.n + line.n > AUDIT_LARGEST_BUFFER)
        return false;
    buf_add(&a->buf, line);
    if (a->loop)
        loop_at_turn_end(a->loop, &a->flush);
    else
        flush(a);
    return true;
}

static bool is_suppressed(struct audit *a, enum status status)
{
    static const struct rate refusals = {.interval_us = 20000, .burst = 500};

    if (status == ST_OK || rate_take(&refusals, &a->refusals, clock_mono_us()) == 0)
        return false;
    a->suppressed++;
    return true;
}

void audit_write(struct audit *a, const char *event, enum status status,
                 const struct log_field *fields)
{
    struct log_field more[3];
    size_t n = 0;

    if (!a || is_suppressed(a, status))
        return;
    if (a->suppressed)
        more[n++] = LOG_INT("suppressed", (int64_t)a->suppressed);
    if (a->lost > a->lost_written)
        more[n++] = LOG_INT("lost", (int64_t)(a->lost - a->lost_written));
    more[n] = (struct log_field){.key = NULL};
    buf_reset(&a->line, AUDIT_LONGEST_LINE);
    write_line(&a->line, event, status, fields, more);
    if (buf_overflowed(&a->line) || !keep(a, buf_str(&a->line))) {
        a->lost++;
        return;
    }
    a->suppressed = 0;
    a->lost_written = a->lost;
}

uint64_t audit_lost(const struct audit *a)
{
    return a->lost;
}

/* --- its life */

struct audit *audit_new(struct loop *l, struct audit_file *file)
{
    struct audit *a = mem_new(struct audit);

    a->file = file;
    a->loop = l;
    buf_init(&a->buf, AUDIT_LARGEST_BUFFER);
    buf_init(&a->line, AUDIT_LONGEST_LINE);
    turn_hook_init(&a->flush, on_turn_end);
    return a;
}

void audit_free(struct audit *a)
{
    if (!a)
        return;
    turn_hook_cancel(&a->flush);
    flush(a);
    buf_done(&a->line);
    buf_done(&a->buf);
    mem_free(a);
}
