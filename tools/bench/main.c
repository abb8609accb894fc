/*
 * The load generator: one process, one thread, one core of its own. tools/bench/run.sh starts a
 * server on another core for it. Both ends of a delivery are here, so that one clock measures it.
 */

#include <stdlib.h>

#include "tools/bench/modes.h"
#include "tools/bench/process.h"

static const struct {
    const char *name;
    bool (*run)(const struct options *o);
} modes[] = {
    {"fanout", fanout_run},   {"send", send_run},   {"idle", idle_run},   {"history", history_run},
    {"stalled", stalled_run}, {"storm", storm_run}, {"depth", depth_run},
};

static bool has_descriptors(const struct options *o)
{
    uint64_t most = process_raise_descriptors();

    if (o->clients + 32 <= most)
        return true;
    fprintf(stderr, "bench: %zu clients need more than the %llu descriptors there are\n",
            o->clients, (unsigned long long)most);
    return false;
}

int main(int argc, char **argv)
{
    struct options o;

    if (argc < 2) {
        options_usage(stderr);
        return 2;
    }
    if (!options_read(&o, (const char *const *)argv + 1) || !has_descriptors(&o))
        return 2;
    for (size_t i = 0; i < array_size(modes); i++)
        if (str_eq_c(o.mode, modes[i].name))
            return modes[i].run(&o) ? EXIT_SUCCESS : EXIT_FAILURE;
    options_usage(stderr);
    return 2;
}
