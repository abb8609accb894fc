#pragma once

/* Bounds that resolvers keep and serverInfo tells. The same numbers stand in schema.graphql's
 * words. */

enum {
    LIMIT_TEXT = 4000, /* code points of a message */
    LIMIT_PAGE_DEFAULT = 50,
    LIMIT_PAGE = 200,
};
