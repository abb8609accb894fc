#include "net/outq.h"

#include <assert.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "net/deflate.h"
#include "net/outq_text.h"

enum {
    MOST_PARTS = 9,
    HEAD_MAX = 20,    /* of a frame, or of a chunk: the digits of a size_t and a line's end */
    WORST_ESCAPE = 6, /* bytes that one byte of an id may need in JSON */
    MOST_SPARE = 4096 /* of a hot room, whose subscribers wait for a run each */
};

enum item_kind {
    ITEM_NEXT,    /* the envelope's framing, the envelope around the shared frame; a run of them */
    ITEM_FRAME,   /* a WebSocket frame's head, own bytes */
    ITEM_CHUNK,   /* a chunk's head, own bytes, a line's end */
    ITEM_RAW,     /* own bytes */
    ITEM_LASTING, /* bytes of the process; own bytes say where */
};

struct outq_item {
    struct outq_item *next;
    struct outq_id *id;  /* NULL: belongs to no operation */
    struct frame *held;  /* of ITEM_NEXT, as are the next three; those behind it are, with it */
    struct frame *frame; /* goes out first */
    struct frame *last;  /* of the run that waits here */
    const struct outq_envelope *envelope;
    enum item_kind kind;
    enum ws_opcode opcode;
    bool packed; /* of ITEM_NEXT: the shared frame; of ITEM_FRAME: own bytes */
    size_t n;    /* own bytes; of ITEM_NEXT those of frames that nobody else has */
    char bytes[];
};

/* An item as it goes out: pieces side by side, never joined before they are written. */
struct wire {
    struct str parts[MOST_PARTS];
    size_t n;
    size_t total;
    char head[HEAD_MAX];
    char before[DEFLATE_STORED_HEAD]; /* heads of what is not packed around a packed result */
    char behind[DEFLATE_STORED_HEAD];
};

static_assert((size_t)HEAD_MAX > (size_t)WS_HEAD_MAX && HEAD_MAX > 2 * sizeof(size_t) + 2,
              "every head fits");

static struct outq_id *id_of_json(struct str json)
{
    struct outq_id *made = mem_realloc(NULL, sizeof(*made) + json.n);

    made->holders = 1;
    made->is_escaped = false;
    made->n = json.n;
    if (json.n)
        memcpy(made->json, json.p, json.n);
    return made;
}

/* Nearly every id is a UUID or a number. */
struct outq_id *outq_id_new(struct str id)
{
    struct outq_id *made;
    struct buf json;

    if (json_out_is_plain(id))
        return id_of_json(id);
    buf_init(&json, id.n * WORST_ESCAPE + 1);
    json_out_escape(&json, id);
    made = id_of_json(buf_str(&json));
    made->is_escaped = json.n != id.n; /* an escape is longer than what it stands for */
    buf_done(&json);
    return made;
}

struct outq_id *outq_id_unref(struct outq_id *id)
{
    if (id && --id->holders == 0)
        mem_free(id);
    return NULL;
}

/* Of two texts, what JSON makes is the same only where they are. */
bool outq_id_is(const struct outq_id *id, struct str text)
{
    struct outq_id *other;
    bool same;

    if (!id->is_escaped)
        return str_eq(str_of(id->json, id->n), text);
    other = outq_id_new(text);
    same = str_eq(str_of(id->json, id->n), str_of(other->json, other->n));
    outq_id_unref(other);
    return same;
}

static void add_part(struct wire *w, struct str part)
{
    w->parts[w->n++] = part;
    w->total += part.n;
}

static void add_frame_head(struct wire *w, const struct outq_item *item, size_t payload)
{
    add_part(w, str_of(w->head, ws_frame_head(item->opcode, item->packed, payload, w->head)));
}

static void add_chunk_head(struct wire *w, size_t payload)
{
    int n = snprintf(w->head, sizeof(w->head), "%zx\r\n", payload);

    add_part(w, str_of(w->head, (size_t)n));
}

static struct str id_of(const struct outq_item *item)
{
    return item->id ? str_of(item->id->json, item->id->n) : STR("");
}

