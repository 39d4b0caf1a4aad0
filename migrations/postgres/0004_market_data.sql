-- Market data as it was fetched, shared by all users. data: the bytes of a cache entry, which tell their series, version and checksum.
CREATE TABLE market_data (
  key text NOT NULL PRIMARY KEY,
  fetched_at_ms bigint NOT NULL,
  data bytea NOT NULL
);
ALTER TABLE market_data ALTER COLUMN data SET STORAGE EXTERNAL;

-- Which process fetches a series now. After a crash of the server nobody does: the table may come back empty.
CREATE UNLOGGED TABLE market_data_leases (
  key text NOT NULL PRIMARY KEY,
  holder uuid NOT NULL,
  until_ms bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON market_data, market_data_leases TO backgrid_app;
