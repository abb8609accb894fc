/* IsValidImplementation() (section 3.6.1, 3.7.1). */

#include "graphql/schema_check.h"

static bool implements(const struct gql_type *type, const struct gql_type *interface)
{
    for (size_t i = 0; i < type->n_interfaces; i++)
        if (type->interfaces[i] == interface)
            return true;
    return false;
}

/* Whatever the interface implements, the type must name too. */
static void check_ancestors(struct gql_schema_check *c, const struct gql_type *type,
                            const struct gql_type *interface)
{
    for (size_t i = 0; i < interface->n_interfaces; i++) {
        const struct gql_type *ancestor = interface->interfaces[i];
        struct gql_error *error;
        if (implements(type, ancestor))
            continue;
        if (ancestor == type)
            error = gql_schema_error(c,
                                     "Type %.*s cannot implement %.*s because it would create a "
                                     "circular reference.",
                                     STR_ARG(type->name), STR_ARG(interface->name));
        else
            error = gql_schema_error(
                c, "Type %.*s must implement %.*s because it is implemented by %.*s.",
                STR_ARG(type->name), STR_ARG(ancestor->name), STR_ARG(interface->name));
        gql_schema_error_at_names(c, error, interface, ancestor->name);
        gql_schema_error_at_names(c, error, type, interface->name);
    }
}

static void check_argument(struct gql_schema_check *c, const struct gql_field_def *field,
                           const struct gql_field_def *wanted, const struct gql_input_def *arg)
{
    const struct gql_input_def *own = gql_input_find(field->args, field->n_args, arg->name);
    struct gql_error *error;

    if (!own) {
        error = gql_schema_error(c,
                                 "Interface field argument %.*s.%.*s(%.*s:) expected but "
                                 "%.*s.%.*s does not provide it.",
                                 STR_ARG(wanted->parent->name), STR_ARG(wanted->name),
                                 STR_ARG(arg->name), STR_ARG(field->parent->name),
                                 STR_ARG(field->name));
        gql_schema_error_at(c, error, arg->node->at);
        gql_schema_error_at(c, error, field->node->at);
    } else if (!gql_type_equal(own->type, arg->type)) {
        error = gql_schema_error(c,
                                 "Interface field argument %.*s.%.*s(%.*s:) expects type %.*s but "
                                 "%.*s.%.*s(%.*s:) is type %.*s.",
                                 STR_ARG(wanted->parent->name), STR_ARG(wanted->name),
                                 STR_ARG(arg->name), STR_ARG(gql_schema_shown(c, arg->type)),
                                 STR_ARG(field->parent->name), STR_ARG(field->name),
                                 STR_ARG(arg->name), STR_ARG(gql_schema_shown(c, own->type)));
        gql_schema_error_at(c, error, arg->node->type->at);
        gql_schema_error_at(c, error, own->node->type->at);
    }
}

/* Arguments of the field's own are fine as long as nobody must give them. */
static void check_added_argument(struct gql_schema_check *c, const struct gql_field_def *field,
                                 const struct gql_field_def *wanted,
                                 const struct gql_input_def *arg)
{
    struct gql_error *error;

    if (!gql_input_is_required(arg) || gql_input_find(wanted->args, wanted->n_args, arg->name))
        return;
    error = gql_schema_error(c,
                             "Object field %.*s.%.*s includes required argument %.*s that is "
                             "missing from the Interface field %.*s.%.*s.",
                             STR_ARG(field->parent->name), STR_ARG(field->name), STR_ARG(arg->name),
                             STR_ARG(wanted->parent->name), STR_ARG(wanted->name));
    gql_schema_error_at(c, error, arg->node->at);
    gql_schema_error_at(c, error, wanted->node->at);
}

