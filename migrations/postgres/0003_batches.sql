-- Jobs that were asked for together. A batch outlives each of its jobs; their order is that of their ids.
CREATE TABLE batches (
  user_id uuid NOT NULL REFERENCES users (id),
  id uuid NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('backtest', 'sweep')),
  created_at_ms bigint NOT NULL,
  PRIMARY KEY (user_id, id)
);
CALL protect('batches');

ALTER TABLE jobs ADD COLUMN batch_id uuid;

CREATE INDEX jobs_by_batch ON jobs (user_id, batch_id, id) WHERE batch_id IS NOT NULL;
