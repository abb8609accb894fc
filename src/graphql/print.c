#include "graphql/print.h"

enum {
    PRINT_MOST = 1 << 30, /* bytes; what is printed was read from a document of a bounded size */
    LINE_MOST = 70,       /* of a block string that stay on the line of their quotes, in UTF-16 */
};

static void print_escaped(struct buf *out, uint32_t c)
{
    static const char *const short_forms[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n",  ['\f'] = "\\f",
        ['\r'] = "\\r", ['"'] = "\\\"", ['\\'] = "\\\\",
    };

    if (c < array_size(short_forms) && short_forms[c])
        buf_add(out, str_c(short_forms[c]));
    else
        buf_printf(out, "\\u%04X", c);
}

void gql_print_string(struct buf *out, struct str value)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < value.n;) {
        size_t from = i;
        uint32_t c = str_next_code_point(value, &i);
        if (c < 0x20 || c == '"' || c == '\\' || (c >= 0x7F && c <= 0x9F))
            print_escaped(out, c);
        else
            buf_add(out, str_of(value.p + from, i - from));
    }
    buf_add_char(out, '"');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool gql_is_printable_as_block(struct str value)
{
    bool line_empty = true, line_indented = false;
    bool all_indented = true, several_lines = false;

    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '\n') {
            if (line_empty && !several_lines)
                return false;
            several_lines = true;
            line_empty = true;
            line_indented = false;
        } else if (is_blank(c)) {
            line_indented = line_indented || line_empty;
        } else if (c == '\r' || (unsigned char)c < 0x10) {
            return false;
        } else {
            all_indented = all_indented && line_indented;
            line_empty = false;
        }
    }
    return value.n == 0 || (!line_empty && !(all_indented && several_lines));
}

static bool ends_in(struct str s, struct str end)
{
    return s.n >= end.n && str_eq(str_of(s.p + s.n - end.n, end.n), end);
}

/* True when all lines but the first are empty or indented: their indentation would be taken for
 * the block's own, unless the first line stands among them. */
static bool later_lines_indented(struct str value)
{
    bool several = false;

    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] != '\n')
            continue;
        several = true;
        if (i + 1 < value.n && !is_blank(value.p[i + 1]) && value.p[i + 1] != '\n')
            return false;
    }
    return several;
}

static void add_block_text(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if (!str_starts(str_of(value.p + i, value.n - i), STR("\"\"\""))) {
            buf_add_char(out, value.p[i]);
            continue;
        }
        buf_add(out, STR("\\\"\"\""));
        i += 2;
    }
}

static size_t utf16_units(struct str value)
{
    size_t n = 0;

    for (size_t i = 0; i < value.n;)
        n += str_next_code_point(value, &i) > 0xFFFF ? 2 : 1;
    return n;
}

void gql_print_block_string(struct buf *out, struct str value)
{
    bool one_line = str_find(value, '\n') == value.n;
    bool lead = later_lines_indented(value);
    bool quotes_last = ends_in(value, STR("\"\"\""));
    /* A quote or backslash there would join the closing quotes. */
    bool trail = (ends_in(value, STR("\"")) && !quotes_last) || ends_in(value, STR("\\"));
    bool spread = !one_line || utf16_units(value) > LINE_MOST || trail || lead || quotes_last;
    bool blank_first = one_line && value.n && is_blank(value.p[0]);

    buf_add(out, STR("\"\"\""));
    if ((spread && !blank_first) || lead)
        buf_add_char(out, '\n');
    add_block_text(out, value);
    if (spread || trail)
        buf_add_char(out, '\n');
    buf_add(out, STR("\"\"\""));
}

static void print_string_literal(struct buf *out, const struct gql_literal *literal)
{
    if (literal->block)
        gql_print_block_string(out, literal->text);
    else
        gql_print_string(out, literal->text);
}

static void print_literal(struct buf *out, const struct gql_literal *literal);

/* NOLINTNEXTLINE(misc-no-recursion): the parser nests at most GQL_DEPTH_MOST literals. */
static void print_items(struct buf *out, const struct gql_literal *items)
{
    for (const struct gql_literal *item = items; item; item = item->next) {
        if (item != items)
            buf_add(out, STR(", "));
        if (item->key.text.p) {
            buf_add(out, item->key.text);
            buf_add(out, STR(": "));
        }
        print_literal(out, item);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser nests at most GQL_DEPTH_MOST literals. */
static void print_literal(struct buf *out, const struct gql_literal *literal)
{
    switch (literal->kind) {
    case GQL_LITERAL_VARIABLE:
        buf_add_char(out, '$');
        buf_add(out, literal->text);
        break;
    case GQL_LITERAL_INT:
    case GQL_LITERAL_FLOAT:
    case GQL_LITERAL_BOOLEAN:
    case GQL_LITERAL_NULL:
    case GQL_LITERAL_ENUM:
        buf_add(out, literal->text);
        break;
    case GQL_LITERAL_STRING:
        print_string_literal(out, literal);
        break;
    case GQL_LITERAL_LIST:
        buf_add_char(out, '[');
        print_items(out, literal->items);
        buf_add_char(out, ']');
        break;
    case GQL_LITERAL_OBJECT:
        buf_add_char(out, '{');
        print_items(out, literal->items);
        buf_add_char(out, '}');
        break;
    }
}

struct str gql_print_literal(struct arena *a, const struct gql_literal *literal)
{
    struct buf out;
    struct str text;

    buf_init(&out, PRINT_MOST);
    print_literal(&out, literal);
    text = arena_str(a, buf_str(&out));
    buf_done(&out);
    return text;
}

struct str gql_print_type_node(struct arena *a, const struct gql_type_node *node)
{
    size_t lists = 0, wraps = 0;
    const struct gql_type_node *named = node;
    char *text;
    size_t n, at;

    for (; named->of; named = named->of) {
        lists += named->kind == GQL_NODE_LIST_TYPE;
        wraps++;
    }
    n = lists + named->name.n + wraps;
    text = arena_alloc(a, n);
    memset(text, '[', lists);
    memcpy(text + lists, named->name.p, named->name.n);
    at = n;
    for (const struct gql_type_node *t = node; t->of; t = t->of)
        text[--at] = t->kind == GQL_NODE_LIST_TYPE ? ']' : '!';
    return str_of(text, n);
}
