#include "graphql/ast.h"

/* Bytes 10xxxxxx go on with the character before them. */
static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

void gql_locate_on(const struct gql_source *source, struct gql_location *location, uint32_t from,
                   uint32_t at)
{
    const char *p = source->body.p;

    for (size_t i = from; i < at && i < source->body.n; i++) {
        bool ends_line =
            p[i] == '\n' || (p[i] == '\r' && (i + 1 == source->body.n || p[i + 1] != '\n'));
        if (ends_line) {
            location->line++;
            location->column = 1;
        } else if (i + 1 == source->body.n || begins_character(p[i + 1])) {
            location->column++;
        }
    }
}

struct gql_location gql_locate(const struct gql_source *source, uint32_t at)
{
    struct gql_location location = {.line = 1, .column = 1};

    gql_locate_on(source, &location, 0, at);
    return location;
}
