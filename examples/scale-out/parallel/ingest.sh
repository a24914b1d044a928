#!/bin/sh
# ingest.sh STORE PATH...: reads an archive in shards with GNU parallel and joins them into STORE.
#
#   SHARDS=8 ./ingest.sh night.inquest /var/log/archive       one machine
#   HOSTS=hosts.txt SHARDS=8 ./ingest.sh ...                  several: a file of parallel's --sshloginfile; all of them must
#                                                             see the archive and the working folder under the same names
#
# `inquest ingest` alone uses all cores of a machine; shards pay where files are on several machines' disks or a shared
# one, or to keep what is done when a machine fails: run it again, and only what is missing is read.
set -eu
[ $# -ge 2 ] || { echo "usage: [SHARDS=N] [HOSTS=FILE] $0 STORE PATH..." >&2; exit 2; }
store=$1
shift
shards=${SHARDS:-$(getconf _NPROCESSORS_ONLN)}
parts=$store.parts
mkdir -p "$parts"

# --halt: the first failure stops what was not begun. {} is the number of the shard.
seq "$shards" | parallel ${HOSTS:+--sshloginfile "$HOSTS" --workdir .} --quote --no-notice \
	--jobs "${JOBS:-$shards}" --halt soon,fail=1 --joblog "$parts/log" \
	inquest ingest -q --jobs 1 -s "$parts/{}.inquest" --shard "{}/$shards" "$@"

# --strict: a missing shard is an error. The store is made beside its place, so that it is there whole or not at all.
rm -f "$store.new"
seq "$shards" | sed "s|.*|$parts/&.inquest|" | tr '\n' '\0' | xargs -0 inquest merge --strict -s "$store.new"
mv "$store.new" "$store"
rm -r "$parts"
