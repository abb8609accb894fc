#include "server/option_file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

enum {
    LARGEST_FILE = 256 * 1024
};

/* Where the reading is. */
struct place {
    struct option_set *set;
    const char *path;
    unsigned line;
    struct option_error *error;
};

static enum status refuse_line(const struct place *at, const char *why)
{
    return option_refuse(at->error, "%s:%u: %s", at->path, at->line, why);
}

static enum status read_whole(const struct place *at, struct str *ret_text)
{
    char *bytes = arena_alloc(at->set->arena, LARGEST_FILE);
    int fd = file_open_regular(at->path);
    ssize_t got;
    size_t n = 0;

    if (fd < 0)
        return option_refuse(at->error, "cannot open %s: %s", at->path, file_why(errno));
    while ((got = read(fd, bytes + n, LARGEST_FILE - n)) > 0)
        n += (size_t)got;
    close(fd);
    if (got < 0)
        return option_refuse(at->error, "cannot read %s", at->path);
    if (n == LARGEST_FILE)
        return option_refuse(at->error, "%s is larger than 256 KiB", at->path);
    if (memchr(bytes, '\0', n))
        return option_refuse(at->error, "%s holds a zero byte", at->path);
    *ret_text = str_of(bytes, n);
    return ST_OK;
}

/* Without its quotes; false: they do not end where it does. */
static bool unquote(struct arena *a, struct str text, struct str *ret_value)
{
    char quote = text.n ? text.p[0] : '\0';
    char *to = arena_alloc(a, text.n + 1);
    size_t n = 0, i = 1;

    if (quote != '"' && quote != '\'') {
        *ret_value = text;
        return true;
    }
    for (; i < text.n && text.p[i] != quote; i++) {
        bool escaped = quote == '"' && text.p[i] == '\\' && i + 1 < text.n &&
                       (text.p[i + 1] == '"' || text.p[i + 1] == '\\');

        i += escaped;
        to[n++] = text.p[i];
    }
    *ret_value = str_of(to, n);
    return i + 1 == text.n;
}

static enum status read_line(const struct place *at, struct str line)
{
    struct arena *a = at->set->arena;
    struct str value = line, name = str_trim(str_split(&value, '='));
    struct str origin;

    if (!value.p)
        return refuse_line(at, "a line must be NAME=VALUE, or begin with #");
    value = str_trim(value);
    if (value.n && value.p[value.n - 1] == '\\')
        return refuse_line(at, "a value cannot go on in the next line");
    if (!unquote(a, value, &value))
        return refuse_line(at, "the quotes do not end where the value does");
    origin = arena_printf(a, "%s:%u", at->path, at->line);
    return options_put_variable(at->set, name, value, origin, at->error);
}

static struct str without_return(struct str line)
{
    line.n -= line.n && line.p[line.n - 1] == '\r';
    return str_trim(line);
}

enum status option_file_read(struct option_set *set, struct str path,
                             struct option_error *ret_error)
{
    struct place at = {set, arena_str(set->arena, path).p, 0, ret_error};
    struct str rest = STR_NULL;
    enum status st = read_whole(&at, &rest);

    while (st == ST_OK && rest.n) {
        struct str line = without_return(str_split(&rest, '\n'));

        at.line++;
        if (line.n && line.p[0] != '#' && line.p[0] != ';')
            st = read_line(&at, line);
    }
    return st;
}
