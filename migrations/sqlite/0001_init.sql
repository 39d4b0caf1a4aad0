-- Times are epoch ms, ids are text. What belongs to a user carries user_id. In rows with large values the small columns come first:
-- SQLite reads through all that stands before the column asked for.

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO users (id, created_at_ms) VALUES ('00000000-0000-7000-8000-000000000001', 0);

-- Columns of bars as encoded by the service, named by the hash of those bytes; shared, so without a user.
CREATE TABLE bars (
  hash TEXT NOT NULL PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;

-- due_at_ms: a queued job may be taken from then on, the lease of a running one ends then; null for final ones.
CREATE TABLE jobs (
  user_id TEXT NOT NULL REFERENCES users (id),
  id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
  attempt INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  due_at_ms INTEGER,
  worker TEXT,
  created_at_ms INTEGER NOT NULL,
  symbol TEXT NOT NULL,
  strategy TEXT NOT NULL,
  bars_source TEXT NOT NULL CHECK (bars_source IN ('yahoo', 'dataset', 'inline', 'sample')),
  bars_hash TEXT,
  problem TEXT,
  PRIMARY KEY (user_id, id),
  CHECK ((due_at_ms IS NOT NULL) = (status IN ('queued', 'running'))),
  CHECK ((worker IS NOT NULL) = (status = 'running')),
  CHECK ((problem IS NOT NULL) = (status = 'failed'))
) STRICT;

CREATE INDEX jobs_open ON jobs (id, due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX jobs_by_status ON jobs (user_id, status, id);
CREATE INDEX jobs_by_symbol ON jobs (user_id, symbol, id);
CREATE INDEX jobs_by_strategy ON jobs (user_id, strategy, id);
CREATE INDEX jobs_by_bars ON jobs (bars_hash) WHERE bars_hash IS NOT NULL;

-- Apart from the job, so that a change of its state does not write a long request again.
CREATE TABLE requests (
  user_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  request TEXT NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE results (
  user_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  sharpe REAL,
  total_return REAL,
  max_drawdown REAL,
  result_hash TEXT NOT NULL,
  head TEXT NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE trades (
  user_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  trades TEXT NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
) STRICT;

-- Blobs are little-endian doubles: the values; the times, then the values of the preview; the steps between times, packed by zstd.
CREATE TABLE curves (
  user_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  points INTEGER NOT NULL,
  initial_cash REAL NOT NULL,
  daily INTEGER NOT NULL,
  checksum TEXT NOT NULL,
  preview_checksum TEXT NOT NULL,
  preview BLOB NOT NULL,
  times BLOB NOT NULL,
  equity BLOB NOT NULL,
  PRIMARY KEY (user_id, job_id),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE idempotency_keys (
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  job_id TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, key),
  FOREIGN KEY (user_id, job_id) REFERENCES jobs (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_job ON idempotency_keys (user_id, job_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);

CREATE TABLE datasets (
  user_id TEXT NOT NULL REFERENCES users (id),
  symbol TEXT NOT NULL,
  interval TEXT NOT NULL,
  adjusted INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  from_time TEXT NOT NULL,
  to_time TEXT NOT NULL,
  hash TEXT NOT NULL,
  bars_hash TEXT NOT NULL REFERENCES bars (hash),
  warnings TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, symbol)
) STRICT, WITHOUT ROWID;

CREATE INDEX datasets_by_bars ON datasets (bars_hash);
