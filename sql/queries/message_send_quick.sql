-- Sends a batch of which nothing was sent before; see message_send_quick().
SELECT outcome, seq, ts, id
  FROM message_send_quick($1::text[], $2::text[], $3::bigint[], $4::boolean[],
                          $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[],
                          $11::boolean[], $12::boolean[], $13::bigint)
