#include "tools/bench/statements.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    PIECE = 4096, /* of a line: its parameters may be megabytes */
};

/* Parameters and continued lines begin otherwise. */
static bool tells_statement(const char *line)
{
    const char *at = strstr(line, "LOG:  ");

    return at && (strncmp(at + 6, "execute ", 8) == 0 || strncmp(at + 6, "statement: ", 11) == 0);
}

bool statements_count(const char *log, size_t *ret_n)
{
    FILE *file = fopen(log, "re");
    char piece[PIECE];
    bool is_new = true;
    size_t n = 0;

    if (!file) {
        fprintf(stderr, "bench: %s: %s\n", log, strerror(errno));
        return false;
    }
    while (fgets(piece, sizeof(piece), file)) {
        if (is_new && tells_statement(piece))
            n++;
        is_new = strchr(piece, '\n') != NULL;
    }
    fclose(file);
    *ret_n = n;
    return true;
}
