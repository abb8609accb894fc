#pragma once

/*
 * What the kernel tells of the process that is measured, and of ours.
 *
 * Fails: numbers of a process that is gone are 0.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Processor time since its start, user and system, all threads; in steps of a clock tick (10 ms).
 */
int64_t process_cpu_us(pid_t pid);

/* The same, thread by thread; of a process with more threads than there is room for, the eldest. */
struct process_threads {
    size_t n;
    struct {
        pid_t id;
        int64_t cpu_us;
    } each[64];
};

void process_threads(pid_t pid, struct process_threads *ret_threads);

/* What the busiest thread has used between the two. */
int64_t process_busiest_us(const struct process_threads *before,
                           const struct process_threads *after);

/* Ours, more exactly. */
int64_t process_own_cpu_us(void);

/* Resident bytes. */
int64_t process_resident(pid_t pid);

/* The most there were of them since process_forget_peak(), by the kernel's own count; since the
 * start where that is not permitted. */
int64_t process_peak(pid_t pid);
void process_forget_peak(pid_t pid);

/* As many descriptors as the kernel lets us have; returns how many. */
uint64_t process_raise_descriptors(void);

/* The connections (IPv4) that were made to a port of this machine, on the side of who listens. */
struct process_connections {
    size_t n;     /* not those that were closed, though the kernel may still hold bytes of them */
    int64_t all;  /* bytes that wait in the kernel to be sent, or to be acknowledged */
    int64_t most; /* and of the one with the most */
};

struct process_connections process_connections(uint16_t port);