/* Bytes of a result and of its envelope, without the framing. */
static size_t next_payload(const struct outq_item *item, const struct frame *result)
{
    const struct outq_envelope *e = item->envelope;

    return e->before_id.n + id_of(item).n + e->before_payload.n + result->n + e->behind_payload.n;
}

/* The envelope as it is, the result packed. */
static void lay_out_packed(struct wire *w, const struct outq_item *item, struct frame *result)
{
    const struct outq_envelope *e = item->envelope;
    struct str id = id_of(item), part = frame_str(result), end = DEFLATE_END;
    size_t before = e->before_id.n + id.n + e->before_payload.n;

    deflate_stored_head(before, w->before);
    deflate_stored_head(e->behind_payload.n, w->behind);
    add_frame_head(w, item,
                   sizeof(w->before) + before + part.n + sizeof(w->behind) + e->behind_payload.n +
                       end.n);
    add_part(w, str_of(w->before, sizeof(w->before)));
    add_part(w, e->before_id);
    add_part(w, id);
    add_part(w, e->before_payload);
    add_part(w, part);
    add_part(w, str_of(w->behind, sizeof(w->behind)));
    add_part(w, e->behind_payload);
    add_part(w, end);
}

static void lay_out_next(struct wire *w, const struct outq_item *item, struct frame *result)
{
    const struct outq_envelope *e = item->envelope;
    struct str id = id_of(item), payload = frame_str(result);
    size_t n = next_payload(item, result);

    if (e->framing == OUTQ_MESSAGE)
        add_frame_head(w, item, n);
    else if (e->framing == OUTQ_CHUNK)
        add_chunk_head(w, n);
    add_part(w, e->before_id);
    add_part(w, id);
    add_part(w, e->before_payload);
    add_part(w, payload);
    add_part(w, e->behind_payload);
    if (e->framing == OUTQ_CHUNK)
        add_part(w, STR("\r\n"));
}

static struct str lasting_bytes(const struct outq_item *item)
{
    struct str s;

    memcpy(&s, item->bytes, sizeof(s));
    return s;
}

/* One of its results, where it has any. */
static void lay_out(struct wire *w, const struct outq_item *item, struct frame *result)
{
    w->n = 0;
    w->total = 0;
    switch (item->kind) {
    case ITEM_NEXT:
        if (item->packed)
            lay_out_packed(w, item, result);
        else
            lay_out_next(w, item, result);
        return;
    case ITEM_FRAME:
        add_frame_head(w, item, item->n);
        add_part(w, str_of(item->bytes, item->n));
        return;
    case ITEM_CHUNK:
        add_chunk_head(w, item->n);
        add_part(w, str_of(item->bytes, item->n));
        add_part(w, STR("\r\n"));
        return;
    case ITEM_RAW:
        add_part(w, str_of(item->bytes, item->n));
        return;
    case ITEM_LASTING:
        add_part(w, lasting_bytes(item));
        return;
    }
}

/* Copies what fits of the bytes behind skip; returns how many. */
static size_t copy_out(const struct wire *w, size_t skip, char *to, size_t room)
{
    size_t done = 0;

    for (size_t i = 0; i < w->n && done < room; i++) {
        struct str part = w->parts[i];
        size_t n;

        if (skip >= part.n) {
            skip -= part.n;
            continue;
        }
        n = part.n - skip < room - done ? part.n - skip : room - done;
        memcpy(to + done, part.p + skip, n);
        done += n;
        skip = 0;
    }
    return done;
}

static bool is_plain(const struct outq_item *item)
{
    return item->kind == ITEM_NEXT && !item->packed && item->envelope->framing == OUTQ_MESSAGE;
}

/* Of one of its results, where it has any. */
static size_t wire_length(const struct outq_item *item, struct frame *result)
{
    struct wire w;

    if (is_plain(item))
        return outq_text_length(item->envelope, id_of(item).n, result->n);
    lay_out(&w, item, result);
    return w.total;
}

static struct outq_item *item_init(struct outq_item *item, enum item_kind kind, struct outq_id *id,
                                   size_t n)
{
    *item = (struct outq_item){.kind = kind, .id = id, .opcode = WS_TEXT, .n = n};
    if (id)
        id->holders++;
    return item;
}

