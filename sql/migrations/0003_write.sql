-- Writing to the logs: the one place where messages are numbered. One message and many have a
-- function each, for many at once need a plan that costs one alone too much; the rules are the
-- same, and a test holds the two against each other.

-- Sends a batch: element i of every array is call i. Returns one row a call, in their order:
--
--   SENT        stored by this call: new, or found under its id when the batch is sent again
--   REPEATED    the key was used for the same text before: the first message's seq, ts and id
--   KEY_REUSED  the key was used for another text before
--   NO_ROOM     there is no such room
--   NO_MEMBER   the sender is not a member, or a GUEST
--
-- open:    the room is made when it is missing, and anybody may write to it
-- vouched: the sender counts as a member when no row says otherwise
-- admin:   the sender may write to any room
-- again:   the batch was sent before and nobody knows whether it was stored
--
-- Must run in READ COMMITTED: a statement sees what was there when it began, so the rooms are
-- locked by one statement, and read by the next. Rooms are made and locked in the order of their
-- keys; two batches cannot wait for each other.
CREATE FUNCTION message_send_batch(
    tenants text[], rooms text[], senders text[], ids text[], texts text[], keys text[],
    open boolean[], vouched boolean[], admin boolean[], now_ms bigint, again boolean
)
RETURNS TABLE (outcome text, seq bigint, ts bigint, id text)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
    IF true = ANY (open) THEN
        INSERT INTO room (tenant_id, room_id, kind, visibility, guild_id, created_at)
        SELECT DISTINCT c.tenant_id, c.room_id, 'CHANNEL', 'PUBLIC',
               CASE WHEN starts_with(c.room_id, 'GUILD#') THEN split_part(c.room_id, '#', 2) END,
               now_ms
          FROM unnest(tenants, rooms, open) AS c (tenant_id, room_id, open)
         WHERE c.open
           AND NOT EXISTS (SELECT FROM room r
                            WHERE r.tenant_id = c.tenant_id AND r.room_id = c.room_id)
         ORDER BY c.tenant_id, c.room_id
            ON CONFLICT DO NOTHING;
    END IF;

    PERFORM FROM room r
      WHERE (r.tenant_id, r.room_id) IN (SELECT * FROM unnest(tenants, rooms))
      ORDER BY r.tenant_id, r.room_id
        FOR NO KEY UPDATE;

    RETURN QUERY
    WITH judged AS (
        SELECT c.*, r.last_seq, r.last_ts, f.seq AS first_seq, f.ts AS first_ts, f.id AS first_id,
               CASE
                   WHEN r.last_seq IS NULL THEN 'NO_ROOM'
                   -- Stored before: also when the sender was removed since.
                   WHEN again AND f.id = c.id THEN 'SENT'
                   WHEN NOT c.admin
                        AND coalesce(m.role, CASE WHEN c.open OR c.vouched THEN 'MEMBER' END,
                                     'GUEST') = 'GUEST' THEN 'NO_MEMBER'
                   WHEN f.seq IS NULL THEN 'NEW'
                   WHEN f.text = c.text THEN 'REPEATED'
                   ELSE 'KEY_REUSED'
               END AS verdict
          FROM unnest(tenants, rooms, senders, ids, texts, keys, open, vouched, admin)
               WITH ORDINALITY
               AS c (tenant_id, room_id, sender_id, id, text, key, open, vouched, admin, place)
         CROSS JOIN LATERAL (SELECT starts_with(c.room_id, 'GUILD#') AS in_guild) k
          LEFT JOIN LATERAL (
              SELECT r.last_seq, r.last_ts, r.guild_id FROM room r
               WHERE r.tenant_id = c.tenant_id AND r.room_id = c.room_id
               LIMIT 1
          ) r ON true
          LEFT JOIN LATERAL (
              SELECT m.role FROM member m
               WHERE NOT k.in_guild
                 AND m.tenant_id = c.tenant_id AND m.room_id = c.room_id
                 AND m.user_id = c.sender_id
              UNION ALL
              SELECT g.role FROM guild_member g
               WHERE k.in_guild
                 AND g.tenant_id = c.tenant_id AND g.guild_id = r.guild_id
                 AND g.user_id = c.sender_id
               LIMIT 1
          ) m ON true
          LEFT JOIN LATERAL (
              SELECT l.seq, l.ts, l.id, l.text FROM gg_core l
               WHERE again AND NOT k.in_guild
                 AND l.tenant_id = c.tenant_id AND l.room_id = c.room_id AND l.id = c.id
              UNION ALL
              SELECT l.seq, l.ts, l.id, l.text FROM gg_guild l
               WHERE again AND k.in_guild
                 AND l.tenant_id = c.tenant_id AND l.room_id = c.room_id AND l.id = c.id
              UNION ALL
              SELECT l.seq, l.ts, l.id, l.text FROM gg_core l
               WHERE c.key IS NOT NULL AND NOT k.in_guild
                 AND l.tenant_id = c.tenant_id AND l.room_id = c.room_id
                 AND l.sender_id = c.sender_id AND l.idempotency_key = c.key
              UNION ALL
              SELECT l.seq, l.ts, l.id, l.text FROM gg_guild l
               WHERE c.key IS NOT NULL AND k.in_guild
                 AND l.tenant_id = c.tenant_id AND l.room_id = c.room_id
                 AND l.sender_id = c.sender_id AND l.idempotency_key = c.key
               LIMIT 1
          ) f ON true
    ), led AS (
        -- Of several new calls with one key the first leads, and the others repeat it.
        SELECT j.*,
               CASE
                   WHEN j.verdict <> 'NEW' THEN NULL
                   WHEN j.key IS NULL THEN j.place
                   ELSE min(j.place) FILTER (WHERE j.verdict = 'NEW')
                        OVER (PARTITION BY j.tenant_id, j.room_id, j.sender_id, j.key)
               END AS leader
          FROM judged j
    ), numbered AS MATERIALIZED (
        SELECT l.*,
               l.last_seq + count(*) FILTER (WHERE l.leader = l.place)
                            OVER (PARTITION BY l.tenant_id, l.room_id ORDER BY l.place) AS new_seq,
               greatest(l.last_ts, now_ms) AS new_ts
          FROM led l
    ), core AS (
        INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts, idempotency_key)
        SELECT n.tenant_id, n.room_id, n.new_seq, n.id, n.sender_id, n.text, n.new_ts, n.key
          FROM numbered n
         WHERE n.leader = n.place AND NOT starts_with(n.room_id, 'GUILD#')
    ), guild AS (
        INSERT INTO gg_guild (tenant_id, room_id, seq, id, sender_id, text, ts, idempotency_key)
        SELECT n.tenant_id, n.room_id, n.new_seq, n.id, n.sender_id, n.text, n.new_ts, n.key
          FROM numbered n
         WHERE n.leader = n.place AND starts_with(n.room_id, 'GUILD#')
    ), moved AS (
        UPDATE room r
           SET last_seq = n.last_seq, last_ts = n.last_ts
          FROM (SELECT n.tenant_id, n.room_id, max(n.new_seq) AS last_seq, max(n.new_ts) AS last_ts
                  FROM numbered n
                 WHERE n.leader = n.place
                 GROUP BY n.tenant_id, n.room_id) n
         WHERE r.tenant_id = n.tenant_id AND r.room_id = n.room_id
    )
    SELECT CASE
               WHEN n.verdict <> 'NEW' THEN n.verdict
               WHEN n.leader = n.place THEN 'SENT'
               WHEN n.text = texts[n.leader] THEN 'REPEATED'
               ELSE 'KEY_REUSED'
           END,
           CASE
               WHEN n.verdict = 'NO_MEMBER' THEN NULL
               WHEN n.verdict <> 'NEW' THEN n.first_seq
               ELSE min(n.new_seq) FILTER (WHERE n.leader = n.place)
                    OVER (PARTITION BY n.tenant_id, n.room_id, n.leader)
           END,
           CASE
               WHEN n.verdict = 'NO_MEMBER' THEN NULL
               WHEN n.verdict <> 'NEW' THEN n.first_ts
               ELSE n.new_ts
           END,
           CASE
               WHEN n.verdict = 'NO_MEMBER' THEN NULL
               WHEN n.verdict <> 'NEW' THEN n.first_id
               ELSE ids[n.leader]
           END
      FROM numbered n
     ORDER BY n.place;
