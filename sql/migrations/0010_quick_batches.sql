-- The quick way to send a batch. Nearly always all of its calls may be sent, their rooms exist and
-- their keys are new: so that is what it takes for granted. The rooms are locked and moved on in one
-- write, before anything is looked at, and that no key was used before is left to the unique index.
-- Where it turns out otherwise, all of that is undone, locks included, and the batch is
-- message_send_batch()'s. A test holds the two against each other.

-- Not for a batch that was sent before. Returns what message_send_batch() does.
--
-- tenants, rooms:  the rooms, each once, in the order of their keys: in which they are locked, so
--                  that two batches cannot wait for each other
-- amounts:         how many of the calls are for this room
-- open:            as of message_send_batch()
--
-- Element i of all others is of call i:
--
-- places:          which of the rooms
-- nths:            its number among those for its room, in the order of the calls, from 1
CREATE FUNCTION message_send_quick(
    tenants text[], rooms text[], amounts bigint[], open boolean[],
    places bigint[], nths bigint[], senders text[], ids text[], texts text[], keys text[],
    vouched boolean[], admin boolean[], now_ms bigint
)
RETURNS TABLE (outcome text, seq bigint, ts bigint, id text)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    seqs bigint[]; -- before the first of this batch
    times bigint[];
    guilds text[];
BEGIN
    -- A nested loop (sql/queries/session.sql): over the rooms as they were given, each found by its
    -- key, or, where the table is small, over the table in the order of its key. Either locks in the
    -- order of the keys. A test looks.
    WITH moved AS (
        UPDATE room r
           SET last_seq = r.last_seq + c.amount, last_ts = greatest(r.last_ts, now_ms)
          FROM (SELECT unnest(tenants) AS tenant_id, unnest(rooms) AS room_id,
                       unnest(amounts) AS amount,
                       generate_series(1, cardinality(rooms)) AS place) c
         WHERE r.tenant_id = c.tenant_id AND r.room_id = c.room_id
        RETURNING c.place, r.last_seq - c.amount AS seq, r.last_ts, r.guild_id
    )
    SELECT array_agg(m.seq), array_agg(m.last_ts), array_agg(m.guild_id) INTO seqs, times, guilds
      FROM (SELECT * FROM moved ORDER BY place) m;
    IF coalesce(cardinality(seqs), 0) < cardinality(rooms) THEN
        RAISE SQLSTATE 'GH001';
    END IF;

    -- A statement sees what was there when it began: from here on, what was before the lock.
    PERFORM
       FROM (SELECT unnest(places) AS place, unnest(senders) AS sender_id,
                    unnest(vouched) AS vouched, unnest(admin) AS admin) c
      WHERE NOT c.admin
        AND coalesce(CASE
                         WHEN guilds[c.place] IS NOT NULL THEN
                             (SELECT g.role FROM guild_member g
                               WHERE g.tenant_id = tenants[c.place]
                                 AND g.guild_id = guilds[c.place]
                                 AND g.user_id = c.sender_id)
                         ELSE
                             (SELECT m.role FROM member m
                               WHERE m.tenant_id = tenants[c.place]
                                 AND m.room_id = rooms[c.place]
                                 AND m.user_id = c.sender_id)
                     END,
                     CASE WHEN open[c.place] OR c.vouched THEN 'MEMBER' END,
                     'GUEST') = 'GUEST'
      LIMIT 1;
    IF FOUND THEN
        RAISE SQLSTATE 'GH001';
    END IF;

    INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts, idempotency_key)
    SELECT tenants[c.place], rooms[c.place], seqs[c.place] + c.nth, c.id, c.sender_id, c.text,
           times[c.place], c.key
      FROM (SELECT unnest(places) AS place, unnest(nths) AS nth, unnest(ids) AS id,
                   unnest(senders) AS sender_id, unnest(texts) AS text, unnest(keys) AS key) c
     WHERE guilds[c.place] IS NULL;
    IF array_remove(guilds, NULL) <> '{}' THEN
        INSERT INTO gg_guild (tenant_id, room_id, seq, id, sender_id, text, ts, idempotency_key)
        SELECT tenants[c.place], rooms[c.place], seqs[c.place] + c.nth, c.id, c.sender_id, c.text,
               times[c.place], c.key
          FROM (SELECT unnest(places) AS place, unnest(nths) AS nth, unnest(ids) AS id,
                       unnest(senders) AS sender_id, unnest(texts) AS text, unnest(keys) AS key) c
         WHERE guilds[c.place] IS NOT NULL;
    END IF;

    RETURN QUERY
    SELECT 'SENT', seqs[c.place] + c.nth, times[c.place], c.id
      FROM (SELECT unnest(places) AS place, unnest(nths) AS nth, unnest(ids) AS id) c;
EXCEPTION WHEN SQLSTATE 'GH001' OR unique_violation THEN
    RETURN QUERY
    SELECT *
      FROM message_send_batch(
               ARRAY(SELECT tenants[c.place] FROM unnest(places) WITH ORDINALITY
                                                  AS c (place, i) ORDER BY c.i),
               ARRAY(SELECT rooms[c.place] FROM unnest(places) WITH ORDINALITY
                                                AS c (place, i) ORDER BY c.i),
               senders, ids, texts, keys,
               ARRAY(SELECT open[c.place] FROM unnest(places) WITH ORDINALITY
                                               AS c (place, i) ORDER BY c.i),
               vouched, admin, now_ms, false);
END
$$;
