#pragma once

/*
 * The reader of all JSON that clients and other nodes send: libyajl's parser, which tells what it
 * meets, and values in an arena, which is what becomes of it.
 *
 * As strict as JSON can be read: UTF-8 alone, no lone surrogates, no two members of an object of
 * one name, nothing behind the value, nothing in each other deeper than JSON_VALUE_DEPTH_MOST. NUL
 * may stand in strings, as an escape, but in no name.
 *
 * Numbers are never refused. A whole number of more than 64 bits becomes a real one, as all are in
 * JavaScript; one beyond all doubles, such as 1e400, what no type takes: an object
 * {"number too large": "1e400"}, so that the error shows it.
 */

#include "base/json_value.h"

struct json_in_error {
    struct str what; /* constant, or in the arena */
    int line;        /* from 1 */
    int column;      /* from 1, in characters: of the last that was looked at */
};

/* A whole text as a value; NULL when it is malformed. The arena holds a copy of the text: a few
 * times its length is taken at most, so bound that before. */
const struct json_value *json_in_read(struct arena *a, struct str text,
                                      struct json_in_error *ret_error);
