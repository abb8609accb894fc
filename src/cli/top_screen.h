#pragma once

/*
 * The screen of `guildhall top`: two scrapes of one server, as a page of text.
 */

#include "base/buf.h"
#include "cli/scrape.h"

struct top_screen {
    struct str source; /* the server's address, for the headline */
    const struct scrape *before;
    const struct scrape *now;
    int64_t unix_ms; /* now */
    bool colours;    /* what is wrong stands out, by ANSI's escape codes */
};

/* Lines of at most 79 characters, ASCII, but for the names of clients. */
void top_screen_write(const struct top_screen *t, struct buf *out);
