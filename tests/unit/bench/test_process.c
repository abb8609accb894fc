#include "tools/bench/process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "tests/lib/test.h"

static struct process_threads threads_of(size_t n, const pid_t *ids, const int64_t *cpu_us)
{
    struct process_threads t = {.n = n};

    for (size_t i = 0; i < n; i++) {
        t.each[i].id = ids[i];
        t.each[i].cpu_us = cpu_us[i];
    }
    return t;
}

static void the_busiest_thread_is_the_one_that_has_used_most_in_between(void **state)
{
    struct process_threads before = threads_of(2, (pid_t[]){7, 8}, (int64_t[]){5000, 100});
    struct process_threads after = threads_of(2, (pid_t[]){8, 7}, (int64_t[]){900, 5500});

    assert_int_equal(process_busiest_us(&before, &after), 800);
}

static void a_thread_that_was_not_there_before_has_used_all_of_its_time_in_between(void **state)
{
    struct process_threads before = threads_of(1, (pid_t[]){7}, (int64_t[]){5000});
    struct process_threads after = threads_of(2, (pid_t[]){7, 9}, (int64_t[]){5300, 400});

    assert_int_equal(process_busiest_us(&before, &after), 400);
}

struct second {
    atomic_int id; /* once it runs */
    atomic_bool has_ended;
};

static void *wait_for_the_end(void *second)
{
    struct second *s = second;

    atomic_store(&s->id, gettid());
    while (!atomic_load(&s->has_ended))
        usleep(1000);
    return NULL;
}

static bool has_thread(const struct process_threads *t, pid_t id)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->each[i].id == id)
            return true;
    return false;
}

/* A sanitizer may have threads of its own. */
static void every_thread_of_a_process_is_seen(void **state)
{
    struct second second = {0};
    struct process_threads before, during;
    pthread_t thread;

    process_threads(getpid(), &before);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_the_end, &second), 0);
    while (!atomic_load(&second.id))
        usleep(1000);
    process_threads(getpid(), &during);
    atomic_store(&second.has_ended, true);
    pthread_join(thread, NULL);
    assert_true(has_thread(&before, getpid()));
    assert_false(has_thread(&before, second.id));
    assert_true(has_thread(&during, getpid()));
    assert_true(has_thread(&during, second.id));
}

static void of_a_process_that_is_gone_there_are_no_threads(void **state)
{
    struct process_threads t = {.n = 1};

    process_threads(INT32_MAX, &t);
    assert_int_equal(t.n, 0);
}

int main(void)
{
    return RUN(test(the_busiest_thread_is_the_one_that_has_used_most_in_between),
               test(a_thread_that_was_not_there_before_has_used_all_of_its_time_in_between),
               test(every_thread_of_a_process_is_seen),
               test(of_a_process_that_is_gone_there_are_no_threads));
}
