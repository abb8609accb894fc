-- How long a statement of this connection waits for a lock, in milliseconds; 0: as long as it may take.
SELECT set_config('lock_timeout', $1::text, false)
