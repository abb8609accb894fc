-- What every connection is told before its first statement. Plans are made once and for all, and
-- go through the indexes whatever the statistics of a young table say. Durability is never less
-- than a commit on disk, and numbering needs READ COMMITTED.
SELECT set_config('statement_timeout', $1::text, false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('enable_seqscan', 'off', false),
       set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false),
       set_config('jit', 'off', false),
       set_config('default_transaction_isolation', 'read committed', false),
       set_config('synchronous_commit',
                  CASE current_setting('synchronous_commit')
                      WHEN 'off' THEN 'on'
                      ELSE current_setting('synchronous_commit')
                  END, false)
