#include "store/send.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/mem.h"
#include "store/inside.h"
#include "store/room.h"

/* Which loop writes the room: the same one for as long as the process runs. */
static struct store *owner_of(const struct store *s, struct str tenant, struct str room_id)
{
    uint64_t h = hash_bytes(tenant.p, tenant.n) * 31 + hash_bytes(room_id.p, room_id.n);

    return s->all[h % s->n_all];
}

static struct str copy_into(char **at, struct str s)
{
    struct str copy = {s.p ? *at : NULL, s.n};

    if (s.p)
        memcpy(*at, s.p, s.n);
    *at += s.n;
    return copy;
}

static void trace_call(struct writer_call *call, struct trace *trace, struct arena *a)
{
    call->span = trace_begin(trace, a, TRACE_DATABASE, sql_statements[SQL_MESSAGE_SEND].name);
    call->belongs = trace_link_to(call->span);
    call->row.link = &call->belongs;
}

static struct writer_call *call_new(struct store *s, struct arena *a,
                                    const struct store_caller *caller,
                                    const struct message_draft *draft)
{
    size_t n = caller->tenant.n + caller->user.n + draft->room_id.n + draft->text.n +
               draft->idempotency_key.n;
    struct writer_call *call = arena_take(a, sizeof(*call) + n);
    char *at = call->bytes;

    *call = (struct writer_call){.arena = a};
    call->from = s;
    call->to = owner_of(s, caller->tenant, draft->room_id);
    call->size = n;
    call->open = store_room_is_open(s, draft->room_id);
    call->vouched = store_guild_is_vouched(caller, room_guild_id(draft->room_id));
    call->admin = caller->tenant_admin;
    call->row = (struct message){
        .tenant_id = copy_into(&at, caller->tenant),
        .sender_id = copy_into(&at, caller->user),
        .room_id = copy_into(&at, draft->room_id),
        .text = copy_into(&at, draft->text),
        .idempotency_key = copy_into(&at, draft->idempotency_key),
    };
    if (caller->trace)
        trace_call(call, caller->trace, a);
    id_uuid7(&s->ids, clock_unix_ms(), call->id);
    list_init(&call->link);
    return call;
}

/* --- back on the sender's loop */

static struct str refusal(const struct writer_call *call)
{
    if (call->status == ST_FORBIDDEN)
        return arena_printf(
            call->arena, "The caller may not write to the room \"%.*s\": not a member, or a GUEST.",
            STR_ARG(call->row.room_id));
    if (call->status == ST_TIMEOUT)
        return arena_printf(
            call->arena,
            "Sending to the room \"%.*s\" took longer than allowed; nothing was stored.",
            STR_ARG(call->row.room_id));
    if (call->in_doubt && !call->row.idempotency_key.p)
        return STR("Temporarily unavailable: the message may have been stored or not; only a call "
                   "with an idempotencyKey is safe to try again.");
    return store_refusal(call->arena, call->status, "room", call->row.room_id);
}

static void answer(struct writer_call *call)
{
    const struct message *row = NULL;
    struct wait *wait = call->wait;
    enum status status = call->status;
    struct str why = STR_NULL;

    if (call->earlier_id) {
        call->row.repeated = true;
        call->row.id = arena_str(call->arena, call->row.id);
        mem_free(call->earlier_id);
    }
    if (status == ST_OK)
        row = &call->row;
    else
        why = refusal(call);
    trace_end(call->span, status);
    call->from->unanswered--;
    if (status == ST_OK)
        wait_answer(wait, ST_OK, row);
    else
        wait_fail(wait, status, why);
}

static void on_return(struct mailbox_letter *letter)
{
    answer(container_of(letter, struct writer_call, letter));
}

/* --- on the room's loop */

void send_on_written(struct writer_call *call)
{
    struct store *from = call->from, *to = call->to;

    if (call->status == ST_OK && !call->earlier_id)
        metric_add(&to->accepted[room_guild_id(call->row.room_id).p ? STORE_GUILD : STORE_CORE], 1);
    atomic_fetch_sub(&to->inward, 1);
    if (from == to)
        answer(call);
    else
        mailbox_post(from->loop->mailbox, &call->letter, on_return);
}

static void on_arrival(struct mailbox_letter *letter)
{
    struct writer_call *call = container_of(letter, struct writer_call, letter);

    if (writer_add(call->to->writer, call))
        return;
    call->status = ST_UNAVAILABLE;
    send_on_written(call);
}

/* --- off, from the sender's loop */

/* Counted first and looked at then: a store that is closing sees the one or is seen. */
static bool enter_owner(struct store *to)
{
    atomic_fetch_add(&to->inward, 1);
    if (!atomic_load(&to->closing))
        return true;
    atomic_fetch_sub(&to->inward, 1);
    return false;
}

static bool set_off(struct writer_call *call)
{
    struct store *to = call->to;

    if (atomic_load(&call->from->closing) || !enter_owner(to))
        return false;
    if (call->from != to) {
        mailbox_post(to->loop->mailbox, &call->letter, on_arrival);
        return true;
    }
    if (writer_add(to->writer, call))
        return true;
    atomic_fetch_sub(&to->inward, 1);
    return false;
}

struct wait *store_message_send(struct store *s, struct arena *a, const struct store_caller *caller,
                                const struct message_draft *draft)
{
    struct writer_call *call;
    struct wait *wait;

    if (!room_id_is_valid(draft->room_id))
        return store_no_such(a, "room", draft->room_id);
    if (!store_is_storable(draft->text) || !store_is_storable(draft->idempotency_key) ||
        !store_is_storable(caller->tenant) || !store_is_storable(caller->user))
        return wait_done(a, ST_BAD_INPUT, NULL);
    call = call_new(s, a, caller, draft);
    wait = wait_new(a);
    call->wait = wait;
    s->unanswered++;
    if (set_off(call))
        return wait;
    s->unanswered--;
    return wait_done(a, ST_UNAVAILABLE, NULL);
}
