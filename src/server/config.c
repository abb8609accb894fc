#include "server/config.h"

#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "server/config_tokens.h"

static const char *const introspection_words[] = {"on", "auth", "off", NULL};
static const char *const on_off_words[] = {"on", "off", NULL};
static const char *const documents_words[] = {"off", "prefer", "only", NULL};
static const char *const log_words[] = {"error", "warn", "info", "debug", NULL};

enum {
    KIB = 1024,
    MIB = 1024 * KIB,
    GIB = 1024 * MIB,
    SECOND = 1000, /* milliseconds */
    HOUR = 3600 * SECOND,
};

#define AT(member) offsetof(struct config, member)

static const struct option table[] = {
    {.name = "listen",
     .kind = OPTION_ADDRESS,
     .offset = AT(listen),
     .initial = "127.0.0.1:8080",
     .help = "address and port of HTTP and WebSocket; port 0 takes a free one; unix:/PATH is a "
             "Unix socket, systemd the socket that a socket unit brings"},
    {.name = "tls-certificate",
     .kind = OPTION_TEXT,
     .offset = AT(tls_certificate),
     .shown = "PATH",
     .help = "a file with the certificate chain, PEM, the server's own first; with --tls-key every "
             "connection speaks TLS"},
    {.name = "tls-key",
     .kind = OPTION_TEXT,
     .offset = AT(tls_key),
     .shown = "PATH",
     .help = "a file with the certificate's private key, PEM, without a passphrase"},
    {.name = "proxy-protocol",
     .kind = OPTION_WORD,
     .offset = AT(proxy_protocol),
     .initial = "off",
     .words = on_off_words,
     .help = "whether every connection has to begin with the PROXY protocol, version 1 or 2"},
    {.name = "trusted-proxies",
     .kind = OPTION_TEXT,
     .offset = AT(trusted_proxies_text),
     .shown = "ADDRESS/BITS,...",
     .help = "addresses of proxies whose X-Forwarded-For is believed, between commas; unix for "
             "whoever comes through a Unix socket"},
    {.name = "database-url",
     .alias = "database",
     .variable = "DATABASE_URL",
     .kind = OPTION_DATABASE,
     .offset = AT(database_url),
     .help = "the PostgreSQL to use (--database does as well); `up` makes its own without one"},
    {.name = "state-dir",
     .kind = OPTION_TEXT,
     .offset = AT(state_dir),
     .help = "where `up` keeps its PostgreSQL; $XDG_STATE_HOME/guildhall, for root "
             "/var/lib/guildhall"},
    {.name = "bus",
     .kind = OPTION_DATABASE,
     .offset = AT(bus.text),
     .initial = "local",
     .shown = "local|postgres|nats://HOST:PORT,...",
     .help = "how several nodes on one database wake each other; local is for one alone"},
    {.name = "bus-faults",
     .kind = OPTION_WHOLE,
     .offset = AT(bus_faults),
     .initial = "0",
     .most = INT64_MAX,
     .help = "for tests and staging only: a seed by which the bus loses, repeats and delays; 0 for "
             "a bus that does its best"},
    {.name = "position-interval",
     .kind = OPTION_DURATION,
     .offset = AT(position_interval_ms),
     .initial = "2s",
     .most = HOUR,
     .help = "between two looks at where the followed rooms stand: the longest that a message is "
             "late when the bus has lost it"},
    {.name = "threads",
     .kind = OPTION_WHOLE,
     .offset = AT(threads),
     .least = 1,
     .most = 256,
     .help = "threads that serve; one a core when not given"},
    {.name = "jwt-secret",
     .kind = OPTION_SECRET,
     .offset = AT(jwt.secret),
     .help = "the secret of HS256 tokens, at least 32 bytes; better from a file, with "
             "--jwt-secret-file"},
    {.name = "jwt-public-key",
     .kind = OPTION_SECRET,
     .offset = AT(jwt.public_keys),
     .shown = "PEM",
     .help = "public keys and certificates in PEM; nearly always from a file, with "
             "--jwt-public-key-file"},
    {.name = "jwt-jwks-url",
     .kind = OPTION_DATABASE,
     .offset = AT(jwt.jwks_url),
     .shown = "URL",
     .help = "where the issuer publishes its keys, as a JSON Web Key Set"},
    {.name = "jwt-jwks-floor",
     .kind = OPTION_DURATION,
     .offset = AT(jwks_floor_ms),
     .initial = "10s",
     .least = 100,
     .most = HOUR,
     .help = "the least time between two fetches of keys, however many tokens name unknown ones"},
    {.name = "jwt-algorithms",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.algorithms),
     .help = "the only algorithms to accept, between commas: RS256,ES256; without it, those that "
             "the kinds of the keys allow"},
    {.name = "jwt-preset",
     .kind = OPTION_WORD,
     .offset = AT(jwt.preset),
     .initial = "none",
     .words = preset_names,
     .help = "whose tokens these are: the names of claims, and what else is particular; options "
             "given count more"},
    {.name = "jwt-issuer",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.issuer),
     .help = "what a token's claim iss must be, when given"},
    {.name = "jwt-audience",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.audience),
     .help = "what a token's claim aud must be or hold, when given; between commas: one of these"},
    {.name = "jwt-require-claims",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.required),
     .help = "claims that a token must have, between commas, as NAME, NAME=VALUE or "
             "NAME=VALUE|VALUE: email_verified=true,org_id"},
    {.name = "jwt-leeway",
     .kind = OPTION_SECONDS,
     .offset = AT(jwt.leeway_s),
     .initial = "0s",
     .most = HOUR,
     .help = "how far the clocks of issuer and server may differ"},
    {.name = "jwt-claim-user",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.claim_user),
     .initial = "sub",
     .help = "the claim that holds the user's id; as for all four, dots lead into objects: "
             "app_metadata.user"},
    {.name = "jwt-claim-tenant",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.claim_tenant),
     .initial = "tenant",
     .help = "the claim that holds the tenant's id"},
    {.name = "jwt-claim-scopes",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.claim_scopes),
     .initial = "scope",
     .help = "the claim that holds the scopes, between spaces or as an array"},
    {.name = "jwt-claim-guilds",
     .kind = OPTION_TEXT,
     .offset = AT(jwt.claim_guilds),
     .initial = "guilds",
     .help = "the claim that holds an array of guild ids; '' for none: then only the database says "
             "who is of a guild"},
    {.name = "api-keys-file",
     .kind = OPTION_TEXT,
     .offset = AT(api_keys_file),
     .shown = "PATH",
     .help = "API keys that are as good as tokens; `guildhall token --api-key` makes one"},
    {.name = "open-rooms",
     .kind = OPTION_TEXT,
     .offset = AT(open_rooms),
     .help = "patterns of room ids, between commas, that any token of the tenant may use: "
             "lobby,event-*"},
    {.name = "allowed-origins",
     .kind = OPTION_TEXT,
     .offset = AT(allowed_origins),
     .help = "origins of web pages that may connect, between commas, or *; the same origin when "
             "not given"},
    {.name = "room-url-token",
     .kind = OPTION_WORD,
     .offset = AT(room_url_token),
     .initial = "off",
     .words = on_off_words,
     .help = "whether /ws/rooms/ID takes a token from its query, as ?token=; proxies and servers "
             "write URLs to their logs"},
    {.name = "websocket-deflate",
     .kind = OPTION_WORD,
     .offset = AT(websocket_deflate),
     .initial = "off",
     .words = on_off_words,
     .help = "whether messages of WebSockets are compressed where the client offers it "
             "(permessage-deflate): fewer bytes for more of the processor's time"},
    {.name = "introspection",
     .kind = OPTION_WORD,
     .offset = AT(introspection),
     .initial = "on",
     .words = introspection_words,
     .help =
         "who may read the schema; auth asks for a token; /schema.graphql is served with on only"},
    {.name = "suggestions",
     .kind = OPTION_WORD,
     .offset = AT(suggestions),
     .initial = "on",
     .words = on_off_words,
     .help = "whether errors add 'Did you mean ...?', which tells names of the schema"},
    {.name = "trusted-documents",
     .kind = OPTION_WORD,
     .offset = AT(trusted_documents),
     .initial = "off",
     .words = documents_words,
     .help = "whether clients may name documents of --trusted-manifest by documentId; only refuses "
             "every other document"},
    {.name = "trusted-manifest",
     .kind = OPTION_TEXT,
     .offset = AT(trusted_manifest),
     .shown = "PATH",
     .help = "a JSON file of ids and documents, or Apollo's persisted query manifest"},
    {.name = "persisted-queries",
     .kind = OPTION_WORD,
     .offset = AT(persisted_queries),
     .initial = "on",
     .words = on_off_words,
     .help = "automatic persisted queries: clients register documents under their SHA-256"},
    {.name = "batching",
     .kind = OPTION_WHOLE,
     .offset = AT(batching),
     .initial = "0",
     .most = 100,
     .help = "operations that an HTTP request may bring as a JSON array; 0 refuses arrays"},
    {.name = "max-depth",
     .kind = OPTION_LIMIT,
     .offset = AT(max_depth),
     .initial = "15",
     .least = 1,
     .most = 200,
     .help = "nested levels of an operation"},
    {.name = "max-tokens",
     .kind = OPTION_LIMIT,
     .offset = AT(max_tokens),
     .initial = "2000",
     .least = 1,
     .most = 1000000,
     .help = "lexical tokens of a document"},
    {.name = "max-aliases",
     .kind = OPTION_LIMIT,
     .offset = AT(max_aliases),
     .initial = "30",
     .least = 1,
     .most = 1000000,
     .help = "aliases of a document"},
    {.name = "max-directives",
     .kind = OPTION_LIMIT,
     .offset = AT(max_directives),
     .initial = "50",
     .least = 1,
     .most = 1000000,
     .help = "directives of a document"},
    {.name = "max-fields",
     .kind = OPTION_LIMIT,
     .offset = AT(max_fields),
     .initial = "2000",
     .least = 1,
     .most = 1000000,
     .help = "fields of an operation, fragments counted wherever they are spread"},
    {.name = "max-root-fields",
     .kind = OPTION_LIMIT,
     .offset = AT(max_root_fields),
     .initial = "50",
     .least = 1,
     .most = 1000000,
     .help = "fields at the root of an operation, fragments counted wherever they are spread"},
    {.name = "max-request-bytes",
     .kind = OPTION_BYTES,
     .offset = AT(max_request_bytes),
     .initial = "262144",
     .least = KIB,
     .most = CONFIG_LARGEST_REQUEST,
     .help = "an HTTP body or a WebSocket message"},
    {.name = "max-header-bytes",
     .kind = OPTION_BYTES,
     .offset = AT(max_header_bytes),
     .initial = "16KiB",
     .least = KIB,
     .most = HTTP_HEAD_MAX,
     .help = "the head of an HTTP request: its first line and all header fields"},
    {.name = "max-header-fields",
     .kind = OPTION_LIMIT,
     .offset = AT(max_header_fields),
     .initial = "64",
     .least = 16,
     .most = HTTP_FIELDS_MAX,
     .help = "header fields of an HTTP request"},
    {.name = "max-connections",
     .kind = OPTION_LIMIT,
     .offset = AT(max_connections),
     .initial = "20000",
     .least = 1,
     .most = 1000000,
     .help = "connections at a time"},
    {.name = "max-handshakes",
     .kind = OPTION_LIMIT,
     .offset = AT(max_handshakes),
     .initial = "2000",
     .least = 256, /* far more than are accepted while an honest one gets through */
     .most = 1000000,
     .help = "connections at a time that have asked for nothing yet, their TLS and first request "
             "unfinished; above that the oldest of them is let go"},
    {.name = "max-subscriptions-per-connection",
     .kind = OPTION_LIMIT,
     .offset = AT(max_subscriptions_per_connection),
     .initial = "256",
     .least = 1,
     .most = 1000000,
     .help = "operations of one connection at a time"},
    {.name = "max-connections-per-user",
     .kind = OPTION_LIMIT,
     .offset = AT(max_connections_per_user),
     .initial = "64",
     .least = 1,
     .most = 1000000,
     .help = "open sockets, and subscriptions over HTTP, of one user at a time"},
    {.name = "max-connections-per-tenant",
     .kind = OPTION_LIMIT,
     .offset = AT(max_connections_per_tenant),
     .initial = "0",
     .least = 1,
     .most = 1000000,
     .help = "the same of all users of one tenant"},
    {.name = "rate-requests",
     .kind = OPTION_RATE,
     .offset = AT(rate_requests.interval_us),
     .initial = "100/s",
     .help = "operations that a connection may ask for"},
    {.name = "rate-requests-burst",
     .kind = OPTION_WHOLE,
     .offset = AT(rate_requests.burst),
     .initial = "200",
     .least = 1,
     .most = 1000000,
     .help = "how many of them at once, after a pause"},
    {.name = "rate-sends",
     .kind = OPTION_RATE,
     .offset = AT(rate_sends.interval_us),
     .initial = "600/min",
     .help = "messages that a user may send, on all connections together"},
    {.name = "rate-sends-burst",
     .kind = OPTION_WHOLE,
     .offset = AT(rate_sends.burst),
     .initial = "60",
     .least = 1,
     .most = 1000000,
     .help = "how many of them at once, after a pause"},
    {.name = "rate-sends-tenant",
     .kind = OPTION_RATE,
     .offset = AT(rate_sends_tenant.interval_us),
     .initial = "0",
     .help = "messages that all users of a tenant may send"},
    {.name = "rate-sends-tenant-burst",
     .kind = OPTION_WHOLE,
     .offset = AT(rate_sends_tenant.burst),
     .initial = "1000",
     .least = 1,
     .most = 1000000,
     .help = "how many of them at once, after a pause"},
    {.name = "high-water",
     .kind = OPTION_BYTES,
     .offset = AT(high_water),
     .initial = "64KiB",
     .least = KIB,
     .most = GIB,
     .help = "unsent bytes of a connection, then its streams read from the log"},
    {.name = "recent-bytes",
     .kind = OPTION_BYTES,
     .offset = AT(recent_bytes),
     .initial = "16MiB",
     .most = GIB,
     .help = "of the newest messages, kept in memory for those who come back"},
    {.name = "head-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(head_timeout_ms),
     .initial = "10s",
     .most = HOUR,
     .help = "for a TLS handshake, and for the head of an HTTP request, to arrive whole"},
    {.name = "body-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(body_timeout_ms),
     .initial = "30s",
     .most = HOUR,
     .help = "for the body of an HTTP request to arrive whole"},
    {.name = "keep-alive-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(keep_alive_timeout_ms),
     .initial = "75s",
     .most = HOUR,
     .help = "from an HTTP response to the connection's next request"},
    {.name = "send-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(send_timeout_ms),
     .initial = "30s",
     .most = HOUR,
     .help = "for a client to take more of what waits for it, when nothing will follow"},
    {.name = "init-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(init_timeout_ms),
     .initial = "10s",
     .most = HOUR,
     .help = "from a WebSocket's opening to its connection_init"},
    {.name = "ping-interval",
     .kind = OPTION_DURATION,
     .offset = AT(ping_interval_ms),
     .initial = "25s",
     .most = HOUR,
     .help = "between pings on a socket, and between signs of life on a stream over HTTP"},
    {.name = "pong-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(pong_timeout_ms),
     .initial = "10s",
     .most = HOUR,
     .help = "from a ping to its answer, then the connection is closed"},
    {.name = "drain-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(drain_timeout_ms),
     .initial = "30s",
     .most = HOUR,
     .help = "for what is under way when the server stops, then it is given up"},
    {.name = "statement-timeout",
     .kind = OPTION_DURATION,
     .offset = AT(statement_timeout_ms),
     .initial = "5s",
     .most = HOUR,
     .help = "for a statement in the database"},
    {.name = "log",
     .kind = OPTION_WORD,
     .offset = AT(log),
     .initial = "info",
     .words = log_words,
     .help = "how much is logged to stderr"},
};

