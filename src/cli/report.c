#include "cli/report.h"

#include <errno.h>
#include <unistd.h>

#include "base/url.h"
#include "cli/cmd.h"

enum {
    REPORT_MOST = 256 * 1024 * 1024, /* bytes between two flushes */
    EXCERPTS_MOST = 4,               /* of one error; some have thousands of places */
    WIDTH = 100,                     /* of an excerpt: minified documents are one line */
    WIDTH_BEFORE = 60,               /* of that, before the column at most */
};

const char *const report_format_words[] = {"text", "json", "github", NULL};

static bool wants_colour(FILE *to, const char *const *environment)
{
    struct str terminal = option_variable(environment, "TERM");

    return isatty(fileno(to)) && !option_variable(environment, "NO_COLOR").p && terminal.p &&
           !str_eq_c(terminal, "dumb");
}

void report_init(struct report *r, enum report_format format, bool keyed, FILE *to,
                 const char *const *environment)
{
    *r = (struct report){.format = format, .keyed = keyed, .to = to};
    r->colour = format == REPORT_TEXT && wants_colour(to, environment);
    buf_init(&r->out, REPORT_MOST);
    r->json.out = &r->out;
}

void report_done(struct report *r)
{
    buf_done(&r->out);
}

void report_flush(struct report *r)
{
    errno = 0;
    if (!r->failed &&
        (buf_overflowed(&r->out) ||
         fwrite(r->out.p ? r->out.p : "", 1, r->out.n, r->to) != r->out.n || fflush(r->to) != 0)) {
        r->failed = true;
        r->error = errno;
    }
    buf_reset(&r->out, REPORT_MOST);
}

bool report_end(struct report *r)
{
    if (r->begun) {
        if (r->keyed)
            json_out_end_object(&r->json);
        buf_add_char(&r->out, '\n');
    }
    report_flush(r);
    if (r->failed)
        cmd_fail(CMD_FAILED, "cannot write the report: %s",
                 r->error ? strerror(r->error) : "it is too long");
    return !r->failed;
}

/* Text. */

void report_style(struct report *r, enum report_style style)
{
    static const char *const codes[] = {
        [REPORT_PLAIN] = "\033[0m",  [REPORT_BOLD] = "\033[1m",    [REPORT_FAINT] = "\033[2m",
        [REPORT_RED] = "\033[1;31m", [REPORT_YELLOW] = "\033[33m", [REPORT_GREEN] = "\033[32m",
    };

    if (r->colour)
        buf_add(&r->out, str_c(codes[style]));
}

static bool steers_terminal(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void report_text(struct report *r, struct str text)
{
    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        uint32_t c = str_next_code_point(text, &i);
        char bytes[4];

        if (c == 0xFFFD || steers_terminal(c))
            buf_add(&r->out, str_of(bytes, str_put_code_point(0xFFFD, bytes)));
        else
            buf_add(&r->out, str_of(text.p + from, i - from));
    }
}

void report_place(struct report *r, const struct report_place *place)
{
    report_text(r, place->source->name);
    if (place->is_shown)
        buf_printf(&r->out, ":%u:%u", place->location.line, place->location.column);
}

/* The text of a line, without its end. */
static struct str line_at(const struct gql_source *source, uint32_t line)
{
    struct str body = source->body;
    size_t at = 0, end;

    for (uint32_t n = 1;; n++) {
        for (end = at; end < body.n && body.p[end] != '\n' && body.p[end] != '\r'; end++)
            continue;
        if (n == line || end == body.n)
            return str_of(body.p + at, end - at);
        at = end + 1;
        if (body.p[end] == '\r' && at < body.n && body.p[at] == '\n')
            at++;
    }
}

static bool is_between(uint32_t c, uint32_t least, uint32_t most)
{
    return c >= least && c <= most;
}

/* Columns of a terminal: East Asian text and emoji take two, a byte order mark none. */
static int width_of(uint32_t c)
{
    if (c == 0xFEFF || is_between(c, 0x300, 0x36F) || is_between(c, 0x200B, 0x200F))
        return 0;
    if (is_between(c, 0x1100, 0x115F) || is_between(c, 0x2E80, 0xA4CF) ||
        is_between(c, 0xAC00, 0xD7A3) || is_between(c, 0xF900, 0xFAFF) ||
        is_between(c, 0xFE30, 0xFE6F) || is_between(c, 0xFF00, 0xFF60) ||
        is_between(c, 0x1F300, 0x1FAFF) || is_between(c, 0x20000, 0x3FFFD))
        return 2;
    return 1;
}

/* Moves on by so many code points. */
static size_t skip_code_points(struct str s, size_t at, size_t n)
{
    for (; n > 0 && at < s.n; n--)
        (void)str_next_code_point(s, &at);
    return at;
}

/* What a line looks like up to `to`, as blanks: tabs stay tabs. */
static void add_blanks(struct report *r, struct str line, size_t from, size_t to)
{
    while (from < to) {
        uint32_t c = str_next_code_point(line, &from);

        if (c == '\t')
            buf_add_char(&r->out, '\t');
        else
            buf_printf(&r->out, "%*s", width_of(c), "");
    }
}

static void add_gutter(struct report *r, const char *format, uint32_t line)
{
    report_style(r, REPORT_FAINT);
    buf_printf(&r->out, format, line);
    report_style(r, REPORT_PLAIN);
}

