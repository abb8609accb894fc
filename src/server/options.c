#include "server/options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "server/nearest.h"
#include "server/option_value.h"

enum {
    LARGEST_SECRET_FILE = 64 * 1024,
    LONGEST_SHOWN = 120, /* bytes of a value that an error repeats */
};

/* Where a value came from, for errors and for `config`. */
struct source {
    struct str origin; /* "--listen", "GUILDHALL_LISTEN" */
    bool is_file;      /* the value names a file that holds the value */
    bool is_reread;    /* option_set.is_reread */
};

enum status option_refuse(struct option_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return ST_BAD_INPUT;
}

void option_list_add(struct option_list *list, struct arena *arena, struct str text)
{
    /* There is room for a power of two: it is full whenever the count is one. */
    if ((list->n & (list->n - 1)) == 0) {
        struct str *grown = arena_array(arena, struct str, list->n ? 2 * list->n : 1);

        for (size_t i = 0; i < list->n; i++)
            grown[i] = list->items[i];
        list->items = grown;
    }
    list->items[list->n++] = text;
}

static void *place_of(const struct option_set *set, const struct option *o)
{
    return (char *)set->target + o->offset;
}

static void put_default(struct option_set *set, size_t i)
{
    const struct option *o = &set->options[i];

    set->given[i].origin = STR("default");
    if (!o->initial)
        return;
    set->given[i].text = str_c(o->initial);
    bool is_value = option_value_read(o, set->arena, set->given[i].text, place_of(set, o));
    assert(is_value);
}

void options_init(struct option_set *set, struct arena *arena)
{
    set->arena = arena;
    set->given = arena_array(arena, struct option_given, set->n);
    for (size_t i = 0; i < set->n; i++)
        put_default(set, i);
}

/* The first lines' end is not part of a secret: editors put one there. */
static struct str without_line_end(struct str s)
{
    if (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return s;
}

static enum status read_file(struct arena *arena, const struct source *from, struct str path,
                             struct str *ret_text, struct option_error *error)
{
    const char *name = arena_str(arena, path).p;
    char *bytes = arena_alloc(arena, LARGEST_SECRET_FILE);
    int fd = from->is_reread ? file_open_regular(name) : open(name, O_RDONLY | O_CLOEXEC);
    ssize_t got;
    size_t n = 0;

    if (fd < 0)
        return option_refuse(error, "%.*s: cannot open %s: %s", STR_ARG(from->origin), name,
                             file_why(errno));
    while ((got = read(fd, bytes + n, LARGEST_SECRET_FILE - n)) > 0)
        n += (size_t)got;
    close(fd);
    if (got < 0)
        return option_refuse(error, "%.*s: cannot read %s", STR_ARG(from->origin), name);
    if (n == LARGEST_SECRET_FILE)
        return option_refuse(error, "%.*s: %s is too large for a secret", STR_ARG(from->origin),
                             name);
    *ret_text = without_line_end(str_of(bytes, n));
    if (ret_text->n == 0)
        return option_refuse(error, "%.*s: %s is empty", STR_ARG(from->origin), name);
    if (memchr(ret_text->p, '\0', ret_text->n))
        return option_refuse(error, "%.*s: %s holds a zero byte", STR_ARG(from->origin), name);
    return ST_OK;
}

static enum status put_value(struct option_set *set, const struct option *o, struct str text,
                             const struct source *from, struct option_error *error)
{
    struct option_given *given = &set->given[o - set->options];
    struct str file = from->is_file ? arena_str(set->arena, text) : STR_NULL;

    if (from->is_file) {
        enum status st = read_file(set->arena, from, file, &text, error);

        if (st != ST_OK)
            return st;
    }
    if (!option_value_read(o, set->arena, text, place_of(set, o))) {
        struct str shown = option_value_shown(o, set->arena, text);

        if (shown.n > LONGEST_SHOWN)
            shown.n = LONGEST_SHOWN;
        return option_refuse(error, "%.*s: \"%.*s\" is not %.*s", STR_ARG(from->origin),
                             STR_ARG(shown), STR_ARG(option_value_allowed(o, set->arena)));
    }
    *given = (struct option_given){
        .text = arena_str(set->arena, text), .origin = from->origin, .file = file};
    return ST_OK;
}

/* "max-depth" as "GUILDHALL_MAX_DEPTH". */
static struct str variable_name(struct arena *arena, const char *prefix, const char *name)
{
    struct str variable = arena_printf(arena, "%s%s", prefix, name);
    char *p = arena_alloc(arena, variable.n + 1);

