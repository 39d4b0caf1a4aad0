-- A sweep that is too large for one process is run in parts, each a job of its own that workers alone see. They go when the sweep is final.
ALTER TABLE jobs DROP CONSTRAINT jobs_kind,
  ADD CONSTRAINT jobs_kind CHECK (kind IN ('backtest', 'sweep', 'walk_forward', 'sweep_part'));

-- A block of trials in grid order. trials: what a finished part left, until the sweep is collected.
CREATE TABLE sweep_parts (
  user_id uuid NOT NULL,
  job_id uuid NOT NULL,
  sweep_id uuid NOT NULL,
  part integer NOT NULL,
  first_trial bigint NOT NULL,
  trial_count bigint NOT NULL,
  trials bytea,
  PRIMARY KEY (user_id, job_id),
  UNIQUE (user_id, sweep_id, part),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, sweep_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
);
ALTER TABLE sweep_parts ALTER COLUMN trials SET STORAGE EXTERNAL;
CALL protect('sweep_parts');
