-- Sends one message without a key to a room that is no guild's, as message_send_one() does, where
-- nothing stands in the way. No row: it was not sent, and that function is to say why, or to do it.
--
-- A statement sees what was there when it began, also behind a lock that it had to wait for. Each
-- message and each removal of a member moves last_seq: where it is still what was seen, nobody was
-- removed. Who was made a GUEST meanwhile may have sent this one still.
WITH moved AS (
    UPDATE room r
       SET last_seq = r.last_seq + 1, last_ts = greatest(r.last_ts, $8::bigint)
     WHERE r.tenant_id = $1::text AND r.room_id = $2::text
       AND r.last_seq = (SELECT s.last_seq FROM room s
                          WHERE s.tenant_id = $1::text AND s.room_id = $2::text)
       AND ($7::boolean
            OR coalesce((SELECT m.role FROM member m
                          WHERE m.tenant_id = $1::text AND m.room_id = $2::text
                            AND m.user_id = $3::text),
                        CASE WHEN $6::boolean THEN 'MEMBER' END, 'GUEST') <> 'GUEST')
    RETURNING r.last_seq, r.last_ts
)
INSERT INTO gg_core (tenant_id, room_id, seq, id, sender_id, text, ts)
SELECT $1::text, $2::text, m.last_seq, $4::text, $3::text, $5::text, m.last_ts
  FROM moved m
RETURNING 'SENT'::text AS outcome, seq, ts, id
