-- Jobs that were asked for together. A batch outlives each of its jobs; their order is that of their ids.
CREATE TABLE batches (
  user_id TEXT NOT NULL REFERENCES users (id),
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('backtest', 'sweep')),
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE jobs ADD COLUMN batch_id TEXT;

CREATE INDEX jobs_by_batch ON jobs (user_id, batch_id, id) WHERE batch_id IS NOT NULL;
