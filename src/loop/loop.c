#include "loop/loop.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>

#include "loop/mailbox.h"
#include "loop/timer.h"

enum {
    MOST_ROUNDS = 64, /* of hooks that ask for hooks; the rest waits for the next turn */
};

static void run_hooks(struct loop *l)
{
    for (int round = 0; round < MOST_ROUNDS && !list_empty(&l->hooks); round++) {
        struct list now;

        /* Moved aside: a hook may ask for itself again, and then runs in the next round. */
        list_init(&now);
        list_move_all(&l->hooks, &now);
        while (!list_empty(&now)) {
            struct turn_hook *hook = list_first(&now, struct turn_hook, link);
            list_remove(&hook->link);
            hook->fn(hook);
        }
    }
}

static void clear_graveyard(struct loop *l)
{
    while (!list_empty(&l->graveyard)) {
        struct grave *grave = list_first(&l->graveyard, struct grave, link);
        list_remove(&grave->link);
        grave->fn(grave);
    }
}

/* libuv polls without waiting while an idle handle runs. */
static void on_hurry(uv_idle_t *handle)
{
}

static void hurry_if_hooks_wait(struct loop *l)
{
    if (list_empty(&l->hooks) && list_empty(&l->next))
        uv_idle_stop(&l->hurry);
    else
        uv_idle_start(&l->hurry, on_hurry);
}

static void end_turn(struct loop *l)
{
    run_hooks(l);
    clear_graveyard(l);
    hurry_if_hooks_wait(l);
}

/* Timers ran just before: what they put off must not wait for the poll. What was put off to the
 * next turn has its turn behind this poll; what is put off while it polls, behind the next one. */
static void on_before_poll(uv_prepare_t *handle)
{
    struct loop *l = handle->data;

    end_turn(l);
    l->turn++;
    list_move_all(&l->next, &l->hooks);
}

static void on_after_poll(uv_check_t *handle)
{
    end_turn(handle->data);
}

void loop_init(struct loop *l, unsigned index)
{
    int failed = uv_loop_init(&l->uv);

    assert(!failed);
    l->uv.data = l;
    l->index = index;
    list_init(&l->hooks);
    list_init(&l->next);
    list_init(&l->graveyard);
    timers_open(l);
    uv_prepare_init(&l->uv, &l->before_poll);
    uv_check_init(&l->uv, &l->after_poll);
    uv_idle_init(&l->uv, &l->hurry);
    l->before_poll.data = l;
    l->after_poll.data = l;
    uv_prepare_start(&l->before_poll, on_before_poll);
    uv_check_start(&l->after_poll, on_after_poll);
    uv_unref((uv_handle_t *)&l->before_poll);
    uv_unref((uv_handle_t *)&l->after_poll);
    uv_unref((uv_handle_t *)&l->hurry);
    l->mailbox = mailbox_new(l);
}

void loop_done(struct loop *l)
{
    end_turn(l);
    mailbox_close(l->mailbox);
    uv_close((uv_handle_t *)&l->before_poll, NULL);
    uv_close((uv_handle_t *)&l->after_poll, NULL);
    uv_close((uv_handle_t *)&l->hurry, NULL);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    timers_close(l);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    end_turn(l);
    mailbox_free(l->mailbox);
    l->mailbox = NULL;
    {
        int busy = uv_loop_close(&l->uv);
        assert(!busy);
    }
}

/* For who looks with top or a debugger; the first loop's is the process's own. */
static void name_thread(const struct loop *l)
{
    char name[16];

    if (l->index == 0)
        return;
    snprintf(name, sizeof(name), "loop-%u", l->index);
    pthread_setname_np(pthread_self(), name);
}

void loop_run(struct loop *l)
{
    name_thread(l);
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
    uv_stop(&l->uv);
}

unsigned loop_turn(const struct loop *l)
{
    return l->turn;
}

int64_t loop_now_ms(const struct loop *l)
{
    return (int64_t)uv_now(&l->uv);
}

void turn_hook_init(struct turn_hook *hook, turn_hook_fn *fn)
{
    list_init(&hook->link);
    hook->fn = fn;
}

void loop_at_turn_end(struct loop *l, struct turn_hook *hook)
{
    if (list_empty(&hook->link))
        list_append(&l->hooks, &hook->link);
}

void loop_next_turn(struct loop *l, struct turn_hook *hook)
{
    if (list_empty(&hook->link))
        list_append(&l->next, &hook->link);
}

void turn_hook_cancel(struct turn_hook *hook)
{
    list_remove(&hook->link);
}

void loop_bury(struct loop *l, struct grave *grave, grave_fn *fn)
{
    grave->fn = fn;
    list_append(&l->graveyard, &grave->link);
}
