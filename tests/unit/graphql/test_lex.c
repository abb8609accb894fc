#include "graphql/lex.h"

#include "tests/lib/test.h"

/* One lexer over a text of the test's own; errors are gathered beside it. */
struct fixture {
    struct arena arena;
    struct gql_errors errors;
    struct gql_lexer lexer;
};

static void begin(struct fixture *f, struct str text)
{
    *f = (struct fixture){0};
    arena_init(&f->arena);
    gql_errors_init(&f->errors, &f->arena);
    f->lexer = (struct gql_lexer){
        .source = {.name = STR("test"), .body = text}, .arena = &f->arena, .errors = &f->errors};
}

static void end(struct fixture *f)
{
    arena_done(&f->arena);
}

static void expect_token(struct str text, enum gql_token_kind kind, struct str value)
{
    struct fixture f;
    struct gql_token token;

    begin(&f, text);
    assert_true(gql_lex(&f.lexer, &token));
    assert_int_equal(token.kind, kind);
    check_str(token.value, value, __FILE__, __LINE__);
    assert_true(gql_lex(&f.lexer, &token));
    assert_int_equal(token.kind, GQL_TOKEN_EOF);
    end(&f);
}

/* The first token is refused with these words, at this place. */
static void expect_error(struct str text, const char *message, uint32_t line, uint32_t column)
{
    struct fixture f;
    struct gql_token token;

    begin(&f, text);
    assert_false(gql_lex(&f.lexer, &token));
    assert_int_equal(f.errors.count, 1);
    assert_str(f.errors.first->message, message);
    assert_int_equal(f.errors.first->status, ST_PARSE_FAILED);
    assert_int_equal(f.errors.first->locations[0].line, line);
    assert_int_equal(f.errors.first->locations[0].column, column);
    end(&f);
}

static void punctuators_are_single_tokens(void **state)
{
    static const enum gql_token_kind kinds[] = {
        GQL_TOKEN_BANG,    GQL_TOKEN_DOLLAR,    GQL_TOKEN_AMP,       GQL_TOKEN_PAREN_L,
        GQL_TOKEN_PAREN_R, GQL_TOKEN_SPREAD,    GQL_TOKEN_COLON,     GQL_TOKEN_EQUALS,
        GQL_TOKEN_AT,      GQL_TOKEN_BRACKET_L, GQL_TOKEN_BRACKET_R, GQL_TOKEN_BRACE_L,
        GQL_TOKEN_PIPE,    GQL_TOKEN_BRACE_R,   GQL_TOKEN_EOF,
    };
    struct fixture f;
    struct gql_token token;

    begin(&f, STR("!$&()...:=@[]{|}"));
    for (size_t i = 0; i < array_size(kinds); i++) {
        assert_true(gql_lex(&f.lexer, &token));
        assert_int_equal(token.kind, kinds[i]);
    }
    end(&f);
}

static void what_is_ignored_makes_no_token(void **state)
{
    expect_token(STR("\xEF\xBB\xBF ,\t\r\n# a comment {\r\xEF\xBB\xBF"
                     "a"),
                 GQL_TOKEN_NAME, STR("a"));
    expect_token(STR("# only a comment"), GQL_TOKEN_EOF, STR_NULL);
    /* A line separator of Unicode ends no line, so the comment goes on behind it. */
    expect_token(STR("# \xE2\x80\xA8 { \n x"), GQL_TOKEN_NAME, STR("x"));
}

static void numbers_are_taken_as_they_are_written(void **state)
{
    expect_token(STR("0"), GQL_TOKEN_INT, STR("0"));
    expect_token(STR("-0"), GQL_TOKEN_INT, STR("-0"));
    expect_token(STR("-9007199254740993"), GQL_TOKEN_INT, STR("-9007199254740993"));
    expect_token(STR("0.5"), GQL_TOKEN_FLOAT, STR("0.5"));
    expect_token(STR("-1.50E+02"), GQL_TOKEN_FLOAT, STR("-1.50E+02"));
    expect_token(STR("1e3"), GQL_TOKEN_FLOAT, STR("1e3"));
}

