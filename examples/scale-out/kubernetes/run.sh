#!/bin/sh
# run.sh [KUBECTL OPTION...]: reads and joins an archive with the two Jobs beside it; waits for each (WAIT, by default 1h).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for job in ingest merge; do
	kubectl "$@" apply -f "$here/$job.yaml"
	kubectl "$@" wait --for=condition=complete --timeout="${WAIT:-1h}" "job/inquest-$job"
done
