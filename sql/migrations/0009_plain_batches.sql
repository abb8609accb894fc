-- A batch in which nothing has a key, and which was not sent before, needs nothing looked up in the
-- logs and nothing compared within the batch: it has a statement of its own. All else of
-- message_send_batch() is as it was: see 0003_write.sql. A test holds the two ways against each other.

CREATE OR REPLACE FUNCTION message_send_batch(
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

    -- Nothing of such a batch can have been stored before: the quicker way, by the same rules.
    IF NOT again AND array_remove(keys, NULL) = '{}' THEN
        RETURN QUERY
        WITH judged AS MATERIALIZED (
            SELECT c.place, c.tenant_id, c.room_id, c.sender_id, c.id, c.text,
                   r.last_seq, r.last_ts,
                   CASE
                       WHEN r.last_seq IS NULL THEN 'NO_ROOM'
                       WHEN NOT c.admin
                            AND coalesce(CASE
                                             WHEN starts_with(c.room_id, 'GUILD#') THEN
                                                 (SELECT g.role FROM guild_member g
                                                   WHERE g.tenant_id = c.tenant_id
                                                     AND g.guild_id = r.guild_id
                                                     AND g.user_id = c.sender_id)
                                             ELSE
                                                 (SELECT m.role FROM member m
                                                   WHERE m.tenant_id = c.tenant_id
                                                     AND m.room_id = c.room_id
                                                     AND m.user_id = c.sender_id)
                                         END,
                                         CASE WHEN c.open OR c.vouched THEN 'MEMBER' END,
                                         'GUEST') = 'GUEST' THEN 'NO_MEMBER'
                       ELSE 'SENT'
                   END AS verdict
              FROM unnest(tenants, rooms, senders, ids, texts, open, vouched, admin)
                   WITH ORDINALITY
                   AS c (tenant_id, room_id, sender_id, id, text, open, vouched, admin, place)
              LEFT JOIN room r ON r.tenant_id = c.tenant_id AND r.room_id = c.room_id
        ), numbered AS MATERIALIZED (
            SELECT j.place, j.tenant_id, j.room_id, j.verdict, j.sender_id, j.text,
                   CASE j.verdict
                       WHEN 'SENT' THEN
                           j.last_seq + count(*) FILTER (WHERE j.verdict = 'SENT')
                                        OVER (PARTITION BY j.room_id, j.tenant_id ORDER BY j.place)
                   END AS seq,
                   CASE j.verdict WHEN 'SENT' THEN greatest(j.last_ts, now_ms) END AS ts,
                   CASE j.verdict WHEN 'SENT' THEN j.id END AS id
              FROM judged j
        ), core AS (
            INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
            SELECT n.tenant_id, n.room_id, n.seq, n.id, n.sender_id, n.text, n.ts
              FROM numbered n
             WHERE n.seq IS NOT NULL AND NOT starts_with(n.room_id, 'GUILD#')
        ), guild AS (
            INSERT INTO gg_guild (tenant_id, room_id, seq, id, sender_id, text, ts)
            SELECT n.tenant_id, n.room_id, n.seq, n.id, n.sender_id, n.text, n.ts
              FROM numbered n
             WHERE n.seq IS NOT NULL AND starts_with(n.room_id, 'GUILD#')
        ), moved AS (
            UPDATE room r
               SET last_seq = n.last_seq, last_ts = n.last_ts
              FROM (SELECT n.tenant_id, n.room_id, max(n.seq) AS last_seq, max(n.ts) AS last_ts
                      FROM numbered n
                     WHERE n.seq IS NOT NULL
                     GROUP BY n.tenant_id, n.room_id) n
             WHERE r.tenant_id = n.tenant_id AND r.room_id = n.room_id
        )
        SELECT n.verdict, n.seq, n.ts, n.id FROM numbered n ORDER BY n.place;
        RETURN;
    END IF;

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
