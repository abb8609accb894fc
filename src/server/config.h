#pragma once

/*
 * What the operator chose: the default, then systemd's credentials, the environment, the command
 * line; whichever comes later wins. One table (config_table.c) names every option, and makes the
 * flag, the variable, the help and `guildhall config` of it.
 *
 * Limits: 0 means off. A limit of a number or of bytes that is off has become the option's largest
 * value here, so that a plain comparison serves; a duration that is off stays 0.
 *
 * Owner:   whoever called config_init(); every string lives in the arena of the config.
 * Threads: any, once loaded; it is not written again.
 */

#include "auth/token.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/rate.h"
#include "bus/bus.h"
#include "net/address.h"
#include "net/http_head.h"
#include "server/documents.h"
#include "server/options.h"

enum config_introspection {
    CONFIG_INTROSPECTION_ON,
    CONFIG_INTROSPECTION_AUTH, /* only with a valid token */
    CONFIG_INTROSPECTION_OFF,
};

enum config_on_off {
    CONFIG_ON,
    CONFIG_OFF,
};

/* A page for people. */
enum config_page {
    CONFIG_PAGE_AUTO,
    CONFIG_PAGE_ON,
    CONFIG_PAGE_OFF,
};

struct config_bus {
    struct str text; /* as it was given */
    enum bus_kind kind;
    struct str servers; /* of NATS */
};

struct config {
    struct arena arena;
    const char *const *environment; /* as config_load_rest() was given it; borrowed */
    struct option_set options; /* what was given, and where: for help and for `guildhall config` */

    struct str config_file; /* of further options; absent: none */
    struct option_address listen;
    struct option_address metrics_listen; /* neither host nor path: none */
    struct str tls_certificate;           /* files; absent: in the clear */
    struct str tls_key;
    enum config_on_off proxy_protocol;
    struct str trusted_proxies_text;
    struct net_ranges trusted_proxies;
    struct str database_url; /* absent: `up` makes its own */
    struct str state_dir;    /* where `up` keeps its PostgreSQL; absolute; absent without a home */
    struct config_bus bus;
    uint64_t bus_faults; /* the seed; 0: none */
    uint64_t position_interval_ms;
    uint64_t threads; /* at least 1: loops */

    struct token_config jwt; /* secret is absent when none is configured */
    uint64_t jwks_floor_ms;  /* between two fetches of keys */
    struct str api_keys_file;

    struct str open_rooms;      /* glob patterns between commas, or absent */
    struct str allowed_origins; /* between commas, "*" for any; absent: the same origin */
    enum config_on_off room_url_token;
    enum config_on_off websocket_deflate;
    enum config_introspection introspection;
    enum config_on_off suggestions;
    enum config_page graphiql;
    enum config_page chat;
    const char *const *demo_users; /* whose tokens /demo/tokens makes: of `up` alone */
    size_t n_demo_users;           /* 0: there is no demo */

    enum documents_mode trusted_documents;
    struct str trusted_manifest; /* a file; absent: none */
    enum config_on_off persisted_queries;
    uint64_t batching; /* operations in one HTTP request; 0: no array of them is taken */

    size_t max_depth;
    size_t max_tokens;
    size_t max_aliases;
    size_t max_directives;
    size_t max_fields;
    size_t max_root_fields;
    size_t max_request_bytes; /* at most CONFIG_LARGEST_REQUEST, also when off */
    size_t max_answer_bytes;  /* of the process */
    size_t max_header_bytes;
    size_t max_header_fields;
    size_t max_connections; /* of the process */
    size_t max_handshakes;  /* of the process: connections that have asked for nothing yet */
    size_t max_subscriptions_per_connection;
    size_t max_connections_per_user;
    size_t max_connections_per_tenant;
    struct rate rate_requests; /* a connection's; the bursts are among them */
    struct rate rate_sends;    /* a user's */
    struct rate rate_sends_tenant;
    size_t high_water;   /* unsent bytes of a connection, then its streams lag */
    size_t recent_bytes; /* of the newest messages that are kept, all threads together */

    uint64_t head_timeout_ms;
    uint64_t body_timeout_ms;
    uint64_t keep_alive_timeout_ms;
    uint64_t send_timeout_ms;
    uint64_t init_timeout_ms;
    uint64_t ping_interval_ms;
    uint64_t pong_timeout_ms;
    uint64_t drain_timeout_ms;
    uint64_t statement_timeout_ms;

    enum log_level log;
    struct str audit_log; /* a path, "stderr" or "off" */
};

enum {
    CONFIG_LARGEST_REQUEST = 64 * 1024 * 1024,
};

/* Defaults only. */
void config_init(struct config *c);
void config_done(struct config *c);

/* The arguments that follow the command's name; `own` are the command's own options, with their
 * defaults, or NULL. ST_BAD_INPUT: unknown option or bad value, and the error says which. */
enum status config_load_flags(struct config *c, const char *const *args, struct option_set *own,
                              struct option_error *ret_error) must_use;

/* Then what they leave out: the environment, the file of options, and what follows from them.
 * Without it, only what is given by flags is there. The same errors. */
enum status config_load_rest(struct config *c, const char *const *environment,
                             struct option_error *ret_error) must_use;

/* An option whose value in the file is another by now; strings are the next config's. */
struct config_change {
    const char *option;
    bool is_live;    /* the next config has it; else it needs a restart */
    struct str from; /* as they may be shown; absent: unset */
    struct str to;
    struct str origin;
};

struct config_changes {
    struct config_change *items;
    size_t n;
};

/* The file of options again. *ret_next is as `first`, which was loaded and which must stay
 * as long as it, but for the live options, which are as the file has them; it needs nothing of
 * `now`, the one in force, which the changes are told from. ST_BAD_INPUT: the error says where the
 * file is wrong. */
enum status config_reread(const struct config *first, const struct config *now,
                          struct config *ret_next, struct config_changes *ret_changes,
                          struct option_error *ret_error) must_use;

/* What `serve` cannot do without: a database and a key. ST_BAD_INPUT: the error says what to set.
 */
enum status config_check_serve(const struct config *c, struct option_error *ret_error) must_use;
