#include "graphql/ast.h"

/* Bytes 10xxxxxx go on with the character before them. */
static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static bool ends_line(struct str body, size_t i)
{
    return body.p[i] == '\n' || (body.p[i] == '\r' && (i + 1 == body.n || body.p[i + 1] != '\n'));
}

/* The place behind is that of another character. */
static bool ends_character(struct str body, size_t i)
{
    return i + 1 == body.n || begins_character(body.p[i + 1]);
}

static void go_on(struct str body, struct gql_location *location, size_t from, size_t at)
{
    for (size_t i = from; i < at; i++) {
        if (ends_line(body, i)) {
            location->line++;
            location->column = 1;
        } else if (ends_character(body, i)) {
            location->column++;
        }
    }
}

static void go_back(struct str body, struct gql_location *location, size_t from, size_t at)
{
    uint32_t line = location->line;
    size_t begin = at;

    for (size_t i = from; i-- > at;) {
        if (ends_line(body, i))
            location->line--;
        else if (ends_character(body, i))
            location->column--;
    }
    if (location->line == line)
        return;
    while (begin > 0 && !ends_line(body, begin - 1))
        begin--;
    location->column = 1;
    go_on(body, location, begin, at);
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

void gql_locate_on(const struct gql_source *source, struct gql_location *location, uint32_t from,
                   uint32_t at)
{
    struct str body = source->body;

    if (at < from)
        go_back(body, location, min(from, body.n), min(at, body.n));
    else
        go_on(body, location, min(from, body.n), min(at, body.n));
}

struct gql_location gql_locate(const struct gql_source *source, uint32_t at)
{
    struct gql_location location = {.line = 1, .column = 1};

    gql_locate_on(source, &location, 0, at);
    return location;
}
