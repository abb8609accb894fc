-- Which of these rooms stand behind where they are known to stand, and where.
SELECT r.tenant_id, r.room_id, r.last_seq
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS known (tenant_id, room_id, seq)
JOIN room AS r ON r.tenant_id = known.tenant_id AND r.room_id = known.room_id
WHERE r.last_seq > known.seq
