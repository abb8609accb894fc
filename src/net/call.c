#include "net/call.h"

json_t *call_json(struct str text, json_error_t *ret_error)
{
    return json_loadb(text.p ? text.p : "", text.n, CALL_JSON_FLAGS, ret_error);
}

struct str call_json_str(const json_t *json)
{
    return str_of(json_string_value(json), json_string_length(json));
}

static bool is_nothing(const json_t *value)
{
    return !value || json_is_null(value);
}

/* An object, or NULL where it is left out or null. */
static bool take_object(const json_t *object, const char *member, const json_t **to)
{
    const json_t *value = json_object_get(object, member);

    *to = is_nothing(value) ? NULL : value;
    return !*to || json_is_object(value);
}

bool call_from_json(const json_t *object, struct net_call *call, const char **ret_member,
                    const char **ret_expected)
{
    const json_t *query = json_object_get(object, "query");
    const json_t *name = json_object_get(object, "operationName");

    *ret_member = "query";
    *ret_expected = "must be a string";
    if (!json_is_string(query))
        return false;
    call->query = call_json_str(query);
    *ret_member = "operationName";
    *ret_expected = "must be a string or null";
    if (!is_nothing(name) && !json_is_string(name))
        return false;
    call->operation_name = is_nothing(name) ? STR_NULL : call_json_str(name);
    *ret_member = "variables";
    *ret_expected = "must be an object or null";
    if (!take_object(object, "variables", &call->variables))
        return false;
    *ret_member = "extensions";
    return take_object(object, "extensions", &call->extensions);
}
