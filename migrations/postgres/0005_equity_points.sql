-- A row for each point of a curve, for SQL over many jobs, filled with EQUITY_POINTS_TABLE=on beside the blobs of `curves`. Where TimescaleDB is
-- installed this is a hypertable: its chunks follow the age of jobs, which their ids (UUID v7) carry, never simulated time, of which every job
-- touches all. Compressed chunks can carry no policies, so nobody may read the table: functions do, after they found the job under the policy of
-- `jobs`. The service may add points, and a trigger lets it do so for jobs of its user alone. See docs/equity-points.md.

CREATE TABLE equity_points (
  job_id uuid NOT NULL,
  ts timestamptz NOT NULL,
  equity double precision NOT NULL,
  drawdown double precision NOT NULL,
  PRIMARY KEY (job_id, ts)
);
GRANT INSERT ON equity_points TO backgrid_app;

-- Who adds points reads this first, in the same transaction, and whoever moves the table locks it. TimescaleDB looks for the table of a COPY before
-- it waits for the table's lock: rows would be lost beside the chunks of a table that took the place of another meanwhile.
CREATE TABLE equity_points_gate ();
GRANT SELECT ON equity_points_gate TO backgrid_app;

-- Jobs that were removed and whose points are still there.
CREATE TABLE equity_points_removed (
  job_id uuid NOT NULL PRIMARY KEY
);

-- The statements that make a hypertable of an empty table with these columns. From 2.25 on TimescaleDB can compress chunks of UUIDs.
CREATE FUNCTION equity_hypertable_steps(target text, extension name) RETURNS SETOF text
LANGUAGE sql IMMUTABLE AS $$
  VALUES
    (format(
      'SELECT %I.create_hypertable(%L::regclass, %I.by_range(''job_id'', INTERVAL ''7 days''), create_default_indexes => false)',
      extension, target, extension)),
    (format(
      'ALTER TABLE %s SET (timescaledb.enable_columnstore, timescaledb.segmentby = ''job_id'', timescaledb.orderby = ''ts'')',
      target))
$$;

-- The schema of a TimescaleDB that can hold the points: new enough, and of the edition that compresses; null without one.
CREATE FUNCTION equity_hypertable_schema() RETURNS name
LANGUAGE sql STABLE AS $$
  SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  WHERE e.extname = 'timescaledb'
    AND string_to_array(substring(e.extversion FROM '^\d+\.\d+'), '.')::int[] >= '{2,25}'
    AND current_setting('timescaledb.license', true) = 'timescale'
$$;

CREATE FUNCTION is_hypertable(target name) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = backgrid, pg_temp AS $$
DECLARE found_one boolean;
BEGIN
  IF to_regclass('timescaledb_information.hypertables') IS NULL THEN RETURN false; END IF;
  EXECUTE 'SELECT EXISTS (SELECT FROM timescaledb_information.hypertables WHERE hypertable_schema = $1 AND hypertable_name = $2)'
    INTO found_one USING 'backgrid', target;
  RETURN found_one;
END $$;

DO $$
DECLARE step text;
BEGIN
  FOR step IN SELECT equity_hypertable_steps('backgrid.equity_points', s) FROM equity_hypertable_schema() s WHERE s IS NOT NULL LOOP
    EXECUTE step;
  END LOOP;
END $$;

-- The user of the transaction, as the policies have it. The functions below ask for it too, so that no grant of roles can open them.
CREATE FUNCTION present_user() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('app.user_id', true), '')::uuid
$$;

-- Points may be added to jobs that the session's user has. Looked at once a statement: COPY of a curve is one.
CREATE FUNCTION refuse_foreign_points() RETURNS trigger
LANGUAGE plpgsql SET search_path = backgrid, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT job_id FROM added) a WHERE NOT EXISTS (SELECT FROM jobs WHERE user_id = present_user() AND id = a.job_id)) THEN
    RAISE EXCEPTION 'equity points of a job that is not there' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_foreign AFTER INSERT ON equity_points
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_foreign_points();

