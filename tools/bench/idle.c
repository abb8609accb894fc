#include "tools/bench/audience.h"
#include "tools/bench/modes.h"
#include "tools/bench/process.h"

enum {
    FIRST = 16, /* whatever the server makes once is made by them, and not counted */
};

static bool run(struct audience *a)
{
    const struct options *o = a->options;
    size_t first = o->clients > FIRST ? FIRST : 0;
    struct report r = {.mode = "idle", .server = o->server, .label = o->label};
    int64_t resident, cpu;
    double added = (double)(o->clients - first);

    if (!audience_grow(a, first) || !audience_rehearse(a) || !audience_await_quiet(a))
        return false;
    resident = process_resident(o->pid);
    cpu = process_cpu_us(o->pid);
    if (!audience_grow(a, o->clients))
        return false;
    report_add(&r, "connections", "clients", (double)o->clients, 0);
    report_add(&r, "residentMiB", "RSS MiB", (double)process_resident(o->pid) / (1024 * 1024), 1);
    report_add(&r, "bytesPerConnection", "bytes each",
               (double)(process_resident(o->pid) - resident) / added, 0);
    report_add(&r, "setUpUs", "set-up: server us each",
               (double)(process_cpu_us(o->pid) - cpu) / added, 1);
    /* They were worth counting only if each of them follows. */
    if (!audience_rehearse(a) || !audience_await_quiet(a))
        return false;
    report_add(&r, "bytesAfterMessage", "bytes after a message",
               (double)(process_resident(o->pid) - resident) / added, 0);
    report_print(&r, o->form);
    return true;
}

bool idle_run(const struct options *o)
{
    struct audience a;
    bool is_well = audience_init(&a, o, 1) && run(&a);

    if (!is_well)
        fprintf(stderr, "bench: idle: %s\n", a.crowd.why);
    audience_done(&a);
    return is_well;
}
