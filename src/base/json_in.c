#include "base/json_in.h"

#include <math.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "base/map.h"
#include "base/utf8.h"

enum {
    FEW_MEMBERS = 8,    /* whose names are compared one by one */
    SHOWN_MOST = 64,    /* bytes of a name, to be said back */
    PARSER_BYTES = 4096 /* of the stack: what libyajl needs for most texts */
};

/* A list or object that has begun and not ended. */
struct open {
    struct open *outer;
    struct json_value *value;
    struct json_value **end; /* where its next item or member will hang */
    struct str name;         /* of that */
    struct map names;        /* of an object's members, once they are more than a few */
};

struct reader {
    struct arena *arena;
    struct arena scratch; /* gone when the text is read */
    struct str text;      /* ours: in the arena */
    struct json_value *root;
    struct open *open; /* the innermost */
    size_t depth;
    struct str refusal; /* why we stopped the parser, or absent */
};

/* --- memory for libyajl, which frees nothing before its end */

/* The scratch does not know how large its pieces are. */
struct piece {
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

static void *parser_malloc(void *reader, size_t size)
{
    struct reader *r = reader;
    struct piece *piece = arena_take(&r->scratch, sizeof(*piece) + size);

    piece->size = size;
    return piece->bytes;
}

static void *parser_realloc(void *reader, void *old, size_t size)
{
    void *larger = parser_malloc(reader, size);
    const struct piece *before;

    if (!old)
        return larger;
    before = container_of(old, struct piece, bytes);
    return memcpy(larger, old, before->size < size ? before->size : size);
}

static void parser_free(void *reader, void *p)
{
}

/* --- values */

static int refuse(struct reader *r, struct str why)
{
    r->refusal = why;
    return 0;
}

static struct json_value *add(struct reader *r, enum json_value_kind kind)
{
    struct json_value *value = arena_new(r->arena, struct json_value);
    struct open *open = r->open;

    value->kind = kind;
    if (!open) {
        r->root = value;
        return value;
    }
    value->name = open->name;
    *open->end = value;
    open->end = &value->next;
    open->value->n++;
    return value;
}

/* Most strings stand in the text as they are; what libyajl had to decode is its own. */
static struct str keep(struct reader *r, const unsigned char *p, size_t n)
{
    const char *text = (const char *)p;

    if (text >= r->text.p && text <= r->text.p + r->text.n)
        return str_of(text, n);
    return arena_str(r->arena, str_of(text, n));
}

static int on_null(void *reader)
{
    add(reader, JSON_VALUE_NULL);
    return 1;
}

static int on_boolean(void *reader, int value)
{
    add(reader, JSON_VALUE_BOOLEAN)->boolean = value;
    return 1;
}

static int on_string(void *reader, const unsigned char *p, size_t n)
{
    add(reader, JSON_VALUE_STRING)->text = keep(reader, p, n);
    return 1;
}

static void add_too_large(struct reader *r, struct str digits)
{
    struct json_value *object = add(r, JSON_VALUE_OBJECT);

    json_value_put_text(r->arena, object, STR("number too large"), arena_str(r->arena, digits));
}

static int on_number(void *reader, const char *p, size_t n)
{
    struct reader *r = reader;
    struct str digits = str_of(p, n);
    int64_t whole;
    double real;

    if (str_to_i64(digits, &whole)) {
        add(r, JSON_VALUE_INTEGER)->integer = whole;
        return 1;
    }
    real = strtod(arena_str(&r->scratch, digits).p, NULL);
    if (isfinite(real))
        add(r, JSON_VALUE_REAL)->real = real;
    else
        add_too_large(r, digits);
    return 1;
}

/* --- lists and objects */

static int begin(struct reader *r, enum json_value_kind kind)
{
    struct open *open = arena_new(&r->scratch, struct open);

    if (++r->depth > JSON_VALUE_DEPTH_MOST)
        return refuse(r, STR("nested too deeply"));
    open->outer = r->open;
    open->value = add(r, kind);
    open->end = &open->value->first;
    r->open = open;
    return 1;
}

static int end(void *reader)
{
    struct reader *r = reader;

    map_done(&r->open->names);
    r->open = r->open->outer;
    r->depth--;
    return 1;
}

static int on_list(void *reader)
{
    return begin(reader, JSON_VALUE_LIST);
}

static int on_object(void *reader)
{
    return begin(reader, JSON_VALUE_OBJECT);
}

/* Comparing with each of many would let a client have us work by the square of what it sends. */
static bool is_taken(struct open *open, struct str name)
{
    if (open->value->n < FEW_MEMBERS)
        return json_value_get(open->value, name);
    if (open->value->n == FEW_MEMBERS)
        for (struct json_value *member = open->value->first; member; member = member->next)
            map_put(&open->names, member->name, member);
    return map_put(&open->names, name, open->value);
}

static int refuse_duplicate(struct reader *r, struct str name)
{
    if (name.n > SHOWN_MOST)
        return refuse(r, STR("duplicate member"));
    return refuse(r, arena_printf(r->arena, "duplicate member \"%.*s\"", STR_ARG(name)));
}

static int on_name(void *reader, const unsigned char *p, size_t n)
{
    struct reader *r = reader;
    struct str name = keep(r, p, n);

    if (str_find(name, '\0') < name.n)
        return refuse(r, STR("the name of a member holds NUL"));
    if (is_taken(r->open, name))
        return refuse_duplicate(r, name);
    r->open->name = name;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_name,
    .yajl_end_map = end,
    .yajl_start_array = on_list,
    .yajl_end_array = end,
};

/* --- what libyajl is lax about: overlong forms and surrogates, and some blanks */

static size_t end_of_utf8(struct str text)
{
    struct utf8 utf8 = {0};
    size_t at = 0;

    while (at < text.n && utf8_take_byte(&utf8, (unsigned char)text.p[at]))
        at++;
    return at;
}

/* The code unit of four digits; a value that is no surrogate where there are none. */
static unsigned unit_at(struct str text, size_t at)
{
    unsigned unit = 0;

    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF", *digit;
        if (i >= text.n || !text.p[i] || !(digit = strchr(digits, text.p[i])))
            return 0;
        unit = unit << 4 | ((unsigned)(digit - digits) & 15);
    }
    return unit;
}

