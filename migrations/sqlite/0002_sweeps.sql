-- Sweeps and walk-forwards are jobs like any other. They are few beside backtests: what is listed of them has an index of its own, which costs
-- those nothing. What a walk-forward leaves lies in results and curves.
ALTER TABLE jobs ADD COLUMN kind TEXT NOT NULL DEFAULT 'backtest' CHECK (kind IN ('backtest', 'sweep', 'walk_forward'));

CREATE INDEX jobs_sweeps ON jobs (user_id, id) WHERE kind = 'sweep';
CREATE INDEX jobs_walk_forwards ON jobs (user_id, id) WHERE kind = 'walk_forward';

-- Every trial of a sweep in grid order. axes: JSON text. Blobs: the position of each trial's value on each axis, in as few bytes as the longest
-- axis needs, packed by zstd; little-endian doubles, one column after the other.
CREATE TABLE trials (
  user_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  trial_count INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  objective TEXT NOT NULL,
  best REAL,
  version INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  axes TEXT NOT NULL,
  choices BLOB NOT NULL,
  figures BLOB NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
) STRICT;