static void malformed_numbers_are_refused_where_they_break(void **state)
{
    expect_error(STR("00"), "Syntax Error: Invalid number, unexpected digit after 0: \"0\".", 1, 2);
    expect_error(STR("-"), "Syntax Error: Invalid number, expected digit but got: <EOF>.", 1, 2);
    expect_error(STR("1."), "Syntax Error: Invalid number, expected digit but got: <EOF>.", 1, 3);
    expect_error(STR("1.2.3"), "Syntax Error: Invalid number, expected digit but got: \".\".", 1,
                 4);
    expect_error(STR("1e"), "Syntax Error: Invalid number, expected digit but got: <EOF>.", 1, 3);
    expect_error(STR("1x"), "Syntax Error: Invalid number, expected digit but got: \"x\".", 1, 2);
    expect_error(STR("1_"), "Syntax Error: Invalid number, expected digit but got: \"_\".", 1, 2);
    expect_error(STR("+1"), "Syntax Error: Unexpected character: \"+\".", 1, 1);
}

static void strings_hold_what_their_escapes_say(void **state)
{
    expect_token(STR("\"\""), GQL_TOKEN_STRING, STR(""));
    expect_token(STR("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\""), GQL_TOKEN_STRING, STR("a\"\\/\b\f\n\r\t"));
    expect_token(STR("\"\\u00e9\\u{1F600}\""), GQL_TOKEN_STRING, STR("\xC3\xA9\xF0\x9F\x98\x80"));
    expect_token(STR("\"\\uD83D\\uDE00\""), GQL_TOKEN_STRING, STR("\xF0\x9F\x98\x80"));
    expect_token(STR("\"\\u{000000000000000041}\""), GQL_TOKEN_STRING, STR("A"));
    expect_token(STR("\"\\u{10FFFF}\""), GQL_TOKEN_STRING, STR("\xF4\x8F\xBF\xBF"));
}

static void a_nul_is_a_character_like_any_other(void **state)
{
    struct fixture f;
    struct gql_token token;

    expect_token(STR("\"a\0b\""), GQL_TOKEN_STRING, STR("a\0b"));
    expect_token(STR("\"\\u0000\""), GQL_TOKEN_STRING, STR("\0"));
    expect_token(STR("\"\"\"a\0b\"\"\""), GQL_TOKEN_BLOCK_STRING, STR("a\0b"));
    expect_error(STR("\0"), "Syntax Error: Unexpected character: U+0000.", 1, 1);
    begin(&f, STR("\"\\\0\""));
    assert_false(gql_lex(&f.lexer, &token));
    check_str(f.errors.first->message,
              STR("Syntax Error: Invalid character escape sequence: \"\\\0\"."), __FILE__,
              __LINE__);
    end(&f);
}