END
$$;

-- The same for one message.
CREATE FUNCTION message_send_one(
    tenant text, room text, sender text, new_id text, new_text text, key text,
    open boolean, vouched boolean, admin boolean, now_ms bigint, again boolean
)
RETURNS TABLE (outcome text, seq bigint, ts bigint, id text)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    in_guild CONSTANT boolean := starts_with(room, 'GUILD#');
    here record;
    found_role text;
    first record;
BEGIN
    LOOP
        SELECT r.last_seq, r.last_ts, r.guild_id INTO here FROM room r
         WHERE r.tenant_id = tenant AND r.room_id = room
           FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        IF NOT open THEN
            RETURN QUERY SELECT 'NO_ROOM', NULL::bigint, NULL::bigint, NULL::text;
            RETURN;
        END IF;
        INSERT INTO room (tenant_id, room_id, kind, visibility, guild_id, created_at)
        VALUES (tenant, room, 'CHANNEL', 'PUBLIC',
                CASE WHEN in_guild THEN split_part(room, '#', 2) END, now_ms)
            ON CONFLICT DO NOTHING;
    END LOOP;

    -- Stored before: also when the sender was removed since.
    IF again THEN
        RETURN QUERY
        SELECT 'SENT', l.seq, l.ts, l.id FROM gg_core l
         WHERE NOT in_guild AND l.tenant_id = tenant AND l.room_id = room AND l.id = new_id
        UNION ALL
        SELECT 'SENT', l.seq, l.ts, l.id FROM gg_guild l
         WHERE in_guild AND l.tenant_id = tenant AND l.room_id = room AND l.id = new_id;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;

    IF NOT admin THEN
        IF in_guild THEN
            SELECT g.role INTO found_role FROM guild_member g
             WHERE g.tenant_id = tenant AND g.guild_id = here.guild_id AND g.user_id = sender;
        ELSE
            SELECT m.role INTO found_role FROM member m
             WHERE m.tenant_id = tenant AND m.room_id = room AND m.user_id = sender;
        END IF;
        IF coalesce(found_role, CASE WHEN open OR vouched THEN 'MEMBER' END, 'GUEST') = 'GUEST' THEN
            RETURN QUERY SELECT 'NO_MEMBER', NULL::bigint, NULL::bigint, NULL::text;
            RETURN;
        END IF;
    END IF;

    IF key IS NOT NULL THEN
        IF in_guild THEN
            SELECT l.seq, l.ts, l.id, l.text INTO first FROM gg_guild l
             WHERE l.tenant_id = tenant AND l.room_id = room
               AND l.sender_id = sender AND l.idempotency_key = key;
        ELSE
            SELECT l.seq, l.ts, l.id, l.text INTO first FROM gg_core l
             WHERE l.tenant_id = tenant AND l.room_id = room
               AND l.sender_id = sender AND l.idempotency_key = key;
        END IF;
        IF FOUND THEN
            RETURN QUERY SELECT CASE first.text WHEN new_text THEN 'REPEATED' ELSE 'KEY_REUSED' END,
                                first.seq, first.ts, first.id;
            RETURN;
        END IF;
    END IF;

    outcome := 'SENT';
    seq := here.last_seq + 1;
    ts := greatest(here.last_ts, now_ms);
    id := new_id;
    IF in_guild THEN
        INSERT INTO gg_guild (tenant_id, room_id, seq, id, sender_id, text, ts, idempotency_key)
        VALUES (tenant, room, here.last_seq + 1, new_id, sender, new_text,
                greatest(here.last_ts, now_ms), key);
    ELSE
        INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts, idempotency_key)
        VALUES (tenant, room, here.last_seq + 1, new_id, sender, new_text,
                greatest(here.last_ts, now_ms), key);
    END IF;
    UPDATE room r
       SET last_seq = here.last_seq + 1, last_ts = greatest(here.last_ts, now_ms)
     WHERE r.tenant_id = tenant AND r.room_id = room;
    RETURN NEXT;
END
$$;
