-- Times are epoch ms. What belongs to a user carries user_id and can be seen and written only by sessions whose transaction names that user in
-- app.user_id. Run as backgrid_owner, in the schema backgrid.

GRANT USAGE ON SCHEMA backgrid TO backgrid_app, backgrid_keeper;
GRANT SELECT ON migrations TO backgrid_app;

-- Forced policies on a table with user_id, for its owner too. Without a user no row is seen: the setting is empty then, or not there.
CREATE PROCEDURE protect(target regclass) LANGUAGE plpgsql SET search_path = backgrid, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format(
    'CREATE POLICY of_user ON %s USING (user_id = (SELECT nullif(current_setting(''app.user_id'', true), '''')::uuid))', target);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO backgrid_app', target);
END $$;
REVOKE EXECUTE ON PROCEDURE protect FROM PUBLIC;

-- The few functions that look across users are the keeper's, who has policies of its own, and are the service's to call alone.
CREATE PROCEDURE hand_to_keeper(target regprocedure) LANGUAGE plpgsql SET search_path = backgrid, pg_temp AS $$
BEGIN
  EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', target);
  EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO backgrid_app', target);
  GRANT CREATE ON SCHEMA backgrid TO backgrid_keeper;
  EXECUTE format('ALTER FUNCTION %s OWNER TO backgrid_keeper', target);
  REVOKE CREATE ON SCHEMA backgrid FROM backgrid_keeper;
END $$;
REVOKE EXECUTE ON PROCEDURE hand_to_keeper FROM PUBLIC;

-- By the database's clock, which all processes share.
CREATE FUNCTION present_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

CREATE TABLE users (
  id uuid NOT NULL PRIMARY KEY,
  created_at_ms bigint NOT NULL
);

INSERT INTO users (id, created_at_ms) VALUES ('00000000-0000-7000-8000-000000000001', 0);

-- Columns of bars as encoded by the service, named by the hash of those bytes; shared, so without a user.
CREATE TABLE bars (
  hash text COLLATE "C" NOT NULL PRIMARY KEY,
  data bytea NOT NULL
);
ALTER TABLE bars ALTER COLUMN data SET STORAGE EXTERNAL;
GRANT SELECT, INSERT ON bars TO backgrid_app;
GRANT SELECT, UPDATE, DELETE ON bars TO backgrid_keeper;

-- due_at_ms: a queued job may be taken from then on, the lease of a running one ends then; null for final ones.
CREATE TABLE jobs (
  user_id uuid NOT NULL REFERENCES users (id),
  id uuid NOT NULL,
  status text COLLATE "C" NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  attempt integer NOT NULL,
  tries integer NOT NULL,
  due_at_ms bigint,
  worker text,
  created_at_ms bigint NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  strategy text COLLATE "C" NOT NULL,
  bars_source text COLLATE "C" NOT NULL CHECK (bars_source IN ('yahoo', 'dataset', 'inline', 'sample')),
  bars_hash text COLLATE "C" REFERENCES bars (hash),
  problem text,
  PRIMARY KEY (user_id, id),
  CHECK ((due_at_ms IS NOT NULL) = (status IN ('queued', 'running'))),
  CHECK ((worker IS NOT NULL) = (status = 'running')),
  CHECK ((problem IS NOT NULL) = (status = 'failed'))
);

CREATE INDEX jobs_open ON jobs (id, due_at_ms) WHERE due_at_ms IS NOT NULL;
-- The user comes second, so that nobody takes these for a job that is looked up by user and id before there are statistics.
CREATE INDEX jobs_by_status ON jobs (status, user_id, id);
CREATE INDEX jobs_by_symbol ON jobs (symbol, user_id, id);
CREATE INDEX jobs_by_strategy ON jobs (strategy, user_id, id);
CREATE INDEX jobs_by_bars ON jobs (bars_hash) WHERE bars_hash IS NOT NULL;
CALL protect('jobs');

-- Apart from the job, so that a change of its state does not write a long request again.
CREATE TABLE requests (
  user_id uuid NOT NULL,
  job_id uuid NOT NULL,
  request text NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);
CALL protect('requests');

CREATE TABLE results (
  user_id uuid NOT NULL,
  job_id uuid NOT NULL,
  sharpe double precision,
  total_return double precision,
  max_drawdown double precision,
  result_hash text NOT NULL,
  head text NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);
CALL protect('results');

CREATE TABLE trades (
  user_id uuid NOT NULL,
  job_id uuid NOT NULL,
  trades text NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);
CALL protect('trades');

-- Blobs are little-endian doubles: the values; the times, then the values of the preview; the steps between times, packed by zstd.
CREATE TABLE curves (
  user_id uuid NOT NULL,
  job_id uuid NOT NULL,
  version integer NOT NULL,
  points bigint NOT NULL,
  initial_cash double precision NOT NULL,
  daily smallint NOT NULL,
  checksum text NOT NULL,
  preview_checksum text NOT NULL,
  preview bytea NOT NULL,
  times bytea NOT NULL,
  equity bytea NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);
ALTER TABLE curves ALTER COLUMN preview SET STORAGE EXTERNAL, ALTER COLUMN times SET STORAGE EXTERNAL,
  ALTER COLUMN equity SET STORAGE EXTERNAL;
CALL protect('curves');

-- A fifth of the time that the default takes, where the server was built with it.
DO $$
BEGIN
  ALTER TABLE requests ALTER COLUMN request SET COMPRESSION lz4;
  ALTER TABLE results ALTER COLUMN head SET COMPRESSION lz4;
  ALTER TABLE trades ALTER COLUMN trades SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL,
  key text COLLATE "C" NOT NULL,
  body_hash text NOT NULL,
  job_id uuid NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (user_id, key),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);

CREATE INDEX idempotency_keys_by_job ON idempotency_keys (user_id, job_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);
CALL protect('idempotency_keys');

CREATE TABLE datasets (
  user_id uuid NOT NULL REFERENCES users (id),
  symbol text COLLATE "C" NOT NULL,
  interval text NOT NULL,
  adjusted smallint NOT NULL,
  row_count bigint NOT NULL,
  from_time text NOT NULL,
  to_time text NOT NULL,
  hash text NOT NULL,
  bars_hash text COLLATE "C" NOT NULL REFERENCES bars (hash),
  warnings text NOT NULL,
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (user_id, symbol)
);

CREATE INDEX datasets_by_bars ON datasets (bars_hash);
CALL protect('datasets');

GRANT SELECT ON jobs, datasets TO backgrid_keeper;
GRANT SELECT, DELETE ON idempotency_keys TO backgrid_keeper;
CREATE POLICY of_all ON jobs FOR SELECT TO backgrid_keeper USING (true);
CREATE POLICY of_all ON datasets FOR SELECT TO backgrid_keeper USING (true);
CREATE POLICY of_all ON idempotency_keys TO backgrid_keeper USING (true);

CREATE FUNCTION forget_keys(before_ms bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
  WITH gone AS (DELETE FROM idempotency_keys WHERE created_at_ms < before_ms RETURNING 1) SELECT count(*) FROM gone
$$;
CALL hand_to_keeper('forget_keys(bigint)');

-- Deletes those of these bars that no job and no dataset names any more. The lock waits for whoever just names them, or ceases to.
CREATE FUNCTION drop_bars(hashes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
BEGIN
  PERFORM FROM bars WHERE hash = ANY (hashes) ORDER BY hash FOR UPDATE;
  DELETE FROM bars WHERE hash = ANY (hashes)
    AND NOT EXISTS (SELECT FROM jobs WHERE bars_hash = bars.hash) AND NOT EXISTS (SELECT FROM datasets WHERE bars_hash = bars.hash);
END $$;
CALL hand_to_keeper('drop_bars(text[])');
