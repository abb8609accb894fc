#include "loop/mailbox.h"

#include <pthread.h>

#include "base/mem.h"
#include "lib/test.h"
#include "loop/loop.h"

enum {
    SENDERS = 4,
    LETTERS = 20000, /* of each */
};

struct post_office {
    struct loop loop;
    int received;
    int latest[SENDERS]; /* number of each sender's latest letter */
};

struct note {
    struct mailbox_letter letter;
    struct post_office *office;
    int sender;
    int number;
};

static void on_note(struct mailbox_letter *letter)
{
    struct note *n = container_of(letter, struct note, letter);
    struct post_office *office = n->office;

    assert_int_equal(n->number, office->latest[n->sender] + 1);
    office->latest[n->sender] = n->number;
    if (++office->received == SENDERS * LETTERS)
        loop_stop(&office->loop);
    mem_free(n);
}

static void send_note(struct post_office *office, int sender, int number)
{
    struct note *n = mem_new(struct note);

    n->office = office;
    n->sender = sender;
    n->number = number;
    mailbox_post(office->loop.mailbox, &n->letter, on_note);
}

struct sender {
    pthread_t thread;
    struct post_office *office;
    int index;
};

static void *send_all(void *user)
{
    struct sender *s = user;

    for (int i = 1; i <= LETTERS; i++)
        send_note(s->office, s->index, i);
    return NULL;
}

static void letters_of_many_threads_arrive_each_senders_in_order(void **state)
{
    struct post_office office = {0};
    struct sender senders[SENDERS];

    loop_init(&office.loop, 0);
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.office = &office, .index = i};
        assert_int_equal(pthread_create(&senders[i].thread, NULL, send_all, &senders[i]), 0);
    }
    loop_run(&office.loop);
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
        assert_int_equal(office.latest[i], LETTERS);
    }
    loop_done(&office.loop);
}

static void a_letter_to_a_loop_that_has_ended_is_still_delivered(void **state)
{
    struct post_office office = {0};

    loop_init(&office.loop, 0);
    send_note(&office, 0, 1);
    loop_done(&office.loop);
    assert_int_equal(office.received, 1);
}

int main(void)
{
    return RUN(test(letters_of_many_threads_arrive_each_senders_in_order),
               test(a_letter_to_a_loop_that_has_ended_is_still_delivered));
}
