-- Sends one message; see message_send_batch().
SELECT outcome, seq, ts, id
  FROM message_send_one($1::text, $2::text, $3::text, $4::text, $5::text, $6::text,
                        $7::boolean, $8::boolean, $9::boolean, $10::bigint, $11::boolean)