    for (size_t i = 0; i < variable.n; i++)
        p[i] = variable.p[i] == '-' ? '_' : (char)toupper((unsigned char)variable.p[i]);
    return str_of(p, variable.n);
}

struct str option_variable(const char *const *environment, const char *name)
{
    size_t n = strlen(name);

    for (; *environment; environment++) {
        const char *each = *environment;

        if (strncmp(each, name, n) == 0 && each[n] == '=' && each[n + 1] != '\0')
            return str_c(each + n + 1);
    }
    return STR_NULL;
}

/* The variable called name, then name_FILE; not both. */
static enum status read_variables(struct option_set *set, const struct option *o, struct str name,
                                  const char *const *environment, struct option_error *error)
{
    struct str value = option_variable(environment, name.p);
    struct str in_file = arena_printf(set->arena, "%.*s_FILE", STR_ARG(name));
    struct str path = STR_NULL;

    if (option_value_from_file(o))
        path = option_variable(environment, in_file.p);
    if (value.p && path.p)
        return option_refuse(error, "%s and %s are both set: unset one of them", name.p, in_file.p);
    if (path.p)
        return put_value(set, o, path, &(struct source){in_file, .is_file = true}, error);
    if (value.p)
        return put_value(set, o, value, &(struct source){name, .is_file = false}, error);
    return ST_OK;
}

/* What the service manager hands over in a file of its own: LoadCredential=guildhall_NAME. */
static enum status read_credential(struct option_set *set, const struct option *o,
                                   const char *const *environment, struct option_error *error)
{
    struct str dir = option_variable(environment, "CREDENTIALS_DIRECTORY");
    struct str path;

    if (!dir.p || !option_value_from_file(o))
        return ST_OK;
    path = arena_printf(set->arena, "%.*s/guildhall_%s", STR_ARG(dir), o->name);
    if (access(path.p, F_OK) != 0)
        return ST_OK;
    return put_value(set, o, path, &(struct source){path, .is_file = true}, error);
}

/* Kubernetes sets these for a service that is called as the prefix is. */
static bool is_of_kubernetes(struct str name, struct str value)
{
    if (str_starts(name, STR("SERVICE_HOST")) || str_starts(name, STR("SERVICE_PORT")))
        return true;
    return str_starts(name, STR("PORT")) &&
           (memmem(value.p, value.n, "://", 3) != NULL || str_starts(name, STR("PORT_")));
}

/* Whether the variable is one of the set's; else the nearest of them. */
static bool is_known_variable(const struct option_set *set, struct str name, struct nearest *best)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct option *o = &set->options[i];
        struct str variable = variable_name(set->arena, set->prefix, o->name);
        struct str in_file = arena_printf(set->arena, "%.*s_FILE", STR_ARG(variable));

        if (o->kind == OPTION_SWITCH)
            continue;
        if (str_eq(name, variable) || (option_value_from_file(o) && str_eq(name, in_file)))
            return true;
        nearest_consider(best, variable);
        if (option_value_from_file(o))
            nearest_consider(best, in_file);
    }
    return false;
}

static enum status refuse_unknown_variable(const struct option_set *set, const char *entry,
                                           struct option_error *error)
{
    struct str value = str_c(entry);
    struct str name = str_split(&value, '=');
    struct str prefix = str_c(set->prefix);
    struct nearest best = {.arena = set->arena, .wanted = name, .prefix = prefix};

    if (!str_starts(name, prefix) || value.n == 0 || name.n > LONGEST_SHOWN ||
        is_of_kubernetes(str_of(name.p + prefix.n, name.n - prefix.n), value) ||
        is_known_variable(set, name, &best))
        return ST_OK;
    return option_refuse(error, "unknown environment variable %.*s%.*s", STR_ARG(name),
                         STR_ARG(nearest_hint(&best)));
}

static bool is_default(const struct option_given *given)
{
    return str_eq(given->origin, STR("default"));
}

enum status options_read_environment(struct option_set *set, const char *const *environment,
                                     struct option_error *ret_error)
{
    enum status st = ST_OK;

    for (const char *const *entry = environment; *entry && st == ST_OK; entry++)
        st = refuse_unknown_variable(set, *entry, ret_error);
    for (size_t i = 0; i < set->n && st == ST_OK; i++) {
        const struct option *o = &set->options[i];

        if (o->kind == OPTION_SWITCH || !is_default(&set->given[i]))
            continue;
        st = read_credential(set, o, environment, ret_error);
        if (st == ST_OK && o->variable)
            st = read_variables(set, o, str_c(o->variable), environment, ret_error);
        if (st == ST_OK)
            st = read_variables(set, o, variable_name(set->arena, set->prefix, o->name),
                                environment, ret_error);
    }
    return st;
}

