#include "server/config.h"

#include <sched.h>
#include <unistd.h>

#include "server/config_table.h"
#include "server/config_tokens.h"
#include "server/option_file.h"

#define AT(member) offsetof(struct config, member)

void config_init(struct config *c)
{
    *c = (struct config){
        .options = {.options = config_table,
                    .n = config_table_n,
                    .prefix = "GUILDHALL_",
                    .target = c},
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

/* A socket that the service manager has opened for this process is what it is there for. */
static void settle_listen(struct config *c, const char *const *environment)
{
    struct str origin = options_given(&c->options, AT(listen))->origin;
    struct str pid = option_variable(environment, "LISTEN_PID");
    int64_t meant;

    if (str_eq(origin, STR("default")) && str_to_i64(pid, &meant) && meant == getpid())
        options_settle(&c->options, AT(listen), STR("systemd"));
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

enum status config_load_flags(struct config *c, const char *const *args, struct option_set *own,
                              struct option_error *ret_error)
{
    struct option_set *sets[] = {&c->options, own};

    return options_read_flags(sets, own ? 2 : 1, args, ret_error);
}

enum status config_load_rest(struct config *c, const char *const *environment,
                             struct option_error *ret_error)
{
    enum status st = options_read_environment(&c->options, environment, ret_error);

    c->environment = environment;
    if (st == ST_OK && c->config_file.n)
        st = option_file_read(&c->options, c->config_file, ret_error);
    if (st != ST_OK)
        return st;
    settle_threads(c);
    settle_state_dir(c, environment);
    settle_listen(c, environment);
    st = settle_proxies(c, ret_error);
    if (st == ST_OK)
        st = settle_bus(c, ret_error);
    return st == ST_OK ? config_tokens_settle(c, ret_error) : st;
}

/* --- the file again */

/* What the environment and flags gave counts more than the file, whatever stands there by now. */
static void adopt_others(struct config *probe, const struct config *now)
{
    for (size_t i = 0; i < now->options.n; i++) {
        const struct option_given *given = &now->options.given[i];

        if (!given->in_config_file && !str_eq(given->origin, STR("default")))
            options_adopt(&probe->options, &now->options, i);
    }
}

static bool is_changed(const struct config *now, const struct config *probe, size_t i)
{
    const struct option_given *old = &now->options.given[i], *new = &probe->options.given[i];

    if (!old->in_config_file && !new->in_config_file)
        return false;
    return !str_eq(old->text, new->text) || !old->text.p != !new->text.p;
}

static struct str shown_of(const struct config *c, struct arena *a, size_t i)
{
    return arena_str(a, options_shown(&c->options, config_table[i].offset));
}

static void copy_config(const struct config *first, struct config *next)
{
    size_t bytes = first->options.n * sizeof(*first->options.given);

    *next = *first;
    arena_init(&next->arena);
    next->options.target = next;
    next->options.arena = &next->arena;
    next->options.given = arena_alloc(&next->arena, bytes);
    memcpy(next->options.given, first->options.given, bytes);
}

/* What is live, as the file has it by now; nothing of it is borrowed. */
static void take_live(const struct config *first, const struct config *probe, struct config *next)
{
    for (size_t i = 0; i < config_table_n; i++)
        if (config_table[i].is_live && is_changed(first, probe, i))
            options_adopt(&next->options, &probe->options, i);
}

static void note_changes(const struct config *now, const struct config *probe, struct arena *a,
                         struct config_changes *ret_changes)
{
    *ret_changes = (struct config_changes){arena_array(a, struct config_change, config_table_n), 0};
    for (size_t i = 0; i < config_table_n; i++) {
        if (!is_changed(now, probe, i))
            continue;
        ret_changes->items[ret_changes->n++] = (struct config_change){
            .option = config_table[i].name,
            .is_live = config_table[i].is_live,
            .from = shown_of(now, a, i),
            .to = shown_of(probe, a, i),
            .origin = arena_str(a, probe->options.given[i].origin),
        };
    }
}

enum status config_reread(const struct config *first, const struct config *now,
                          struct config *ret_next, struct config_changes *ret_changes,
                          struct option_error *ret_error)
{
    struct config probe;
    enum status st;

    config_init(&probe);
    probe.options.is_reread = true;
    adopt_others(&probe, now);
    st = option_file_read(&probe.options, now->config_file, ret_error);
    if (st == ST_OK) {
        copy_config(first, ret_next);
        take_live(first, &probe, ret_next);
        note_changes(now, &probe, &ret_next->arena, ret_changes);
    }
    config_done(&probe);
    return st;
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

static enum status check_listeners(const struct config *c, struct option_error *error)
{
    if (c->metrics_listen.inherited)
        return option_refuse(error, "--metrics-listen: systemd's socket is for --listen; set an "
                                    "address and a port, or unix:/PATH");
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
        st = check_listeners(c, ret_error);
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