void config_init(struct config *c)
{
    *c = (struct config){
        .options = {.options = table, .n = array_size(table), .prefix = "GUILDHALL_", .target = c},
    };
    arena_init(&c->arena);
    options_init(&c->options, &c->arena);
}

void config_done(struct config *c)
{
    arena_done(&c->arena);
}

/* The cores this process may use. */
static unsigned count_cores(void)
{
    cpu_set_t cores;

    if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
        return 1;
    return (unsigned)CPU_COUNT(&cores);
}

static void settle_threads(struct config *c)
{
    unsigned cores = count_cores();

    if (c->threads == 0)
        options_settle(&c->options, AT(threads),
                       arena_printf(&c->arena, "%u", cores < 256 ? cores : 256));
}

/* Where the XDG base directory specification wants what should survive a restart; absent for a
 * user without a home. */
static struct str default_state_dir(struct arena *arena, const char *const *environment)
{
    struct str state = option_variable(environment, "XDG_STATE_HOME");
    struct str home = option_variable(environment, "HOME");

    if (geteuid() == 0)
        return STR("/var/lib/guildhall");
    if (str_starts(state, STR("/")))
        return arena_printf(arena, "%.*s/guildhall", STR_ARG(state));
    if (str_starts(home, STR("/")))
        return arena_printf(arena, "%.*s/.local/state/guildhall", STR_ARG(home));
    return STR_NULL;
}