static void malformed_escapes_are_refused(void **state)
{
    expect_error(STR("\"\\x\""), "Syntax Error: Invalid character escape sequence: \"\\x\".", 1, 2);
    expect_error(STR("\"\\u12G4\""), "Syntax Error: Invalid Unicode escape sequence: \"\\u12G4\".",
                 1, 2);
    expect_error(STR("\"\\u{}\""), "Syntax Error: Invalid Unicode escape sequence: \"\\u{}\".", 1,
                 2);
    expect_error(STR("\"\\u{110000}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\u{110000}\".", 1, 2);
    expect_error(STR("\"\\u{D800}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\u{D800}\".", 1, 2);
}

/* As far as graphql-js reads: twelve characters, the brace, what is no digit, or the eighth digit
 * where the first of them makes its 32-bit number negative. */
static void an_escape_out_of_range_is_shown_as_far_as_it_was_read(void **state)
{
    expect_error(STR("\"\\u{FFFFFFFF}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\u{FFFFFFFF\".", 1, 2);
    expect_error(STR("\"\\u{7FFFFFFF}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\u{7FFFFFFF}\".", 1, 2);
    expect_error(STR("\"\\u{1100000000}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\u{110000000\".", 1, 2);
    expect_error(STR("\"\\u{12G4}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\u{12G\".", 1, 2);
    expect_error(STR("\"\\u{12"), "Syntax Error: Invalid Unicode escape sequence: \"\\u{12\".", 1,
                 2);
}

static void lone_surrogates_are_refused(void **state)
{
    expect_error(STR("\"\\uD83D\""), "Syntax Error: Invalid Unicode escape sequence: \"\\uD83D\".",
                 1, 2);
    expect_error(STR("\"\\uDE00\\uD83D\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\uDE00\".", 1, 2);
    expect_error(STR("\"\\uD83D\\u0041\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\uD83D\".", 1, 2);
    /* The braced form pairs with nothing. */
    expect_error(STR("\"\\uD83D\\u{DE00}\""),
                 "Syntax Error: Invalid Unicode escape sequence: \"\\uD83D\".", 1, 2);
}

static void strings_end_on_their_line(void **state)
{
    expect_error(STR("\"abc"), "Syntax Error: Unterminated string.", 1, 5);
    expect_error(STR("\"ab\nc\""), "Syntax Error: Unterminated string.", 1, 4);
    expect_error(STR("\"ab\rc\""), "Syntax Error: Unterminated string.", 1, 4);
    expect_error(STR("\"abc\\"), "Syntax Error: Invalid character escape sequence: \"\\\".", 1, 5);
    expect_error(STR("\"\"\"a\nb\"\""), "Syntax Error: Unterminated string.", 2, 4);
    expect_error(
        STR("'a'"),
        "Syntax Error: Unexpected single quote character ('), did you mean to use a double "
        "quote (\")?",
        1, 1);
}

static void malformed_utf8_is_refused_everywhere(void **state)
{
    expect_error(STR("\"\xC3\""), "Syntax Error: Invalid character within String: byte 0xC3.", 1,
                 2);
    expect_error(STR("\"\"\"\xED\xA0\x80\"\"\""),
                 "Syntax Error: Invalid character within String: byte 0xED.", 1, 4);
    expect_error(STR("# \xFF\n"), "Syntax Error: Invalid character: byte 0xFF.", 1, 3);
    expect_error(STR("\xEF\xBB"), "Syntax Error: Invalid character: byte 0xEF.", 1, 1);
    /* U+FFFD itself is as good as any. */
    expect_token(STR("\"\xEF\xBF\xBD\""), GQL_TOKEN_STRING, STR("\xEF\xBF\xBD"));
}

static void block_strings_lose_their_common_indentation(void **state)
{
    expect_token(STR("\"\"\"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\""),
                 GQL_TOKEN_BLOCK_STRING, STR("Hello,\n  World!\n\nYours,\n  GraphQL."));
    /* The first line does not count for the indentation, and keeps its own. */
    expect_token(STR("\"\"\"   a\n   b\n  c\"\"\""), GQL_TOKEN_BLOCK_STRING, STR("   a\n b\nc"));
    expect_token(STR("\"\"\"\r\n\ta\r\tb\n\t\r\n\"\"\""), GQL_TOKEN_BLOCK_STRING, STR("a\nb"));
    expect_token(STR("\"\"\"\"\"\""), GQL_TOKEN_BLOCK_STRING, STR(""));
    expect_token(STR("\"\"\" \n \t \n\"\"\""), GQL_TOKEN_BLOCK_STRING, STR(""));
}

static void block_strings_know_one_escape(void **state)
{
    expect_token(STR("\"\"\"a \\\"\"\" \\n \\u0041 \"\" b\"\"\""), GQL_TOKEN_BLOCK_STRING,
                 STR("a \"\"\" \\n \\u0041 \"\" b"));
}

int main(void)
{
    return RUN(test(punctuators_are_single_tokens), test(what_is_ignored_makes_no_token),
               test(numbers_are_taken_as_they_are_written),
               test(malformed_numbers_are_refused_where_they_break),
               test(strings_hold_what_their_escapes_say), test(a_nul_is_a_character_like_any_other),
               test(malformed_escapes_are_refused),
               test(an_escape_out_of_range_is_shown_as_far_as_it_was_read),
               test(lone_surrogates_are_refused), test(strings_end_on_their_line),
               test(malformed_utf8_is_refused_everywhere),
               test(block_strings_lose_their_common_indentation),
               test(block_strings_know_one_escape));
}
