#!/bin/sh
# Starts the service on a free port, with a folder of its own and a stand-in for Yahoo, goes the main ways with curl, and cleans up.
# Ends with 0, or names what failed and ends with 1.
set -u
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
failed=0
stand_in=""
server=""
clean_up() {
  for pid in $server $stand_in; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Waits until a file holds an address, and prints that.
address_in() {
  tries=0
  until grep -o 'http://[0-9.]*:[0-9]*' "$1" | head -n 1 | grep . || [ $tries -ge 100 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
}

bun cli/setup.ts >"$folder/setup" 2>&1 || { cat "$folder/setup"; echo "FAILED: set-up"; exit 1; }
bun data/yahoo-stand-in.ts --port 0 >"$folder/stand-in" 2>&1 &
stand_in=$!
yahoo=$(address_in "$folder/stand-in")
HOST=127.0.0.1 PORT=0 DATA_DIR="$folder/data" YAHOO_BASE_URL="$yahoo" bun api/server.ts >"$folder/log" 2>&1 &
server=$!
url=$(address_in "$folder/log")
if [ -z "$yahoo" ] || [ -z "$url" ]; then
  cat "$folder/stand-in" "$folder/log"
  echo "FAILED: the service or the stand-in for Yahoo does not listen"
  exit 1
fi

# expect NAME STATUS TEXT CURL-ARGUMENTS…: the answer has this status and holds this text.
expect() {
  name=$1 status=$2 text=$3
  shift 3
  got=$(curl -s -m 60 -o "$folder/answer" -w '%{http_code}' "$@")
  if echo "$got" | grep -q -x -e "$status" && grep -q -e "$text" "$folder/answer"; then
    echo "ok      $name"
  else
    failed=1
    echo "FAILED  $name: wanted $status with $text, got $got:"
    head -c 600 "$folder/answer"
    echo
  fi
}
last_id() { grep -o '"job_id":"[^"]*"' "$folder/answer" | head -n 1 | cut -d '"' -f 4; }

jobs=$url/api/v1/jobs
expect "health" 200 '"ok"' "$url/health"
expect "ready" 200 '"ready"' "$url/ready"
expect "a job as the README has it" 200 '"status":"completed"' \
  -X POST "$jobs" -d '{"symbol":"AAPL","strategy":"ma_crossover","start":"2020-01-01"}'
expect "the same prices from the cache" 200 '"source":"yahoo"' -d @examples/yahoo-job.json "$jobs"
expect "a symbol that Yahoo does not know" 404 '"not_found"' -d '{"symbol":"NOSUCH","strategy":"ma_crossover"}' "$jobs"
expect "a bundled sample" 200 '"trades":\[{' -d @examples/job.json "$jobs"
id=$(last_id)
expect "the job again" 200 "$id" "$jobs/$id"
expect "its equity as CSV" 200 '^time,equity,drawdown' -H 'accept: text/csv' "$jobs/$id/equity"
expect "its trades" 200 '"exit_reason"' "$jobs/$id/trades"
expect "its events" 200 '^event: end' "$jobs/$id/events"
expect "the same result when it is run again" 200 '"match":true' -X POST "$jobs/$id/verify"
expect "bars in the request" 200 '"symbol":"TINY"' -d @examples/inline-job.json "$jobs"
expect "stops, both sides, warm-up" 200 '"direction":"both"' -d @examples/stops-job.json "$jobs"
expect "an uploaded file" 201 '"rows":60' -T examples/prices.csv -H 'content-type: text/csv' "$url/api/v1/datasets/SMOKE"
expect "a job on it" 200 '"source":"dataset"' -d '{"symbol":"SMOKE","source":"dataset","strategy":"momentum","params":{"lookback":5}}' "$jobs"
expect "a job that is not waited for" 202 '"queued"' -H 'prefer: respond-async' -H 'idempotency-key: smoke' -d @examples/job.json "$jobs"
expect "the same key again" "20[02]" "$(last_id)" -H 'idempotency-key: smoke' -d @examples/job.json "$jobs"
expect "a field that is wrong" 400 '"path":"strategy"' -d '{"symbol":"AAPL","strategy":"nope"}' "$jobs"
expect "the list of jobs" 200 '"next_cursor"' "$jobs?limit=2"
expect "the reference" 200 '"openapi":"3.1' "$url/openapi.json"
expect "figures" 200 '^backgrid_' "$url/metrics"

kill -TERM "$server"
wait "$server"
ended=$?
server=""
[ "$ended" = 0 ] && echo "ok      the end" || { failed=1; echo "FAILED  the end: exit code $ended"; tail -n 5 "$folder/log"; }
[ "$failed" = 0 ] && echo "all well"
exit "$failed"
