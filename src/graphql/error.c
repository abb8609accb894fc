#include "graphql/error.h"

#include <stdio.h>

void gql_errors_init(struct gql_errors *errors, struct arena *arena)
{
    *errors = (struct gql_errors){.arena = arena};
}

void gql_errors_clear(struct gql_errors *errors)
{
    *errors = (struct gql_errors){
        .arena = errors->arena,
        .request_id = errors->request_id,
        .typed = errors->typed,
    };
}

bool gql_errors_full(const struct gql_errors *errors)
{
    return errors->count >= GQL_ERRORS_MOST;
}

static void append(struct gql_errors *errors, struct gql_error *error)
{
    if (errors->last)
        errors->last->next = error;
    else
        errors->first = error;
    errors->last = error;
    errors->count++;
}

/* The one that stands for all that would follow. */
static void append_last_word(struct gql_errors *errors, enum status status)
{
    struct gql_error *error = arena_new(errors->arena, struct gql_error);

    error->status = status;
    error->message =
        status == ST_INVALID
            ? STR("Too many validation errors, error limit reached. Validation aborted.")
            : STR("Too many errors, error limit reached.");
    append(errors, error);
}

struct gql_error *gql_error_add(struct gql_errors *errors, enum status status, const char *format,
                                ...)
{
    struct gql_error *error = arena_new(errors->arena, struct gql_error);
    va_list args;

    if (errors->count > GQL_ERRORS_MOST)
        return error;
    error->status = status;
    va_start(args, format);
    error->message = arena_vprintf(errors->arena, format, args);
    va_end(args);
    if (errors->count < GQL_ERRORS_MOST)
        append(errors, error);
    else
        append_last_word(errors, status);
    return error;
}

static struct gql_location locate(struct gql_errors *errors, const struct gql_source *source,
                                  uint32_t at)
{
    struct gql_latest_place *latest = &errors->latest;

    if (latest->body != source->body.p)
        *latest =
            (struct gql_latest_place){.body = source->body.p, .location = {.line = 1, .column = 1}};
    gql_locate_on(source, &latest->location, latest->at, at);
    latest->at = at;
    return latest->location;
}

void gql_error_at(struct gql_errors *errors, struct gql_error *error,
                  const struct gql_source *source, uint32_t at)
{
    size_t n = error->n_locations;
    struct gql_location *grown;

    if (errors->count > GQL_ERRORS_MOST)
        return;
    /* The array has room for a power of two: it is full whenever the count is one. */
    if ((n & (n - 1)) == 0) {
        grown = arena_array(errors->arena, struct gql_location, n ? 2 * n : 1);
        for (size_t i = 0; i < n; i++)
            grown[i] = error->locations[i];
        error->locations = grown;
    }
    grown = (struct gql_location *)error->locations;
    grown[n] = locate(errors, source, at);
    error->n_locations = n + 1;
}

static void write_locations(const struct gql_error *error, struct json_out *j)
{
    json_out_key(j, STR("locations"));
    json_out_begin_array(j);
    for (size_t i = 0; i < error->n_locations; i++) {
        json_out_begin_object(j);
        json_out_key(j, STR("line"));
        json_out_int(j, error->locations[i].line);
        json_out_key(j, STR("column"));
        json_out_int(j, error->locations[i].column);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

/* The steps are linked from the innermost outwards, and written the other way round. */
static void write_path(const struct gql_path *path, struct arena *a, struct json_out *j)
{
    const struct gql_path **steps;
    size_t n = 0;

    for (const struct gql_path *step = path; step; step = step->parent)
        n++;
    steps = arena_array(a, const struct gql_path *, n);
    for (size_t i = n; i-- > 0; path = path->parent)
        steps[i] = path;
    json_out_key(j, STR("path"));
    json_out_begin_array(j);
    for (size_t i = 0; i < n; i++) {
        if (steps[i]->key.p)
            json_out_str(j, steps[i]->key);
        else
            json_out_int(j, (int64_t)steps[i]->index);
    }
    json_out_end_array(j);
}

/* What a client can do about it: come back later, or name the request when it asks for help. */
static void write_remedy(const struct gql_errors *errors, const struct gql_error *error,
                         struct json_out *j)
{
    char id[24];

    if (error->status == ST_UNAVAILABLE) {
        json_out_key(j, STR("retryAfterMs"));
        json_out_int(j, STATUS_RETRY_AFTER_MS);
    }
    if (error->status == ST_FAULT && errors->request_id) {
        int n = snprintf(id, sizeof(id), "%llx", (unsigned long long)errors->request_id);
        json_out_key(j, STR("requestId"));
        json_out_str(j, str_of(id, (size_t)n));
    }
}

static void write_extensions(const struct gql_errors *errors, const struct gql_error *error,
                             struct json_out *j)
{
    json_out_key(j, STR("extensions"));
    json_out_begin_object(j);
    json_out_key(j, STR("code"));
    json_out_str(j, str_c(status_code(error->status)));
    json_out_key(j, STR("http"));
    json_out_begin_object(j);
    json_out_key(j, STR("status"));
    json_out_int(j, status_http(error->status));
    json_out_end_object(j);
    if (error->argument.p) {
        json_out_key(j, STR("argument"));
        json_out_str(j, error->argument);
    }
    write_remedy(errors, error, j);
    if (error->extensions.n)
        json_out_raw(j, error->extensions);
    json_out_end_object(j);
}

static void write_type(const struct gql_error *error, struct json_out *j)
{
    json_out_key(j, STR("errorType"));
    json_out_str(j, str_c(status_type(error->status)));
    json_out_key(j, STR("errorCode"));
    json_out_int(j, status_http(error->status));
}

void gql_errors_write(const struct gql_errors *errors, struct json_out *j)
{
    json_out_begin_array(j);
    for (const struct gql_error *error = errors->first; error; error = error->next) {
        json_out_begin_object(j);
        json_out_key(j, STR("message"));
        json_out_str(j, error->message);
        if (error->n_locations)
            write_locations(error, j);
        if (error->path)
            write_path(error->path, errors->arena, j);
        if (errors->typed)
            write_type(error, j);
        write_extensions(errors, error, j);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}
