/*
 * The pages of a program that was built without npm: they say how to get the real ones.
 */

#include "server/web_asset.h"

#define PAGE(title)                                                                                \
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"                              \
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"                   \
    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" title " · guildhall</title>\n" \
    "<main>\n<h1>" title " is not in this build</h1>\n"                                            \
    "<p>Its pages are bundled by npm, which was missing when this guildhall was built. Install "   \
    "Node 18 or later and npm, and build again with <code>tools/dev build</code>.</p>\n"           \
    "<p>The API itself is here, at <code>/graphql</code>; its schema is at "                       \
    "<a href=\"/schema.graphql\">/schema.graphql</a>.</p>\n</main>\n</html>\n"

static const char html[] = "text/html; charset=utf-8";

const struct web_asset web_assets[] = {
    {.path = STR_INIT("/chat"),
     .type = html,
     .tag = STR_INIT("without-1"),
     .identity = STR_INIT(PAGE("The chat"))},
    {.path = STR_INIT("/graphiql"),
     .type = html,
     .tag = STR_INIT("without-1"),
     .identity = STR_INIT(PAGE("GraphiQL"))},
};
const size_t n_web_assets = sizeof(web_assets) / sizeof(web_assets[0]);