static void settle_state_dir(struct config *c, const char *const *environment)
{
    struct str dir = c->state_dir;
    char here[4096];

    if (!dir.n)
        dir = default_state_dir(&c->arena, environment);
    else if (dir.p[0] != '/' && getcwd(here, sizeof(here)))
        dir = arena_printf(&c->arena, "%s/%.*s", here, STR_ARG(dir));
    if (dir.n)
        options_settle(&c->options, AT(state_dir), dir);
}

/* Words, or servers; anything else is none. */
static enum status settle_bus(struct config *c, struct option_error *error)
{
    struct config_bus *bus = &c->bus;

    if (str_eq(bus->text, STR("local"))) {
        bus->kind = BUS_LOCAL;
    } else if (str_eq(bus->text, STR("postgres"))) {
        bus->kind = BUS_POSTGRES;
    } else if (bus_servers_valid(bus->text)) {
        bus->kind = BUS_NATS;
        bus->servers = bus->text;
    } else {
        return option_refuse(error,
                             "%.*s: \"%.*s\" is no bus; allowed: local, postgres, or the URLs of "
                             "NATS servers, nats://HOST:PORT or tls://HOST:PORT, with commas "
                             "between them",
                             STR_ARG(options_given(&c->options, AT(bus.text))->origin),
                             STR_ARG(options_shown(&c->options, AT(bus.text))));
    }
    return ST_OK;
}

