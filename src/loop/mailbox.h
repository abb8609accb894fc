#pragma once

/*
 * Letters from other threads: the only thing that crosses from one loop to another.
 *
 *     struct mailbox_letter *l = &thing->letter;
 *     mailbox_post(other_loop->mailbox, l, on_thing);      any thread
 *     …                                                    on_thing(l) runs in other_loop
 *
 * Letters of one sender arrive in the order posted. A letter posted to a loop that has ended is
 * delivered when the mailbox is freed, so nothing it carries is lost or leaked.
 *
 * Owner: the letter is embedded in what it carries; posting hands that over.
 */

#include "base/list.h"

struct loop;
struct mailbox;
struct mailbox_letter;

typedef void mailbox_fn(struct mailbox_letter *letter);

struct mailbox_letter {
    struct list link;
    mailbox_fn *fn;
};

struct mailbox *mailbox_new(struct loop *l) must_use;

/* Letters go on being delivered until the loop has ended. */
void mailbox_close(struct mailbox *m);
void mailbox_free(struct mailbox *m);

/* Any thread, while the loop's owner has not called loop_done(). */
void mailbox_post(struct mailbox *m, struct mailbox_letter *letter, mailbox_fn *fn);
