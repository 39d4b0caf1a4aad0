-- Sweeps and walk-forwards are jobs like any other. They are few beside backtests: what is listed of them has an index of its own, which costs
-- those nothing. What a walk-forward leaves lies in results and curves.
ALTER TABLE jobs ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'backtest'
  CONSTRAINT jobs_kind CHECK (kind IN ('backtest', 'sweep', 'walk_forward'));

CREATE INDEX jobs_sweeps ON jobs (user_id, id) WHERE kind = 'sweep';
CREATE INDEX jobs_walk_forwards ON jobs (user_id, id) WHERE kind = 'walk_forward';

-- Every trial of a sweep in grid order. axes: JSON text. Blobs: the position of each trial's value on each axis, in as few bytes as the longest
-- axis needs, packed by zstd; little-endian doubles, one column after the other.
CREATE TABLE trials (
  user_id uuid NOT NULL,
  job_id uuid NOT NULL,
  trial_count bigint NOT NULL,
  skipped bigint NOT NULL,
  objective text NOT NULL,
  best double precision,
  version integer NOT NULL,
  checksum text NOT NULL,
  axes text NOT NULL,
  choices bytea NOT NULL,
  figures bytea NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);
ALTER TABLE trials ALTER COLUMN choices SET STORAGE EXTERNAL, ALTER COLUMN figures SET STORAGE EXTERNAL;
CALL protect('trials');

-- What waits for a worker, of all users, oldest first; now_ms: null for the present.
CREATE FUNCTION due_jobs(now_ms bigint, most integer)
RETURNS TABLE (user_id uuid, id uuid, kind text, status text, attempt integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
  SELECT j.user_id, j.id, j.kind, j.status, j.attempt FROM jobs j
  WHERE j.due_at_ms <= coalesce(now_ms, (SELECT present_ms())) ORDER BY j.id LIMIT most
$$;
CALL hand_to_keeper('due_jobs(bigint, integer)');

CREATE FUNCTION running_jobs() RETURNS TABLE (user_id uuid, id uuid, worker text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
  SELECT j.user_id, j.id, j.worker FROM jobs j WHERE j.due_at_ms IS NOT NULL AND j.status = 'running' ORDER BY j.id
$$;
CALL hand_to_keeper('running_jobs()');

-- How many of each kind are queued, and for how long the oldest has been there.
CREATE FUNCTION queue_depth() RETURNS TABLE (kind text, queued bigint, oldest_ms bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = backgrid, pg_temp AS $$
  SELECT j.kind, count(*), greatest(0, (SELECT present_ms()) - min(j.created_at_ms)) FROM jobs j
  WHERE j.due_at_ms IS NOT NULL AND j.status = 'queued' GROUP BY j.kind
$$;
CALL hand_to_keeper('queue_depth()');
