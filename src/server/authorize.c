#include "server/authorize.h"

#include "auth/viewer.h"
#include "resolvers/context.h"

enum status authorize_field(void *context, const struct gql_field_def *field)
{
    static const struct {
        struct str name;
        enum viewer_scope scope;
    } scopes[] = {
        {STR_INIT("CHAT"), VIEWER_CHAT},
        {STR_INIT("CHAT_READ"), VIEWER_CHAT_READ},
        {STR_INIT("TENANT_ADMIN"), VIEWER_TENANT_ADMIN},
    };
    const struct context *c = context;

    if (str_starts(field->name, STR("__")))
        return c->introspection;
    if (!field->requires_scope.p)
        return ST_OK;
    if (!c->viewer)
        return ST_UNAUTHENTICATED;
    for (size_t i = 0; i < array_size(scopes); i++)
        if (str_eq(field->requires_scope, scopes[i].name))
            return viewer_allows(c->viewer, scopes[i].scope) ? ST_OK : ST_FORBIDDEN;
    return ST_FORBIDDEN;
}