/* The option that a variable is of. */
static const struct option *find_variable(const struct option_set *set, struct str name,
                                          struct source *from)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct option *o = &set->options[i];
        struct str variable = variable_name(set->arena, set->prefix, o->name);

        if (o->kind == OPTION_SWITCH)
            continue;
        from->is_file = option_value_from_file(o) &&
                        str_eq(name, arena_printf(set->arena, "%.*s_FILE", STR_ARG(variable)));
        if (from->is_file || str_eq(name, variable) || (o->variable && str_eq_c(name, o->variable)))
            return o;
    }
    return NULL;
}

enum status options_put_variable(struct option_set *set, struct str name, struct str value,
                                 struct str origin, struct option_error *error)
{
    struct source from = {.origin = origin, .is_reread = set->is_reread};
    const struct option *o = find_variable(set, name, &from);
    struct nearest best = {.arena = set->arena, .wanted = name, .prefix = str_c(set->prefix)};
    struct option_given *given;
    enum status st;

    if (!o) {
        if (best.wanted.n > LONGEST_SHOWN)
            name.n = best.wanted.n = LONGEST_SHOWN;
        (void)is_known_variable(set, name, &best);
        return option_refuse(error, "%.*s: unknown variable %.*s%.*s", STR_ARG(origin),
                             STR_ARG(name), STR_ARG(nearest_hint(&best)));
    }
    given = &set->given[o - set->options];
    if (!value.n || (!given->in_config_file && !is_default(given)))
        return ST_OK;
    st = put_value(set, o, value, &from, error);
    if (st == ST_OK)
        given->in_config_file = true;
    return st;
}

void options_adopt(struct option_set *set, const struct option_set *from, size_t i)
{
    const struct option *o = &set->options[i];
    const struct option_given *given = &from->given[i];
    bool is_value;

    set->given[i] = (struct option_given){
        .text = arena_str(set->arena, given->text),
        .origin = arena_str(set->arena, given->origin),
        .file = arena_str(set->arena, given->file),
        .in_config_file = given->in_config_file,
    };
    if (!given->text.p) {
        assert(o->kind == OPTION_TEXT); /* all others have a default */
        *(struct str *)place_of(set, o) = STR_NULL;
        return;
    }
    is_value = option_value_read(o, set->arena, set->given[i].text, place_of(set, o));
    assert(is_value);
}

static bool is_name_of(const struct option *o, struct str name, struct source *from)
{
    static const struct str suffix = STR_INIT("-file");

    from->is_file = false;
    if (str_eq_c(name, o->name) || (o->alias && str_eq_c(name, o->alias)))
        return true;
    if (!option_value_from_file(o) || name.n <= suffix.n ||
        !str_eq(str_of(name.p + name.n - suffix.n, suffix.n), suffix))
        return false;
    from->is_file = true;
    name.n -= suffix.n;
    return str_eq_c(name, o->name) || (o->alias && str_eq_c(name, o->alias));
}

/* NULL when no set has it. */
static const struct option *find_flag(struct option_set *const *sets, size_t n_sets,
                                      struct str name, struct option_set **ret_set,
                                      struct source *from)
{
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sets[s]->n; i++)
            if (is_name_of(&sets[s]->options[i], name, from)) {
                *ret_set = sets[s];
                return &sets[s]->options[i];
            }
    return NULL;
}

static void consider_flags(struct nearest *best, const struct option *o)
{
    nearest_consider(best, arena_printf(best->arena, "--%s", o->name));
    if (o->alias)
        nearest_consider(best, arena_printf(best->arena, "--%s", o->alias));
    if (option_value_from_file(o))
        nearest_consider(best, arena_printf(best->arena, "--%s-file", o->name));
}

static enum status refuse_unknown_flag(struct option_set *const *sets, size_t n_sets,
                                       struct str flag, struct option_error *error)
{
    struct arena *arena = sets[0]->arena;
    struct nearest best = {.arena = arena, .wanted = flag, .prefix = STR("--")};

    if (flag.n > LONGEST_SHOWN)
        flag.n = best.wanted.n = LONGEST_SHOWN;
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sets[s]->n; i++)
            consider_flags(&best, &sets[s]->options[i]);
    return option_refuse(error, "unknown option %.*s%.*s", STR_ARG(flag),
                         STR_ARG(nearest_hint(&best)));
}

