#include "graphql/value.h"

const struct gql_value *gql_value_member(const struct gql_value *object, struct str name)
{
    const struct gql_value_member *member = object->members;

    while (member && !str_eq(member->def->name, name))
        member = member->next;
    return member ? &member->value : NULL;
}