static struct outq_item *item_new(enum item_kind kind, struct outq_id *id, size_t n)
{
    struct outq_item *item = mem_realloc(NULL, sizeof(*item) + n);

    return item_init(item, kind, id, n);
}

/* --- places of results: a hot room takes and leaves a million a second */

static struct outq_item *place_take(struct outq_stock *stock)
{
    struct outq_item *item = stock ? stock->spare : NULL;

    if (!item)
        return mem_realloc(NULL, sizeof(*item));
    stock->spare = item->next;
    stock->n_spare--;
    return item;
}

static void place_leave(struct outq_stock *stock, struct outq_item *item)
{
    if (!stock || stock->n_spare == MOST_SPARE) {
        mem_free(item);
        return;
    }
    item->next = stock->spare;
    stock->spare = item;
    stock->n_spare++;
}

void outq_stock_done(struct outq_stock *stock)
{
    while (stock->spare) {
        struct outq_item *item = stock->spare;
        stock->spare = item->next;
        mem_free(item);
    }
    stock->n_spare = 0;
    if (stock->stencil)
        outq_stencil_done(stock->stencil);
    mem_free(stock->stencil);
    stock->stencil = NULL;
}

static void item_free(struct outq *q, struct outq_item *item)
{
    if (q->stock)
        q->stock->copies -= item->n;
    frame_unref(item->held);
    outq_id_unref(item->id);
    if (item->kind == ITEM_NEXT)
        place_leave(q->stock, item);
    else
        mem_free(item);
}

static void append(struct outq *q, struct outq_item *item)
{
    if (q->last)
        q->last->next = item;
    else
        q->first = item;
    q->last = item;
    q->unsent += wire_length(item, item->frame);
    if (q->stock)
        q->stock->copies += item->n;
}

void outq_init(struct outq *q, struct outq_stock *stock)
{
    *q = (struct outq){.stock = stock};
}

void outq_done(struct outq *q)
{
    while (q->first) {
        struct outq_item *item = q->first;
        q->first = item->next;
        item_free(q, item);
    }
    outq_init(q, q->stock);
}

/* Is it the next of the run that waits last? Then it needs no place of its own. */
static bool goes_on(const struct outq_item *item, const struct outq_envelope *envelope,
                    const struct outq_id *id, const struct frame *payload)
{
    return item && item->kind == ITEM_NEXT && item->last->behind == payload && item->id == id &&
           item->envelope == envelope && !item->packed;
}

static void go_on(struct outq *q, struct outq_item *item, struct frame *payload)
{
    size_t own = item->n ? payload->n : 0;

    item->last = payload;
    item->n += own;
    q->unsent += wire_length(item, payload);
    if (q->stock)
        q->stock->copies += own;
}

static void push_next(struct outq *q, const struct outq_envelope *envelope, struct outq_id *id,
                      struct frame *payload, bool packed)
{
    struct outq_item *item = item_init(place_take(q->stock), ITEM_NEXT, id, 0);

    item->envelope = envelope;
    if (frame_is_alone(payload))
        item->n = payload->n;
    item->held = item->frame = item->last = frame_ref(payload);
    item->packed = packed;
    append(q, item);
}

void outq_push_next(struct outq *q, const struct outq_envelope *envelope, struct outq_id *id,
                    struct frame *payload)
{
    if (goes_on(q->last, envelope, id, payload))
        go_on(q, q->last, payload);
    else
        push_next(q, envelope, id, payload, false);
}

void outq_push_packed_next(struct outq *q, const struct outq_envelope *envelope, struct outq_id *id,
                           struct frame *part)
{
    assert(envelope->framing == OUTQ_MESSAGE);
    push_next(q, envelope, id, part, true);
}

static void push_frame(struct outq *q, enum ws_opcode opcode, struct outq_id *id,
                       struct str payload, bool packed)
{
    struct outq_item *item = item_new(ITEM_FRAME, id, payload.n);

    item->opcode = opcode;
    item->packed = packed;
    if (payload.n)
        memcpy(item->bytes, payload.p, payload.n);
    append(q, item);
}

void outq_push_frame(struct outq *q, enum ws_opcode opcode, struct outq_id *id, struct str payload)
{
    push_frame(q, opcode, id, payload, false);
}

