#include "tools/schemagen/names.h"

#include <ctype.h>

static bool is_upper(struct str s, size_t i)
{
    return i < s.n && isupper((unsigned char)s.p[i]);
}

static bool is_lower(struct str s, size_t i)
{
    return i < s.n && islower((unsigned char)s.p[i]);
}

/* A word begins at a capital behind anything small, and at the last of several capitals. */
static bool begins_word(struct str s, size_t i)
{
    if (i == 0 || s.p[i - 1] == '_' || !is_upper(s, i))
        return false;
    return !is_upper(s, i - 1) || is_lower(s, i + 1);
}

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

struct str names_snake(struct arena *a, struct str name)
{
    char *out = arena_alloc(a, 2 * name.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < name.n; i++) {
        if (begins_word(name, i))
            out[n++] = '_';
        out[n++] = lower(name.p[i]);
    }
    return str_of(out, n);
}

static bool is_keyword(struct str s)
{
    static const char *const keywords[] = {
        "auto",   "bool",   "break",  "case",     "char",   "const",    "continue", "default",
        "do",     "double", "else",   "enum",     "extern", "false",    "float",    "for",
        "goto",   "if",     "inline", "int",      "long",   "register", "restrict", "return",
        "short",  "signed", "sizeof", "static",   "struct", "switch",   "true",     "typedef",
        "typeof", "union",  "void",   "unsigned", "while",  "volatile",
    };

    for (size_t i = 0; i < array_size(keywords); i++) {
        if (str_eq_c(s, keywords[i]))
            return true;
    }
    return false;
}

struct str names_member(struct arena *a, struct str name)
{
    struct str snake = names_snake(a, name);

    return is_keyword(snake) ? arena_printf(a, "%.*s_", STR_ARG(snake)) : snake;
}

struct str names_upper(struct arena *a, struct str name)
{
    struct str snake = names_snake(a, name);
    char *out = arena_alloc(a, snake.n + 1);

    for (size_t i = 0; i < snake.n; i++)
        out[i] = (char)toupper((unsigned char)snake.p[i]);
    return str_of(out, snake.n);
}
