#pragma once

/*
 * Fields that change something, in the audit log: who asked for what, and how it ended. With the
 * log off they are resolved as any other.
 */

#include "resolvers/context.h"

/* What was asked for. Strings are absent and lists empty where they do not apply; all live as long
 * as the request. */
struct audited_act {
    const char *event; /* "sendMessage" */
    struct str room_id;
    struct str guild_id;
    const struct str *put; /* users */
    size_t n_put;
    const struct str *removed;
    size_t n_removed;
};

/* gql_resolve_later(), and a line when the wait has been answered. Of a sendMessage its value is a
 * struct message, of all others a struct membership_change. */
void audited_resolve_later(struct gql_field *f, struct wait *w, const struct audited_act *act);

/* It was refused before anybody was asked. */
void audited_refused(struct gql_field *f, enum status st, const struct audited_act *act);
