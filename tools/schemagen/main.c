/*
 * schemagen SCHEMA SOURCE HEADER: what C needs to know of a GraphQL schema, generated.
 *
 * Exit codes: 0 written; 1 the schema is wrong, and stderr says where; 2 a file cannot be read or
 * written, or the call is wrong.
 */

#include <errno.h>
#include <stdio.h>

#include "tools/schemagen/emit.h"

enum {
    EXIT_WRONG = 1,
    EXIT_USAGE = 2,
    SIZE_MOST = 64 * 1024 * 1024, /* of each file, in bytes */
};

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    char *to;
    size_t n = 1;

    if (!file) {
        fprintf(stderr, "schemagen: cannot read %s: %s\n", path, strerror(errno));
        return false;
    }
    while (n && (to = buf_reserve(out, BUFSIZ))) {
        n = fread(to, 1, BUFSIZ, file);
        out->n += n;
    }
    n = (size_t)ferror(file);
    fclose(file);
    if (n || buf_overflowed(out))
        fprintf(stderr, "schemagen: cannot read %s\n", path);
    return !n && !buf_overflowed(out);
}

static bool write_file(const char *path, const struct buf *in)
{
    FILE *file = fopen(path, "wb");
    bool written = false;

    if (file && !buf_overflowed(in))
        written = fwrite(in->p, 1, in->n, file) == in->n;
    if (file)
        written = fclose(file) == 0 && written;
    if (!written)
        fprintf(stderr, "schemagen: cannot write %s: %s\n", path, strerror(errno));
    return written;
}

/* As compilers do, so that editors and CI find the place. */
static void report(struct str path, const struct gql_errors *errors)
{
    for (const struct gql_error *error = errors->first; error; error = error->next) {
        struct gql_location at = {1, 1};
        if (error->n_locations)
            at = error->locations[0];
        fprintf(stderr, "%.*s:%u:%u: %.*s\n", STR_ARG(path), at.line, at.column,
                STR_ARG(error->message));
    }
}

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return str_c(slash ? slash + 1 : path);
}

static int emit_files(struct emit *e, const char *source, const char *header)
{
    struct buf out;
    bool written;

    e->out = &out;
    buf_init(&out, SIZE_MOST);
    emit_header(e);
    written = write_file(header, &out);
    buf_reset(&out, SIZE_MOST);
    emit_source(e);
    written = written && write_file(source, &out);
    buf_done(&out);
    e->out = NULL;
    return written ? 0 : EXIT_USAGE;
}

static int generate(struct arena *a, struct gql_source sdl, const char *source, const char *header)
{
    struct gql_errors errors;
    struct gql_schema *schema;
    const char *objection;
    int rc = EXIT_WRONG;

    gql_errors_init(&errors, a);
    schema = gql_schema_new(sdl, &errors);
    if (!schema) {
        report(sdl.name, &errors);
        return EXIT_WRONG;
    }
    objection = emit_objection(schema, a);
    if (objection) {
        fprintf(stderr, "%.*s:1:1: %s\n", STR_ARG(sdl.name), objection);
    } else {
        struct str include = arena_printf(a, "gen/%.*s", STR_ARG(base_name(header)));
        struct emit e = {
            .arena = a, .schema = schema, .from = base_name(sdl.name.p), .header = include};
        rc = emit_files(&e, source, header);
    }
    gql_schema_free(schema);
    return rc;
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct buf sdl;
    int rc = EXIT_USAGE;

    if (argc != 4) {
        fprintf(stderr, "usage: schemagen SCHEMA SOURCE HEADER\n");
        return EXIT_USAGE;
    }
    arena_init(&arena);
    buf_init(&sdl, SIZE_MOST);
    if (read_file(argv[1], &sdl)) {
        struct gql_source source = {.name = str_c(argv[1]), .body = buf_str(&sdl)};
        rc = generate(&arena, source, argv[2], argv[3]);
    }
    buf_done(&sdl);
    arena_done(&arena);
    return rc;
}