static enum status settle_proxies(struct config *c, struct option_error *error)
{
    struct str wrong;

    if (net_ranges_parse(&c->arena, c->trusted_proxies_text, &c->trusted_proxies, &wrong))
        return ST_OK;
    return option_refuse(error,
                         "%.*s: \"%.*s\" is no address; allowed: addresses and ranges of them such "
                         "as 127.0.0.1, 10.0.0.0/8, fd00::/8 or unix, with commas between them",
                         STR_ARG(options_given(&c->options, AT(trusted_proxies_text))->origin),
                         STR_ARG(wrong));
}

enum status config_load(struct config *c, const char *const *args, const char *const *environment,
                        struct option_set *own, struct option_error *ret_error)
{
    struct option_set *sets[] = {&c->options, own};
    enum status st = options_read_environment(&c->options, environment, ret_error);

    if (st == ST_OK)
        st = options_read_flags(sets, own ? 2 : 1, args, ret_error);
    if (st != ST_OK)
        return st;
    settle_threads(c);
    settle_state_dir(c, environment);
    st = settle_proxies(c, ret_error);
    if (st == ST_OK)
        st = settle_bus(c, ret_error);
    return st == ST_OK ? config_tokens_settle(c, ret_error) : st;
}

static enum status check_tls(const struct config *c, struct option_error *error)
{
    if (c->tls_certificate.n && !c->tls_key.n)
        return option_refuse(error, "a certificate without its key: set --tls-key PATH too (or "
                                    "GUILDHALL_TLS_KEY)");
    if (c->tls_key.n && !c->tls_certificate.n)
        return option_refuse(error, "a key without its certificate: set --tls-certificate PATH too "
                                    "(or GUILDHALL_TLS_CERTIFICATE)");
    return ST_OK;
}

static enum status check_documents(const struct config *c, struct option_error *error)
{
    if (c->trusted_documents != DOCUMENTS_OFF && !c->trusted_manifest.n)
        return option_refuse(error, "trusted documents without a manifest: set --trusted-manifest "
                                    "PATH (or GUILDHALL_TRUSTED_MANIFEST)");
    return ST_OK;
}

enum status config_check_serve(const struct config *c, struct option_error *ret_error)
{
    enum status st = check_tls(c, ret_error);

    if (st == ST_OK)
        st = check_documents(c, ret_error);

    if (st != ST_OK)
        return st;
    if (!c->database_url.n)
        return option_refuse(ret_error,
                             "no database: set --database URL (or GUILDHALL_DATABASE_URL, or "
                             "DATABASE_URL), or let `guildhall up` make one of its own");
    return config_tokens_check(c, ret_error);
}
