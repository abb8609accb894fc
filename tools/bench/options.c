#include "tools/bench/options.h"

#include <arpa/inet.h>
#include <stddef.h>

struct number {
    const char *name;
    size_t offset;
    int64_t initial;
    int64_t least;
    int64_t most;
    const char *help;
};

#define AT(member) offsetof(struct options, member)

static const struct number numbers[] = {
    {"clients", AT(clients), 1000, 1, 100000, "connections"},
    {"in-flight", AT(in_flight), 1, 1, 65536, "requests under way at a time, all clients together"},
    {"requests", AT(requests), 1000, 1, 10000000, "messages or pages, in all"},
    {"rooms", AT(rooms), 1, 1, 100000, "rooms that messages are sent to in turn"},
    {"seconds", AT(seconds), 5, 1, (int64_t)24 * 3600, "after which no request begins"},
    {"rate", AT(rate), 0, 0, 1000, "messages a second; 0: as fast as the answers come"},
    {"text", AT(text_bytes), 64, 40, 4000, "characters of a message"},
    {"selections", AT(selections), 1, 1, 10000, "different ones among the subscribers (fanout)"},
    {"strict", AT(strict), 1, 0, 1,
     "0: deliveries that are lost, repeated or out of order (fanout), and too many statements "
     "(storm), are told, and no failure"},
    {"stalled", AT(stalled), 0, 0, 99, "of a hundred subscribers, how many do not read"},
    {"readers", AT(readers), 25, 1, 10000, "clients that go on reading (stalled)"},
    {"bound", AT(bound), (int64_t)96 * 1024, 0, 1 << 30,
     "bytes of memory that one which does not may cost the server; 0: not checked (stalled)"},
    {"closed", AT(closed), 0, 0, 1,
     "1: the server is to close those that do not read meanwhile (stalled)"},
    {"back", AT(back), 100, 1, 100000, "messages missed (storm)"},
    {"rows", AT(rows), 10000, 5000, 1000000000, "messages in all rooms together (depth)"},
    {"tail", AT(tail), 0, 0, 1, "1: the newest page of a room, again and again (history)"},
    {"depth", AT(depth), 0, 0, 100, "of a hundred messages of a room, how many are newer (depth)"},
    {"limit", AT(limit), 0, 0, 100000000, "operations a second to compare sends and pages with"},
    {"limit-p95", AT(limit_p95), 0, 0, 100000000,
     "microseconds, the 95th percentile to compare pages with (history)"},
};

static size_t *place_of(struct options *o, const struct number *n)
{
    return (size_t *)(void *)((char *)o + n->offset);
}

void options_usage(FILE *to)
{
    fprintf(to,
            "bench fanout|send|idle|history|stalled|storm|depth --address HOST:PORT --token TOKEN "
            "--pid PID\n\n"
            "  --room PREFIX        rooms' ids begin with it (bench)\n"
            "  --server NAME        what is measured, for the row (guildhall)\n"
            "  --label TEXT         what for, for the row\n"
            "  --log FILE           PostgreSQL's, with log_statement = all (storm)\n"
            "  --form table|row|json\n");
    for (size_t i = 0; i < array_size(numbers); i++)
        fprintf(to, "  --%-10s NUMBER  %s (%lld)\n", numbers[i].name, numbers[i].help,
                (long long)numbers[i].initial);
}

static bool complain(struct str name, const char *value, const char *wanted)
{
    fprintf(stderr, "bench: --%.*s %s: %s\n", STR_ARG(name), value, wanted);
    return false;
}

static bool read_address(struct options *o, const char *value)
{
    struct str port = str_c(value), host = str_split(&port, ':');
    char zero_ended[INET_ADDRSTRLEN] = "";
    int64_t number;

    if (!port.p || host.n >= sizeof(zero_ended) || !str_to_i64(port, &number) || number < 1 ||
        number > UINT16_MAX)
        return complain(STR("address"), value, "not an IPv4 address and a port");
    memcpy(zero_ended, host.p, host.n);
    o->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    if (inet_pton(AF_INET, zero_ended, &o->address.sin_addr) != 1)
        return complain(STR("address"), value, "not an IPv4 address and a port");
    return true;
}

static bool read_form(struct options *o, const char *value)
{
    static const char *const forms[] = {
        [REPORT_TABLE] = "table",
        [REPORT_ROW] = "row",
        [REPORT_JSON] = "json",
    };

    for (size_t i = 0; i < array_size(forms); i++)
        if (str_eq_c(str_c(value), forms[i])) {
            o->form = (enum report_form)i;
            return true;
        }
    return complain(STR("form"), value, "not table, row or json");
}

static bool read_pid(struct options *o, const char *value)
{
    int64_t pid;

    if (!str_to_i64(str_c(value), &pid) || pid < 1 || pid > INT32_MAX)
        return complain(STR("pid"), value, "not a process");
    o->pid = (pid_t)pid;
    return true;
}

static bool read_number(struct options *o, struct str name, const char *value)
{
    int64_t number;

    for (size_t i = 0; i < array_size(numbers); i++) {
        const struct number *n = &numbers[i];

        if (!str_eq_c(name, n->name))
            continue;
        if (!str_to_i64(str_c(value), &number) || number < n->least || number > n->most)
            return complain(name, value, "not a number within its bounds");
        *place_of(o, n) = (size_t)number;
        return true;
    }
    return complain(name, value, "no such option");
}

static bool read_option(struct options *o, struct str name, const char *value)
{
    if (str_eq_c(name, "address"))
        return read_address(o, value);
    if (str_eq_c(name, "form"))
        return read_form(o, value);
    if (str_eq_c(name, "pid"))
        return read_pid(o, value);
    if (str_eq_c(name, "token"))
        o->token = str_c(value);
    else if (str_eq_c(name, "room"))
        o->room = str_c(value);
    else if (str_eq_c(name, "server"))
        o->server = str_c(value);
    else if (str_eq_c(name, "label"))
        o->label = str_c(value);
    else if (str_eq_c(name, "log"))
        o->log = value;
    else
        return read_number(o, name, value);
    return true;
}

static bool is_whole(const struct options *o)
{
    if (o->token.n && o->pid && o->address.sin_port)
        return true;
    fprintf(stderr, "bench: --address, --token and --pid are needed\n");
    return false;
}

bool options_read(struct options *o, const char *const *args)
{
    *o = (struct options){.mode = str_c(*args), .room = STR("bench"), .server = STR("guildhall")};
    for (size_t i = 0; i < array_size(numbers); i++)
        *place_of(o, &numbers[i]) = (size_t)numbers[i].initial;
    for (args++; *args; args += 2) {
        struct str name = str_c(*args);

        if (!str_starts(name, STR("--")) || !args[1]) {
            fprintf(stderr, "bench: %s: not an option with a value\n", *args);
            return false;
        }
        if (!read_option(o, str_of(name.p + 2, name.n - 2), args[1]))
            return false;
    }
    return is_whole(o);
}
