#include "tests/engine/case.h"

static struct str next_line(struct str *text)
{
    return str_split(text, '\n');
}

static struct str *section_of(struct engine_case *c, struct str name)
{
    const struct {
        const char *name;
        struct str *section;
    } sections[] = {
        {"schema", &c->schema},       {"document", &c->document}, {"operation", &c->operation},
        {"variables", &c->variables}, {"scopes", &c->scopes},     {"root", &c->root},
        {"events", &c->events},       {"expect", &c->expect},
    };

    for (size_t i = 0; i < array_size(sections); i++) {
        if (str_eq_c(name, sections[i].name))
            return sections[i].section;
    }
    return NULL;
}

static struct str rest_of(struct str line)
{
    return str_trim(str_of(line.p + 3, line.n - 3));
}

static struct engine_case *begin_case(struct arena *a, struct str line, unsigned number,
                                      const struct engine_case *before)
{
    struct engine_case *c = arena_new(a, struct engine_case);

    c->name = rest_of(line);
    c->line = number;
    if (before)
        c->schema = before->schema;
    return c;
}

/* A section is what stands between its heading and the next, without the line's end before that. */
static void add_line(struct str *section, struct str line)
{
    if (!section)
        return;
    if (!section->p)
        *section = line;
    else
        section->n = (size_t)(line.p + line.n - section->p);
}

struct engine_case *engine_cases(struct arena *a, struct str text)
{
    struct engine_case *first = NULL, *last = NULL, **end = &first;
    struct str *section = NULL;

    for (unsigned number = 1; text.p; number++) {
        struct str line = next_line(&text);
        if (str_starts(line, STR("==="))) {
            last = begin_case(a, line, number, last);
            *end = last;
            end = &last->next;
            section = NULL;
        } else if (last && str_starts(line, STR("---"))) {
            section = section_of(last, rest_of(line));
            if (section)
                *section = STR_NULL;
        } else {
            add_line(section, line);
        }
    }
    return first;
}