void report_excerpt(struct report *r, const struct report_place *place)
{
    struct str line = line_at(place->source, place->location.line);
    size_t column = place->location.column - 1;
    size_t before = column > WIDTH_BEFORE ? column - WIDTH_BEFORE : 0;
    size_t from = skip_code_points(line, 0, before);
    size_t at = skip_code_points(line, from, column - before);
    size_t to = skip_code_points(line, from, WIDTH);
    struct str dots = STR("…");

    add_gutter(r, "%6u | ", place->location.line);
    buf_add(&r->out, from > 0 ? dots : STR(""));
    report_text(r, str_of(line.p + from, to - from));
    buf_add(&r->out, to < line.n ? dots : STR(""));
    buf_add_char(&r->out, '\n');
    report_style(r, REPORT_FAINT);
    buf_add(&r->out, STR("       | "));
    report_style(r, REPORT_PLAIN);
    buf_add(&r->out, from > 0 ? STR(" ") : STR(""));
    add_blanks(r, line, from, at);
    report_style(r, REPORT_RED);
    buf_add(&r->out, STR("^"));
    report_style(r, REPORT_PLAIN);
    buf_add_char(&r->out, '\n');
}

static void text_error(struct report *r, struct report_place place, const struct gql_error *error)
{
    size_t shown = error->n_locations < EXCERPTS_MOST ? error->n_locations : EXCERPTS_MOST;

    report_style(r, REPORT_BOLD);
    report_place(r, &place);
    report_style(r, REPORT_PLAIN);
    buf_add(&r->out, STR(": "));
    report_style(r, REPORT_RED);
    buf_add(&r->out, STR("error:"));
    report_style(r, REPORT_PLAIN);
    buf_add_char(&r->out, ' ');
    report_text(r, error->message);
    buf_add_char(&r->out, '\n');
    for (size_t i = 0; place.is_shown && i < shown; i++) {
        place.location = error->locations[i];
        report_excerpt(r, &place);
    }
    if (place.is_shown && shown < error->n_locations)
        buf_printf(&r->out, "       | and %zu more places\n", error->n_locations - shown);
    buf_add_char(&r->out, '\n');
}

/* JSON. */

static void json_error(struct report *r, bool has_places, const struct gql_error *error)
{
    struct json_out *j = &r->json;

    json_out_begin_object(j);
    json_out_key(j, STR("message"));
    json_out_str(j, error->message);
    json_out_key(j, STR("locations"));
    json_out_begin_array(j);
    for (size_t i = 0; has_places && i < error->n_locations; i++) {
        json_out_begin_object(j);
        json_out_key(j, STR("line"));
        json_out_int(j, error->locations[i].line);
        json_out_key(j, STR("column"));
        json_out_int(j, error->locations[i].column);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_out_end_object(j);
}

/* GitHub. */

/* What its workflow commands would take for their own. */
static void add_escaped(struct report *r, struct str text, bool is_property)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ',')))
            buf_printf(&r->out, "%%%02X", (unsigned)c);
        else
            buf_add_char(&r->out, c);
    }
}

static bool is_file(struct str name)
{
    return !url_is_http(name) && !str_eq_c(name, "-");
}

void report_annotation(struct report *r, const char *level, const struct report_place *place,
                       struct str title, struct str message)
{
    const char *before = " ";

    buf_printf(&r->out, "::%s", level);
    if (place && is_file(place->source->name)) {
        buf_add(&r->out, STR(" file="));
        add_escaped(r, place->source->name, true);
        if (place->is_shown)
            buf_printf(&r->out, ",line=%u,col=%u", place->location.line, place->location.column);
        before = ",";
    }
    if (title.p) {
        buf_printf(&r->out, "%stitle=", before);
        add_escaped(r, title, true);
    }
    buf_add(&r->out, STR("::"));
    add_escaped(r, message, false);
    buf_add_char(&r->out, '\n');
}

/* All of them. */

static void tell(struct report *r, const struct gql_source *source, bool has_places,
                 const struct gql_error *error)
{
    struct report_place place = {
        .source = source,
        .is_shown = has_places && error->n_locations > 0,
    };

    if (place.is_shown)
        place.location = error->locations[0];
    switch (r->format) {
    case REPORT_TEXT:
        text_error(r, place, error);
        break;
    case REPORT_JSON:
        json_error(r, has_places, error);
        break;
    case REPORT_GITHUB:
        report_annotation(r, "error", &place, STR_NULL, error->message);
        break;
    }
}

void report_errors(struct report *r, const struct gql_source *source, bool has_places,
                   const struct gql_errors *errors)
{
    if (r->format == REPORT_JSON) {
        if (r->keyed && !r->begun)
            json_out_begin_object(&r->json);
        if (r->keyed)
            json_out_key(&r->json, source->name);
        json_out_begin_array(&r->json);
        r->begun = true;
    }
    for (const struct gql_error *error = errors->first; error; error = error->next)
        tell(r, source, has_places, error);
    if (r->format == REPORT_JSON)
        json_out_end_array(&r->json);
}

void report_unread(struct report *r, struct str name, struct str why)
{
    const struct gql_source source = {.name = name};
    const struct report_place place = {.source = &source};

    cmd_fail(CMD_NOT_JUDGED, "%.*s", STR_ARG(why));
    if (r->format == REPORT_GITHUB)
        report_annotation(r, "error", &place, STR_NULL, why);
}