static void check_field_type(struct gql_schema_check *c, const struct gql_field_def *field,
                             const struct gql_field_def *wanted)
{
    struct gql_error *error;

    if (gql_type_is_subtype(field->type, wanted->type))
        return;
    error = gql_schema_error(
        c, "Interface field %.*s.%.*s expects type %.*s but %.*s.%.*s is type %.*s.",
        STR_ARG(wanted->parent->name), STR_ARG(wanted->name),
        STR_ARG(gql_schema_shown(c, wanted->type)), STR_ARG(field->parent->name),
        STR_ARG(field->name), STR_ARG(gql_schema_shown(c, field->type)));
    gql_schema_error_at(c, error, wanted->node->type->at);
    gql_schema_error_at(c, error, field->node->type->at);
}

static void check_deprecation(struct gql_schema_check *c, const struct gql_field_def *field,
                              const struct gql_field_def *wanted)
{
    struct gql_error *error;

    if (!field->deprecation_reason.p || wanted->deprecation_reason.p || c->schema->foreign)
        return;
    error = gql_schema_error(c,
                             "Interface field %.*s.%.*s is not deprecated, so implementation field "
                             "%.*s.%.*s must not be deprecated.",
                             STR_ARG(wanted->parent->name), STR_ARG(wanted->name),
                             STR_ARG(field->parent->name), STR_ARG(field->name));
    gql_schema_error_at(c, error, gql_directive_find(field->node->directives, "deprecated")->at);
    gql_schema_error_at(c, error, field->node->type->at);
}

static void check_field(struct gql_schema_check *c, const struct gql_field_def *field,
                        const struct gql_field_def *wanted)
{
    check_field_type(c, field, wanted);
    for (size_t i = 0; i < wanted->n_args; i++)
        check_argument(c, field, wanted, &wanted->args[i]);
    for (size_t i = 0; i < field->n_args; i++)
        check_added_argument(c, field, wanted, &field->args[i]);
    check_deprecation(c, field, wanted);
}

static void check_implementation(struct gql_schema_check *c, const struct gql_type *type,
                                 const struct gql_names *fields, const struct gql_type *interface)
{
    for (size_t i = 0; i < interface->n_fields; i++) {
        const struct gql_field_def *wanted = &interface->fields[i];
        const struct gql_field_def *field = gql_names_get(fields, wanted->name);
        struct gql_error *error;
        if (field) {
            check_field(c, field, wanted);
            continue;
        }
        error =
            gql_schema_error(c, "Interface field %.*s.%.*s expected but %.*s does not provide it.",
                             STR_ARG(interface->name), STR_ARG(wanted->name), STR_ARG(type->name));
        gql_schema_error_at(c, error, wanted->node->at);
        gql_schema_error_at_type(c, error, type);
    }
}

static struct gql_names fields_of(struct gql_schema_check *c, const struct gql_type *type)
{
    struct gql_names fields = {0};

    for (size_t i = 0; i < type->n_fields; i++)
        *gql_names_at(&fields, c->errors->arena, type->fields[i].name) = (void *)&type->fields[i];
    return fields;
}

void gql_schema_check_interfaces(struct gql_schema_check *c, const struct gql_type *type)
{
    struct gql_names seen = {0}, fields = {0};

    if (type->n_interfaces)
        fields = fields_of(c, type);
    for (size_t i = 0; i < type->n_interfaces; i++) {
        const struct gql_type *interface = type->interfaces[i];
        struct gql_error *error;
        if (interface->kind != GQL_INTERFACE) {
            error = gql_schema_error(
                c, "Type %.*s must only implement Interface types, it cannot implement %.*s.",
                STR_ARG(type->name), STR_ARG(interface->name));
        } else if (interface == type) {
            error = gql_schema_error(c,
                                     "Type %.*s cannot implement itself because it would create a "
                                     "circular reference.",
                                     STR_ARG(type->name));
        } else if (gql_schema_seen(c, &seen, interface)) {
            error = gql_schema_error(c, "Type %.*s can only implement %.*s once.",
                                     STR_ARG(type->name), STR_ARG(interface->name));
        } else {
            check_ancestors(c, type, interface);
            check_implementation(c, type, &fields, interface);
            continue;
        }
        gql_schema_error_at_names(c, error, type, interface->name);
    }
}
