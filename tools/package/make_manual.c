/*
 * A page of the manual on the standard output, for the build:
 *
 *     make_manual DATE PAGE
 */

#include <stdio.h>

#include "cli/cmd.h"
#include "cli/manual.h"

enum {
    MOST_OUTPUT = 1024 * 1024,
};

int main(int argc, char **argv)
{
    struct buf out;
    int exit_status = CMD_MISUSED;

    buf_init(&out, MOST_OUTPUT);
    if (argc == 3 && manual_write(str_c(argv[2]), argv[1], &out))
        exit_status = cmd_print(&out);
    else
        cmd_fail(CMD_MISUSED, "make_manual DATE PAGE: no such page");
    buf_done(&out);
    return exit_status;
}