/* One flag at *args, which moves to the last argument that belongs to it. */
static enum status read_flag(struct option_set *const *sets, size_t n_sets,
                             const char *const **args, struct option_error *error)
{
    struct str value = str_c(**args), flag = str_split(&value, '=');
    struct option_set *set = NULL;
    struct source from = {.origin = flag};
    const struct option *o;

    if (!str_starts(flag, STR("--")) || flag.n == 2)
        return option_refuse(error, "unexpected argument \"%.*s\": options begin with --",
                             (int)(flag.n < LONGEST_SHOWN ? flag.n : LONGEST_SHOWN), flag.p);
    o = find_flag(sets, n_sets, str_of(flag.p + 2, flag.n - 2), &set, &from);
    if (!o)
        return refuse_unknown_flag(sets, n_sets, flag, error);
    if (o->kind == OPTION_SWITCH) {
        if (value.p)
            return option_refuse(error, "%.*s takes no value", STR_ARG(flag));
        return put_value(set, o, STR("on"), &from, error);
    }
    if (!value.p) {
        if (!(*args)[1] || str_starts(str_c((*args)[1]), STR("--")))
            return option_refuse(error, "%.*s needs a value: %.*s", STR_ARG(flag),
                                 STR_ARG(option_value_allowed(o, set->arena)));
        ++*args;
        value = str_c(**args);
    }
    return put_value(set, o, value, &from, error);
}

/* The set that keeps what is no flag; NULL: none does. */
static struct option_set *set_of_rest(struct option_set *const *sets, size_t n_sets)
{
    for (size_t s = 0; s < n_sets; s++)
        if (sets[s]->rest)
            return sets[s];
    return NULL;
}

enum status options_read_flags(struct option_set *const *sets, size_t n_sets,
                               const char *const *args, struct option_error *ret_error)
{
    struct option_set *keeper = set_of_rest(sets, n_sets);
    bool flags_ended = false;
    enum status st = ST_OK;

    for (; *args && st == ST_OK; args++) {
        bool looks_like_flag = (*args)[0] == '-' && (*args)[1] != '\0';

        if (keeper && (flags_ended || !looks_like_flag))
            option_list_add(keeper->rest, keeper->arena, str_c(*args));
        else if (keeper && strcmp(*args, "--") == 0)
            flags_ended = true;
        else
            st = read_flag(sets, n_sets, &args, ret_error);
    }
    return st;
}

static size_t index_of(const struct option_set *set, size_t offset)
{
    size_t i = 0;

    while (i < set->n && set->options[i].offset != offset)
        i++;
    assert(i < set->n);
    return i;
}

const struct option_given *options_given(const struct option_set *set, size_t offset)
{
    return &set->given[index_of(set, offset)];
}

enum status options_reread(const struct option_set *set, size_t offset, struct arena *arena,
                           struct str *ret_text, struct option_error *ret_error)
{
    const struct option_given *given = options_given(set, offset);
    const struct source from = {given->origin, .is_file = true, .is_reread = true};

    if (given->file.p)
        return read_file(arena, &from, given->file, ret_text, ret_error);
    *ret_text = given->text;
    return ST_OK;
}

struct str options_shown(const struct option_set *set, size_t offset)
{
    size_t i = index_of(set, offset);

    return option_value_shown(&set->options[i], set->arena, set->given[i].text);
}

void options_settle(struct option_set *set, size_t offset, struct str text)
{
    size_t i = index_of(set, offset);
    const struct option *o = &set->options[i];
    bool is_value = option_value_read(o, set->arena, text, place_of(set, o));

    assert(is_value);
    set->given[i].text = arena_str(set->arena, text);
}

void options_print(const struct option_set *set, struct buf *out)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct option_given *given = &set->given[i];
        struct str shown = STR("-");

        if (given->text.p)
            shown = option_value_shown(&set->options[i], set->arena, given->text);
        buf_printf(out, "%-34s %-32.*s %.*s\n", set->options[i].name, STR_ARG(shown),
                   STR_ARG(given->origin));
    }
}

void options_help(const struct option_set *set, struct buf *out)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct option *o = &set->options[i];

        buf_printf(out, "  --%s %s\n      %s", o->name, option_value_placeholder(o), o->help);
        if (o->words)
            buf_printf(out, ": %.*s", STR_ARG(option_value_allowed(o, set->arena)));
        if (set->given[i].text.p && str_eq(set->given[i].origin, STR("default")))
            buf_printf(out, " (%.*s)", STR_ARG(set->given[i].text));
        buf_add(out, STR("\n"));
    }
}
