#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_open_regular(const char *path)
{
    /* Opening does not wait either; for a regular file the flag means nothing. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat facts;

    if (fd < 0 || (fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

const char *file_why(int error)
{
    return error == EINVAL ? "it is no regular file" : strerror(error);
}
