#!/bin/sh
# submit.sh N STORE PATH...: submits an array of N shards and a job that joins them; prints the number of the latter.
# Paths must be the same on all nodes. Options for sbatch (partition, account, ...): in SBATCH_OPTIONS.
set -eu
[ $# -ge 3 ] || { echo "usage: $0 N STORE PATH..." >&2; exit 2; }
n=$1 store=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
parts=$store.parts
mkdir -p "$parts"
# shellcheck disable=SC2086 # words on purpose
array=$(sbatch --parsable ${SBATCH_OPTIONS:-} --array="1-$n" --output="$parts/%a.log" "$here/ingest.sbatch" "$parts" "$@")
# Should a shard fail, the join is given up instead of waiting for ever.
# shellcheck disable=SC2086
sbatch --parsable ${SBATCH_OPTIONS:-} --dependency="afterok:$array" --kill-on-invalid-dep=yes --output="$store.log" \
	"$here/merge.sbatch" "$store" "$parts"
