-- How many migrations this database has.
SELECT count(*) FROM migration
