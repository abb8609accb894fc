#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/id.h"

enum {
    RANDOM_BYTES = 32,
    SECRET_LENGTH = 2 * RANDOM_BYTES, /* in hex */
};

static const char *path_of(struct arena *arena, struct str state_dir, const char *name)
{
    return arena_printf(arena, "%.*s/%s", STR_ARG(state_dir), name).p;
}

enum status secret_read(struct arena *arena, struct str state_dir, struct str *ret_secret,
                        struct option_error *ret_error)
{
    const char *path = path_of(arena, state_dir, "jwt-secret");
    char *text = arena_alloc(arena, SECRET_LENGTH);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0) {
        option_refuse(ret_error, "cannot open %s: %s", path, strerror(errno));
        return errno == ENOENT ? ST_NOT_FOUND : ST_FAULT;
    }
    n = read(fd, text, SECRET_LENGTH);
    close(fd);
    if (n != SECRET_LENGTH) {
        option_refuse(ret_error, "%s is damaged: remove it, and a new secret is made", path);
        return ST_FAULT;
    }
    *ret_secret = str_of(text, SECRET_LENGTH);
    return ST_OK;
}

static void make_text(char text[SECRET_LENGTH + 1])
{
    unsigned char random[RANDOM_BYTES];

    id_random(random, sizeof(random));
    hex_write(random, sizeof(random), text);
    text[SECRET_LENGTH] = '\n';
}

static bool write_file(const char *path)
{
    char text[SECRET_LENGTH + 1];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool written;

    if (fd < 0)
        return false;
    make_text(text);
    written = write(fd, text, sizeof(text)) == (ssize_t)sizeof(text) && fsync(fd) == 0;
    return close(fd) == 0 && written;
}

/* Under another name first, so that a half-written secret is never read. */
static enum status make(struct arena *arena, struct str state_dir, struct option_error *error)
{
    const char *path = path_of(arena, state_dir, "jwt-secret");
    const char *unfinished = path_of(arena, state_dir, "jwt-secret.new");

    if (write_file(unfinished) && rename(unfinished, path) == 0)
        return ST_OK;
    option_refuse(error, "cannot write %s: %s", path, strerror(errno));
    return ST_FAULT;
}

enum status secret_ensure(struct arena *arena, struct str state_dir, struct str *ret_secret,
                          struct option_error *ret_error)
{
    enum status st = secret_read(arena, state_dir, ret_secret, ret_error);

    if (st != ST_NOT_FOUND)
        return st;
    st = make(arena, state_dir, ret_error);
    return st == ST_OK ? secret_read(arena, state_dir, ret_secret, ret_error) : st;
}
