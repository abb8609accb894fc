#include "cli/cmd.h"

static const struct cmd *const commands[] = {
    &cmd_up,    &cmd_serve,      &cmd_migrate,  &cmd_token,  &cmd_room,
    &cmd_guild, &cmd_config,     &cmd_validate, &cmd_schema, &cmd_health,
    &cmd_top,   &cmd_completion, &cmd_version,
};

const struct cmd_group cmd_guildhall = {
    .program = "guildhall",
    .about = "guildhall: a self-hosted GraphQL messaging server on PostgreSQL",
    .commands = commands,
    .n = array_size(commands),
};
