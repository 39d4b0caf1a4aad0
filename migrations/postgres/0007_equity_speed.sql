-- The mean equity over all points of these jobs in each month of UTC, and how many there are. Points are added up by day first, which is cheaper
-- to find than their month. Machine code made for the query costs more than it saves, most of all when nothing is cached.
CREATE OR REPLACE FUNCTION monthly_equity(jobs uuid[])
RETURNS TABLE (month timestamptz, equity double precision, points bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = backgrid, pg_temp SET plan_cache_mode = force_custom_plan SET timezone = 'UTC' SET jit = off AS $$
#variable_conflict use_column
DECLARE own uuid[] := ARRAY(SELECT id FROM backgrid.jobs WHERE user_id = present_user() AND id = ANY (monthly_equity.jobs));
BEGIN
  RETURN QUERY
    SELECT date_trunc('month', day), sum(total) / sum(points)::double precision, sum(points)::bigint
    FROM (
      SELECT date_bin('1 day', ts, '0001-01-01') AS day, sum(equity) AS total, count(*) AS points
      FROM equity_points WHERE job_id = ANY (own) GROUP BY 1
    ) days
    GROUP BY 1 ORDER BY 1;
END $$;

-- Pages of the table are asked for ahead of their use. A server on a system that has no such call refuses the setting and goes without.
DO $$
BEGIN
  ALTER FUNCTION monthly_equity(uuid[]) SET effective_io_concurrency = 64;
EXCEPTION WHEN invalid_parameter_value THEN
  NULL;
END $$;

-- Compresses one chunk whose jobs are all older than this and that was not compressed since points were added; whether there are more that can be.
-- The policy that TimescaleDB has for it is for owners that may log in. A chunk that somebody reads for long, or that is being vacuumed, waits for
-- another time and holds no other up. Where one session does this, others leave it to that one.
CREATE OR REPLACE FUNCTION compress_equity_points(settled interval DEFAULT '1 day') RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = backgrid, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  extension name := equity_hypertable_schema();
  compressed CONSTANT integer := 1;
  frozen CONSTANT integer := 4;
  chunks regclass[];
  status integer;
BEGIN
  IF NOT is_hypertable('equity_points') THEN RETURN false; END IF;
  IF NOT pg_try_advisory_xact_lock(hashtext('backgrid.compress_equity_points')) THEN RETURN false; END IF;
  EXECUTE format(
    'SELECT ARRAY(SELECT chunk FROM %I.show_chunks(''backgrid.equity_points'', older_than => $1) chunk, _timescaledb_functions.chunk_status(chunk) status
      WHERE status <> $2 AND status & $3 = 0 ORDER BY status)', extension) INTO chunks USING settled, compressed, frozen;
  FOR k IN 1..cardinality(chunks) LOOP
    BEGIN
      EXECUTE format('SELECT %I.compress_chunk($1)', extension) USING chunks[k];
      EXECUTE 'SELECT _timescaledb_functions.chunk_status($1)' INTO status USING chunks[k];
      RETURN k < cardinality(chunks) AND status = compressed;
    EXCEPTION WHEN lock_not_available THEN
      CONTINUE;
    END;
  END LOOP;
  RETURN false;
END $$;
