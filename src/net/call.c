#include "net/call.h"

struct str call_json_member(const struct json_value *object, struct str name)
{
    for (const struct json_value *member = json_value_first(object); member; member = member->next)
        if (member->kind == JSON_VALUE_STRING && str_eq_nocase(member->name, name))
            return member->text;
    return STR_NULL;
}

bool call_has_document(const struct net_call *call)
{
    return call->query.p || call->document_id.p ||
           json_value_get(call->extensions, STR("persistedQuery"));
}

/* An object, or NULL where it is left out or null. */
static bool take_object(const struct json_value *object, const char *member,
                        const struct json_value **to)
{
    const struct json_value *value = json_value_get(object, str_c(member));

    *to = json_value_is_nothing(value) ? NULL : value;
    return !*to || value->kind == JSON_VALUE_OBJECT;
}

/* A string, or absent where it is left out or null. */
static bool take_string(const struct json_value *object, const char *member, struct str *to)
{
    const struct json_value *value = json_value_get(object, str_c(member));

    *to = json_value_text(value);
    return to->p || json_value_is_nothing(value);
}

bool call_from_json(const struct json_value *object, struct net_call *call, const char **ret_member,
                    const char **ret_expected)
{
    *ret_expected = "must be a string or null";
    *ret_member = "documentId";
    if (!take_string(object, "documentId", &call->document_id))
        return false;
    *ret_member = "operationName";
    if (!take_string(object, "operationName", &call->operation_name))
        return false;
    *ret_expected = "must be an object or null";
    *ret_member = "variables";
    if (!take_object(object, "variables", &call->variables))
        return false;
    *ret_member = "extensions";
    if (!take_object(object, "extensions", &call->extensions))
        return false;
    *ret_expected = "must be a string";
    *ret_member = "query";
    return take_string(object, "query", &call->query) && call_has_document(call);
}

struct str call_traceparent(const struct net_call *call)
{
    if (call->traceparent.p)
        return call->traceparent;
    return json_value_text(json_value_get(call->extensions, STR("traceparent")));
}