void outq_push_packed(struct outq *q, struct outq_id *id, struct str payload)
{
    push_frame(q, WS_TEXT, id, payload, true);
}

void outq_push_raw(struct outq *q, struct str bytes)
{
    struct outq_item *item;

    if (!bytes.n)
        return;
    item = item_new(ITEM_RAW, NULL, bytes.n);
    memcpy(item->bytes, bytes.p, bytes.n);
    append(q, item);
}

void outq_push_lasting(struct outq *q, struct str bytes)
{
    struct outq_item *item;

    if (!bytes.n)
        return;
    item = item_new(ITEM_LASTING, NULL, sizeof(bytes));
    memcpy(item->bytes, &bytes, sizeof(bytes));
    append(q, item);
}

void outq_push_chunk(struct outq *q, struct str bytes)
{
    struct outq_item *item;

    if (!bytes.n)
        return; /* a chunk of no bytes would be the last one */
    item = item_new(ITEM_CHUNK, NULL, bytes.n);
    memcpy(item->bytes, bytes.p, bytes.n);
    append(q, item);
}

static bool is_under(const struct outq_item *item, const struct outq_id *id)
{
    return item->id && (item->id == id || str_eq(id_of(item), str_of(id->json, id->n)));
}

/* Of the item's results, forgets those behind the one that goes out first. */
static void drop_behind(struct outq *q, struct outq_item *item)
{
    for (struct frame *f = item->frame; f != item->last;) {
        f = f->behind;
        q->unsent -= wire_length(item, f);
    }
    item->last = item->frame;
}

void outq_drop(struct outq *q, const struct outq_id *id)
{
    struct outq_item *before = q->taken ? q->first : NULL;
    struct outq_item **at = before ? &before->next : &q->first;

    if (before && is_under(before, id))
        drop_behind(q, before);
    while (*at) {
        struct outq_item *item = *at;

        if (!is_under(item, id)) {
            before = item;
            at = &item->next;
            continue;
        }
        *at = item->next;
        drop_behind(q, item);
        q->unsent -= wire_length(item, item->frame);
        item_free(q, item);
    }
    q->last = before;
}

/* The first item has gone. */
static void leave(struct outq *q)
{
    struct outq_item *item = q->first;

    q->first = item->next;
    if (!q->first)
        q->last = NULL;
    item_free(q, item);
}

/* What went out first has gone. */
static void go_on_behind(struct outq *q)
{
    struct outq_item *item = q->first;

    q->taken = 0;
    if (item->frame == item->last)
        leave(q);
    else
        item->frame = item->frame->behind;
}

/* All of the first item's results; 0: one by one, or a part of one. */
static size_t take_run(struct outq *q, char *to, size_t room)
{
    struct outq_item *item = q->first;
    const struct outq_run run = {item->envelope, item->frame, item->last};
    size_t n;

    if (!q->stock || q->taken || !is_plain(item) || item->frame != item->held)
        return 0;
    if (!q->stock->stencil)
        q->stock->stencil = mem_new(struct outq_stencil);
    n = outq_stencil_write(q->stock->stencil, &run, id_of(item), to, room);
    if (n)
        leave(q);
    return n;
}

/* What goes out first, or of it what fits; returns how many bytes. */
static size_t take_some(struct outq *q, char *to, size_t room)
{
    const struct outq_item *item = q->first;
    bool whole = true;
    struct wire w;
    size_t n;

    if (!q->taken && is_plain(item) && wire_length(item, item->frame) <= room) {
        n = outq_text_write(item->envelope, id_of(item), frame_str(item->frame), to);
    } else {
        lay_out(&w, item, item->frame);
        n = copy_out(&w, q->taken, to, room);
        whole = q->taken + n == w.total;
    }
    q->taken += n;
    if (whole)
        go_on_behind(q);
    return n;
}

size_t outq_take(struct outq *q, char *to, size_t room)
{
    size_t done = 0;

    while (q->first && done < room) {
        size_t n = take_run(q, to + done, room - done);

        if (!n)
            n = take_some(q, to + done, room - done);
        done += n;
        q->unsent -= n;
    }
    return done;
}