static bool is_high(unsigned unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(unsigned unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

static unsigned escaped_unit_at(struct str text, size_t at)
{
    return text.n - at > 2 && text.p[at] == '\\' && text.p[at + 1] == 'u' ? unit_at(text, at + 2)
                                                                          : 0;
}

/* The place of the first escape that is half of a character, or the text's length. */
static size_t find_lone_surrogate(struct str text)
{
    const char *slash = text.p, *end = text.p + text.n;

    while ((slash = memchr(slash, '\\', (size_t)(end - slash)))) {
        size_t at = (size_t)(slash - text.p);
        unsigned unit = escaped_unit_at(text, at);
        bool is_pair = is_high(unit) && is_low(escaped_unit_at(text, at + 6));

        if (is_low(unit) || (is_high(unit) && !is_pair))
            return at;
        slash += is_pair ? 12 : 2;
        if (slash >= end)
            break;
    }
    return text.n;
}

/* Vertical tabs and form feeds, which libyajl takes for blanks; in strings it refuses them. */
static size_t find_foreign_blank(struct str text)
{
    size_t tab = str_find(text, '\v'), feed = str_find(text, '\f');

    return tab < feed ? tab : feed;
}

/* NULL, or what is wrong and where. */
static const char *check(struct str text, size_t *ret_at)
{
    size_t at;

    if (!str_is_utf8(text)) {
        *ret_at = end_of_utf8(text);
        return "not UTF-8";
    }
    if ((at = find_foreign_blank(text)) < text.n) {
        *ret_at = at;
        return "a control character that must not stand there";
    }
    if ((at = find_lone_surrogate(text)) < text.n) {
        *ret_at = at;
        return "an escape that is half of a character";
    }
    return NULL;
}

/* --- reading */

/* The place of the last of so many bytes, as people count. */
static struct json_in_error error_at(struct str what, struct str text, size_t n)
{
    struct json_in_error error = {.what = what, .line = 1, .column = 0};

    for (size_t i = 0; i < n && i < text.n; i++) {
        if (text.p[i] == '\n') {
            error.line++;
            error.column = 0;
        } else if (((unsigned char)text.p[i] & 0xC0) != 0x80) {
            error.column++;
        }
    }
    if (error.column == 0)
        error.column = 1;
    return error;
}

/* libyajl's own words: "parse error: unallowed token at this point in JSON text\n" */
static struct str words_of(struct reader *r, yajl_handle parser)
{
    unsigned char *said = yajl_get_error(parser, 0, NULL, 0);
    struct str words = str_c((const char *)said);

    while (words.n && strchr(".\n", words.p[words.n - 1])) /* whoever shows it ends the sentence */
        words.n--;
    words = arena_str(r->arena, words);
    yajl_free_error(parser, said);
    return words;
}

static size_t skip_blanks(struct str text, size_t at)
{
    while (at < text.n && strchr(" \t\r\n", text.p[at]) && text.p[at])
        at++;
    return at;
}

/* Where the value ends, libyajl stops: it would take the beginning of a word or string behind it
 * for nothing. */
static bool parse(struct reader *r, yajl_handle parser, struct json_in_error *ret_error)
{
    yajl_status status = yajl_parse(parser, (const unsigned char *)r->text.p, r->text.n);
    size_t n = yajl_get_bytes_consumed(parser), behind = skip_blanks(r->text, n);

    if (status == yajl_status_ok && behind < r->text.n) {
        *ret_error = error_at(STR("something stands behind the value"), r->text, behind + 1);
        return false;
    }
    if (status == yajl_status_ok)
        status = yajl_complete_parse(parser); /* a number may end only now */
    if (status == yajl_status_ok)
        return true;
    *ret_error = error_at(r->refusal.p ? r->refusal : words_of(r, parser), r->text, n);
    return false;
}

static void reader_done(struct reader *r)
{
    for (struct open *open = r->open; open; open = open->outer)
        map_done(&open->names);
    arena_done(&r->scratch);
}

const struct json_value *json_in_read(struct arena *a, struct str text,
                                      struct json_in_error *ret_error)
{
    _Alignas(max_align_t) char memory[PARSER_BYTES];
    struct reader r = {.arena = a};
    yajl_alloc_funcs heap = {parser_malloc, parser_realloc, parser_free, &r};
    yajl_handle parser;
    const char *wrong;
    size_t at;
    bool right;

    if (!text.p)
        text = STR("");
    if ((wrong = check(text, &at))) {
        *ret_error = error_at(str_c(wrong), text, at + 1);
        return NULL;
    }
    r.text = arena_str(a, text);
    arena_init_in(&r.scratch, memory, sizeof(memory));
    parser = yajl_alloc(&callbacks, &heap, &r);
    yajl_config(parser, yajl_dont_validate_strings, 1);
    yajl_config(parser, yajl_allow_trailing_garbage, 1);
    right = parse(&r, parser, ret_error);
    reader_done(&r);
    return right ? r.root : NULL;
}
