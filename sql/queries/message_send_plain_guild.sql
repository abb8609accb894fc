-- The same for a room of a guild, whose members are the guild's; see message_send_plain.sql.
WITH moved AS (
    UPDATE room r
       SET last_seq = r.last_seq + 1, last_ts = greatest(r.last_ts, $8::bigint)
     WHERE r.tenant_id = $1::text AND r.room_id = $2::text
       AND r.last_seq = (SELECT s.last_seq FROM room s
                          WHERE s.tenant_id = $1::text AND s.room_id = $2::text)
       AND ($7::boolean
            OR coalesce((SELECT g.role FROM guild_member g
                          WHERE g.tenant_id = $1::text AND g.guild_id = r.guild_id
                            AND g.user_id = $3::text),
                        CASE WHEN $6::boolean THEN 'MEMBER' END, 'GUEST') <> 'GUEST')
    RETURNING r.last_seq, r.last_ts
)
INSERT INTO gg_guild (tenant_id, room_id, seq, id, sender_id, text, ts)
SELECT $1::text, $2::text, m.last_seq, $4::text, $3::text, $5::text, m.last_ts
  FROM moved m
RETURNING 'SENT'::text AS outcome, seq, ts, id
