#pragma once

/*
 * What every transport takes from a client's JSON: query, documentId, operationName, variables,
 * extensions, each of its type or refused by name.
 */

#include "net/operation.h"

enum {
    CALL_JSON_FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL
};

/* As jansson has it, of a whole text; NULL when it is malformed. A whole number of more than 64
 * bits comes as a real one; a number beyond all doubles, such as 1e400, as what no type takes:
 * {"number too large": "1e400"}. The caller's to json_decref(). */
json_t *call_json(struct str text, json_error_t *ret_error) must_use;

/* The string's bytes, which may hold NUL; borrowed from json. */
struct str call_json_str(const json_t *json);

/* A member that is a string, its name compared without case, as that of a header; absent when there
 * is none. */
struct str call_json_member(const json_t *object, struct str name);

/* The same back to text, compact. */
void call_json_write(struct buf *out, const json_t *json);

/* Is there a document: as text, by its id, or by extensions.persistedQuery? */
bool call_has_document(const struct net_call *call);

/* The request in object, borrowed from it: sets query, document_id, operation_name, variables and
 * extensions, leaves the rest. False: the member named in *ret_member is missing or not as
 * *ret_expected says. */
bool call_from_json(const json_t *object, struct net_call *call, const char **ret_member,
                    const char **ret_expected) must_use;
