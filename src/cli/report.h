#pragma once

/*
 * Findings in schemas and documents, told to a person, to a program, or to GitHub.
 *
 * text:   `path:line:column: error: message`, and the line with a caret under the place.
 * json:   one document.
 * github: workflow commands, which GitHub shows at the line.
 *
 * The pieces at the end serve reports of another shape.
 *
 * Owner: whoever called report_init().
 */

#include <stdio.h>

#include "base/json_out.h"
#include "graphql/error.h"
#include "server/options.h"

enum report_format {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_GITHUB,
};

extern const char *const report_format_words[];

/* A row of a table of options; at: the offset of the enum report_format. */
#define REPORT_FORMAT_OPTION(at)                                                                   \
    {                                                                                              \
        .name = "format", .kind = OPTION_WORD, .offset = (at), .initial = "text",                  \
        .words = report_format_words, .help = "how findings are told"                              \
    }

enum report_style {
    REPORT_PLAIN,
    REPORT_BOLD,
    REPORT_FAINT,
    REPORT_RED,
    REPORT_YELLOW,
    REPORT_GREEN,
};

struct report {
    enum report_format format;
    FILE *to;
    bool colour; /* text only: on a terminal, unless NO_COLOR is set */
    bool keyed;  /* JSON: an object by path, not the one path's array */
    bool begun;  /* JSON: so it must be ended */
    bool failed; /* something could not be written */
    int error;   /* then errno, or 0: it is too long */
    struct buf out;
    struct json_out json;
};

/* A place to show; a report of another shape makes its own. */
struct report_place {
    const struct gql_source *source;
    bool is_shown; /* false: line and column mean nothing to the reader */
    struct gql_location location;
};

/* keyed: there may be errors of more than one source. */
void report_init(struct report *r, enum report_format format, bool keyed, FILE *to,
                 const char *const *environment);
void report_done(struct report *r);

/* The errors of one source; in JSON also that there are none. */
void report_errors(struct report *r, const struct gql_source *source, bool has_places,
                   const struct gql_errors *errors);

/* There is nothing to judge, which stderr is told in every format. */
void report_unread(struct report *r, struct str name, struct str why);

/* Writes what has gathered. */
void report_flush(struct report *r);
/* Writes the rest; false when anything could not be written, which stderr is told. */
must_use bool report_end(struct report *r);

/* `path:line:column` or, without a place to show, `path`. */
void report_place(struct report *r, const struct report_place *place);
/* The place's line, with a caret under the column. */
void report_excerpt(struct report *r, const struct report_place *place);
/* Text for a terminal: a style holds until the next one; what could steer the terminal is
 * replaced. */
void report_style(struct report *r, enum report_style style);
void report_text(struct report *r, struct str text);
/* `::error file=…,line=…,col=…::message`; level: "error", "warning" or "notice"; place may be
 * NULL, and only a file is named. */
void report_annotation(struct report *r, const char *level, const struct report_place *place,
                       struct str title, struct str message);
