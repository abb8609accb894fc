-- Sends those messages of a batch whose rooms nobody else has locked; see message_send_batch(). The
-- outcome of the others is BUSY. A room that is missing is nobody's.
WITH calls AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::boolean[], $8::boolean[], $9::boolean[])
                  WITH ORDINALITY
                  AS c (tenant_id, room_id, sender_id, id, text, key, open, vouched, admin, place)
), locked AS MATERIALIZED (
    SELECT r.tenant_id, r.room_id FROM room r
     WHERE (r.tenant_id, r.room_id) IN (SELECT c.tenant_id, c.room_id FROM calls c)
     ORDER BY r.tenant_id, r.room_id
       FOR NO KEY UPDATE SKIP LOCKED
), judged AS MATERIALIZED (
    SELECT c.*,
           (c.tenant_id, c.room_id) IN (SELECT l.tenant_id, l.room_id FROM locked l)
           OR NOT EXISTS (SELECT FROM room r
                           WHERE r.tenant_id = c.tenant_id AND r.room_id = c.room_id) AS free
      FROM calls c
), sent AS MATERIALIZED (
    SELECT s.*
      FROM (SELECT array_agg(j.tenant_id ORDER BY j.place) AS tenants,
                   array_agg(j.room_id ORDER BY j.place) AS rooms,
                   array_agg(j.sender_id ORDER BY j.place) AS senders,
                   array_agg(j.id ORDER BY j.place) AS ids,
                   array_agg(j.text ORDER BY j.place) AS texts,
                   array_agg(j.key ORDER BY j.place) AS keys,
                   array_agg(j.open ORDER BY j.place) AS open,
                   array_agg(j.vouched ORDER BY j.place) AS vouched,
                   array_agg(j.admin ORDER BY j.place) AS admin,
                   array_agg(j.place ORDER BY j.place) AS places
              FROM judged j
             WHERE j.free) a
     CROSS JOIN LATERAL ROWS FROM (
         message_send_batch(a.tenants, a.rooms, a.senders, a.ids, a.texts, a.keys,
                            a.open, a.vouched, a.admin, $10::bigint, $11::boolean),
         unnest(a.places)
     ) AS s (outcome, seq, ts, id, place)
     WHERE a.places IS NOT NULL
)
SELECT s.outcome, s.seq, s.ts, s.id
  FROM (SELECT * FROM sent
        UNION ALL
        SELECT 'BUSY', NULL, NULL, NULL, j.place FROM judged j WHERE NOT j.free) s
 ORDER BY s.place
