#pragma once

/*
 * What every transport takes from a client's JSON: query, documentId, operationName, variables,
 * extensions, each of its type or refused by name.
 */

#include "base/json_in.h"
#include "net/operation.h"

/* A member that is a string, its name compared without case, as that of a header; absent when there
 * is none. */
struct str call_json_member(const struct json_value *object, struct str name);

/* Is there a document: as text, by its id, or by extensions.persistedQuery? */
bool call_has_document(const struct net_call *call);

/* The request in object, borrowed from it: sets query, document_id, operation_name, variables and
 * extensions, leaves the rest. False: the member named in *ret_member is missing or not as
 * *ret_expected says. */
bool call_from_json(const struct json_value *object, struct net_call *call, const char **ret_member,
                    const char **ret_expected) must_use;

/* Which trace the operation belongs to: as the header has it, or, for clients of WebSockets, which
 * have no headers for an operation, as `extensions.traceparent` has it. Absent where neither does.
 */
struct str call_traceparent(const struct net_call *call);
