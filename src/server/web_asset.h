#pragma once

/*
 * The pages that are bundled into the program, and what they load: tools/web/build.mjs makes the
 * table, or tools/web/without.c stands in for it.
 */

#include "base/str.h"

struct web_asset {
    struct str path;     /* "/graphiql", "/assets/graphiql-K263LW3S.css" */
    const char *type;    /* its Content-Type */
    struct str tag;      /* changes with the bytes */
    struct str identity; /* the bytes as they are */
    struct str gzip;     /* absent where that is no shorter */
    struct str br;       /* likewise */
};

extern const struct web_asset web_assets[];
extern const size_t n_web_assets;
