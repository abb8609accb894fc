#pragma once

/*
 * What the kernel tells of the process that is measured, and of ours.
 *
 * Fails: numbers of a process that is gone are 0.
 */

#include <stdint.h>
#include <sys/types.h>

/* Processor time since its start, user and system, all threads; in steps of a clock tick (10 ms).
 */
int64_t process_cpu_us(pid_t pid);

/* Ours, more exactly. */
int64_t process_own_cpu_us(void);

/* Resident bytes. */
int64_t process_resident(pid_t pid);

/* As many descriptors as the kernel lets us have; returns how many. */
uint64_t process_raise_descriptors(void);
