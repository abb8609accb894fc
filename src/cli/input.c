#include "cli/input.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/url.h"

enum {
    STEP = 64 * 1024,
};

/* False with errno, or at the bound with errno 0. */
static bool read_stream(FILE *stream, struct buf *text)
{
    for (;;) {
        char *room = buf_reserve(text, STEP);
        size_t n;

        errno = 0;
        if (!room)
            return false;
        n = fread(room, 1, STEP, stream);
        text->n += n;
        if (n < STEP)
            return !ferror(stream);
    }
}

static void close_buf(void *text)
{
    buf_done(text);
}

static struct str why_not_opened(struct arena *arena, const char *path, int error)
{
    if (!*path)
        return STR("an empty path names no file");
    if (strstr(path, "://"))
        return arena_printf(arena, "cannot open %s: such a URL is not supported here",
                            url_shown(arena, str_c(path)).p);
    return arena_printf(arena, "cannot open %s: %s", path, strerror(error));
}

bool input_read(struct arena *arena, const char *path, struct str *ret_text, struct str *ret_why)
{
    bool is_standard = strcmp(path, "-") == 0;
    FILE *stream = is_standard ? stdin : fopen(path, "re");
    struct buf *text = arena_new(arena, struct buf);
    bool read;
    int error;

    if (!stream) {
        *ret_why = why_not_opened(arena, path, errno);
        return false;
    }
    /* Reading takes whole steps, the last one past the end. */
    buf_init(text, INPUT_MOST + STEP);
    arena_on_done(arena, close_buf, text);
    read = read_stream(stream, text);
    error = errno;
    if (!is_standard)
        fclose(stream);
    if (read && text->n <= INPUT_MOST) {
        *ret_text = buf_str(text);
        return true;
    }
    *ret_why = read || error == 0
                   ? arena_printf(arena, "%s is larger than %d MiB", path, INPUT_MOST >> 20)
                   : arena_printf(arena, "cannot read %s: %s", path, strerror(error));
    return false;
}