-- A removed job is gone from all functions at once; its points go later, in batches, by remove_equity_points().
CREATE FUNCTION note_removed_points() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
BEGIN
  INSERT INTO equity_points_removed
    SELECT id FROM gone WHERE EXISTS (SELECT FROM equity_points WHERE job_id = gone.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_removed_points AFTER DELETE ON jobs
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_removed_points();

-- The points of a job after a time, in order; none for a job that the session's user does not have.
CREATE FUNCTION equity_of_job(job uuid, after timestamptz DEFAULT '-infinity')
RETURNS TABLE (ts timestamptz, equity double precision, drawdown double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  IF EXISTS (SELECT FROM jobs WHERE user_id = present_user() AND id = job) THEN
    RETURN QUERY SELECT ts, equity, drawdown FROM equity_points WHERE job_id = job AND ts > after ORDER BY ts;
  END IF;
END $$;

-- The points of a job in so many buckets of equally many (one more or less): the last time and equity of each, and its lowest drawdown.
CREATE FUNCTION equity_in_buckets(job uuid, buckets integer)
RETURNS TABLE (ts timestamptz, equity double precision, drawdown double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE parts integer := greatest(buckets, 1);
BEGIN
  IF EXISTS (SELECT FROM jobs WHERE user_id = present_user() AND id = job) THEN
    RETURN QUERY
      SELECT max(ts), max(equity) FILTER (WHERE (place + 1) * parts / points > place * parts / points), min(drawdown)
      FROM (
        SELECT ts, equity, drawdown, row_number() OVER (ORDER BY ts) - 1 AS place, count(*) OVER () AS points
        FROM equity_points WHERE job_id = job
      ) numbered
      GROUP BY place * parts / points ORDER BY place * parts / points;
  END IF;
END $$;

-- The newest point of each of these jobs.
CREATE FUNCTION last_equity(jobs uuid[])
RETURNS TABLE (job_id uuid, ts timestamptz, equity double precision, drawdown double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT own.id, newest.ts, newest.equity, newest.drawdown
    FROM backgrid.jobs own
    CROSS JOIN LATERAL (SELECT ts, equity, drawdown FROM equity_points WHERE job_id = own.id ORDER BY ts DESC LIMIT 1) newest
    WHERE own.user_id = present_user() AND own.id = ANY (last_equity.jobs) ORDER BY own.id;
END $$;

-- The mean equity over all points of these jobs in each month of UTC, and how many there are.
CREATE FUNCTION monthly_equity(jobs uuid[])
RETURNS TABLE (month timestamptz, equity double precision, points bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = backgrid, pg_temp SET plan_cache_mode = force_custom_plan SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE own uuid[] := ARRAY(SELECT id FROM backgrid.jobs WHERE user_id = present_user() AND id = ANY (monthly_equity.jobs));
BEGIN
  RETURN QUERY
    SELECT date_trunc('month', ts), avg(equity), count(*) FROM equity_points WHERE job_id = ANY (own) GROUP BY 1 ORDER BY 1;
END $$;

-- The next so many completed jobs that have a curve, in the order of (user, job), and whether they have points: for a back-fill.
CREATE FUNCTION jobs_with_curves(after_user uuid, after_job uuid, since_ms bigint, most integer)
RETURNS TABLE (user_id uuid, job_id uuid, filled boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
  SELECT user_id, id, (SELECT true FROM equity_points WHERE job_id = found.id LIMIT 1) IS NOT NULL FROM (
    SELECT user_id, id FROM jobs
    WHERE (user_id, id) > (after_user, after_job) AND created_at_ms >= since_ms
      AND status = 'completed' AND kind IN ('backtest', 'walk_forward')
    ORDER BY user_id, id LIMIT most
  ) found ORDER BY user_id, id
$$;
GRANT SELECT ON equity_points TO backgrid_keeper;
CALL hand_to_keeper('jobs_with_curves(uuid, uuid, bigint, integer)');

-- Takes points of removed jobs away, those of whole jobs, until it is so many; whether there are more. While the table moves they wait.
CREATE FUNCTION remove_equity_points(most integer DEFAULT 100000) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
DECLARE
  removed uuid;
  taken bigint := 0;
  of_job bigint;
BEGIN
  LOCK TABLE equity_points IN ROW EXCLUSIVE MODE;
  IF to_regclass('backgrid.equity_points_next') IS NOT NULL THEN RETURN false; END IF;
  FOR removed IN SELECT job_id FROM equity_points_removed ORDER BY job_id FOR UPDATE SKIP LOCKED LOOP
    IF taken >= most THEN RETURN true; END IF;
    DELETE FROM equity_points WHERE job_id = removed;
    GET DIAGNOSTICS of_job = ROW_COUNT;
    taken := taken + of_job;
    DELETE FROM equity_points_removed WHERE job_id = removed;
  END LOOP;
  RETURN false;
END $$;

-- Compresses one chunk whose jobs are all older than this and that was not compressed since points were added; whether there are more. The policy
-- that TimescaleDB has for it is for owners that may log in. A chunk that somebody reads for long waits for another time.
CREATE FUNCTION compress_equity_points(settled interval DEFAULT '1 day') RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = backgrid, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  extension name := equity_hypertable_schema();
  compressed CONSTANT integer := 1;
  frozen CONSTANT integer := 4;
  chunks regclass[];
  status integer;
BEGIN
  IF NOT is_hypertable('equity_points') THEN RETURN false; END IF;
  EXECUTE format(
    'SELECT ARRAY(SELECT chunk FROM %I.show_chunks(''backgrid.equity_points'', older_than => $1) chunk, _timescaledb_functions.chunk_status(chunk) status
      WHERE status <> $2 AND status & $3 = 0)', extension) INTO chunks USING settled, compressed, frozen;
  IF cardinality(chunks) = 0 THEN RETURN false; END IF;
  EXECUTE format('SELECT %I.compress_chunk($1)', extension) USING chunks[1];
  EXECUTE 'SELECT _timescaledb_functions.chunk_status($1)' INTO status USING chunks[1];
  RETURN cardinality(chunks) > 1 AND status = compressed;
EXCEPTION WHEN lock_not_available THEN
  RETURN false;
END $$;

-- For an administrator: takes points of jobs created before a time away, in a hypertable those of whole chunks, else of whole jobs until it is so
-- many; whether there are more. Jobs and their curves stay.
CREATE FUNCTION expire_equity_points(before timestamptz, most integer DEFAULT 100000) RETURNS boolean
LANGUAGE plpgsql SET search_path = backgrid, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  first_kept uuid := (lpad(to_hex(floor(extract(epoch FROM before) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
  job uuid := '00000000-0000-0000-0000-000000000000';
  taken bigint := 0;
  of_job bigint;
BEGIN
  LOCK TABLE equity_points IN ROW EXCLUSIVE MODE;
  IF to_regclass('backgrid.equity_points_next') IS NOT NULL THEN RETURN true; END IF;
  IF is_hypertable('equity_points') THEN
    EXECUTE format('SELECT count(*) FROM %I.drop_chunks(''backgrid.equity_points'', older_than => $1)', equity_hypertable_schema())
      USING before;
    RETURN false;
  END IF;
  LOOP
    SELECT job_id INTO job FROM equity_points WHERE job_id > job AND job_id < first_kept ORDER BY job_id LIMIT 1;
    IF job IS NULL THEN RETURN false; END IF;
    IF taken >= most THEN RETURN true; END IF;
    DELETE FROM equity_points WHERE job_id = job;
    GET DIAGNOSTICS of_job = ROW_COUNT;
    taken := taken + of_job;
  END LOOP;
EXCEPTION WHEN lock_not_available THEN
  RETURN true;
END $$;

-- While the table moves, what is added to it is added to the next one as well, in the same transaction.
CREATE FUNCTION write_points_to_both() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
BEGIN
  INSERT INTO equity_points_next SELECT job_id, ts, equity, drawdown FROM added;
  RETURN NULL;
END $$;

-- Shuts those out who would add points, and takes a lock on the table; in turns, so that nobody queues behind the waiting for long.
CREATE PROCEDURE lock_equity_points(mode text)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('lock_timeout', '200ms', true);
  LOOP
    BEGIN
      LOCK TABLE backgrid.equity_points_gate IN ACCESS EXCLUSIVE MODE;
      EXECUTE format('LOCK TABLE ONLY backgrid.equity_points IN %s MODE', mode);
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.2);
    END;
  END LOOP;
END $$;

-- For an administrator, as backgrid_owner: moves the points to a new table, a hypertable where there can be one, while the service runs. Called
-- again after it was interrupted, it goes on. What it leaves is equity_points_old, to be dropped.
CREATE PROCEDURE move_equity_points()
LANGUAGE plpgsql AS $$
DECLARE
  step text;
  job uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
  IF current_user <> 'backgrid_owner' THEN RAISE EXCEPTION 'run this as backgrid_owner: SET ROLE backgrid_owner'; END IF;
  IF NOT pg_try_advisory_lock(hashtext('backgrid.move_equity_points')) THEN RAISE EXCEPTION 'the points are being moved'; END IF;
  IF to_regclass('backgrid.equity_points_old') IS NOT NULL THEN RAISE EXCEPTION 'drop backgrid.equity_points_old first'; END IF;

  IF to_regclass('backgrid.equity_points_next') IS NULL THEN
    CREATE TABLE backgrid.equity_points_next (LIKE backgrid.equity_points INCLUDING ALL);
    FOR step IN
      SELECT backgrid.equity_hypertable_steps('backgrid.equity_points_next', s) FROM backgrid.equity_hypertable_schema() s WHERE s IS NOT NULL
    LOOP
      EXECUTE step;
    END LOOP;
    CALL backgrid.lock_equity_points('SHARE ROW EXCLUSIVE');
    CREATE TRIGGER write_to_both AFTER INSERT ON backgrid.equity_points
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION backgrid.write_points_to_both();
    COMMIT;
  END IF;

  LOOP
    SELECT job_id INTO job FROM backgrid.equity_points WHERE job_id > job ORDER BY job_id LIMIT 1;
    EXIT WHEN job IS NULL;
    IF NOT EXISTS (SELECT FROM backgrid.equity_points_next WHERE job_id = job) THEN
      INSERT INTO backgrid.equity_points_next SELECT job_id, ts, equity, drawdown FROM backgrid.equity_points WHERE job_id = job;
      COMMIT;
    END IF;
  END LOOP;
  COMMIT;

  CALL backgrid.lock_equity_points('ACCESS EXCLUSIVE');
  DROP TRIGGER write_to_both ON backgrid.equity_points;
  ALTER TABLE backgrid.equity_points RENAME CONSTRAINT equity_points_pkey TO equity_points_old_pkey;
  ALTER TABLE backgrid.equity_points RENAME TO equity_points_old;
  ALTER TABLE backgrid.equity_points_next RENAME CONSTRAINT equity_points_next_pkey TO equity_points_pkey;
  ALTER TABLE backgrid.equity_points_next RENAME TO equity_points;
  CREATE TRIGGER refuse_foreign AFTER INSERT ON backgrid.equity_points
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION backgrid.refuse_foreign_points();
  GRANT INSERT ON backgrid.equity_points TO backgrid_app;
  GRANT SELECT ON backgrid.equity_points TO backgrid_keeper;
  COMMIT;
  PERFORM pg_advisory_unlock(hashtext('backgrid.move_equity_points'));
END $$;

REVOKE ALL ON FUNCTION refuse_foreign_points(), note_removed_points(), equity_of_job(uuid, timestamptz), equity_in_buckets(uuid, integer),
  last_equity(uuid[]), monthly_equity(uuid[]), remove_equity_points(integer),
  compress_equity_points(interval), expire_equity_points(timestamptz, integer), write_points_to_both() FROM PUBLIC;
REVOKE ALL ON PROCEDURE lock_equity_points(text), move_equity_points() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION equity_of_job(uuid, timestamptz), equity_in_buckets(uuid, integer), last_equity(uuid[]), monthly_equity(uuid[]),
  remove_equity_points(integer), compress_equity_points(interval) TO backgrid_app;
