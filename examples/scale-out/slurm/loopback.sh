#!/bin/sh
# loopback.sh COMMAND...: runs a command with a Slurm of its own: munged, slurmctld and one slurmd of this machine, on
# 127.0.0.1 and in a folder that goes away afterwards. For trying and testing: sbatch, squeue and the like reach it.
# Nothing of the system's own Slurm, if there is one, is touched. Without Slurm: says so and ends with 77.
set -eu
[ $# -ge 1 ] || { echo "usage: $0 COMMAND..." >&2; exit 2; }
PATH=$PATH:/usr/sbin:/sbin
for program in munged mungekey slurmctld slurmd sbatch squeue scontrol; do
	command -v $program >/dev/null || { echo "$program is not installed (Debian: apt-get install slurm-wlm munge)" >&2; exit 77; }
done
# A socket's path is short.
dir=$(mktemp -d /tmp/slurm.XXXXXX)
user=$(id -un) host=$(uname -n | sed 's/\..*//')
controller='' node='' munge=''
stop() {
	for pid in $controller $node $munge; do kill "$pid" 2>/dev/null || :; done
	for pid in $controller $node $munge; do
		tries=0
		while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
		kill -9 "$pid" 2>/dev/null || :
	done
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -m 700 "$dir/munge" "$dir/spool" "$dir/state"
# munged wants every folder above its files to be nobody else's; /tmp is everybody's, but sticky: hence --force.
mungekey --create --keyfile="$dir/munge/key"
munged --force --foreground --socket="$dir/munge/socket" --key-file="$dir/munge/key" --pid-file="$dir/munge/pid" \
	--log-file="$dir/munge/log" --seed-file="$dir/munge/seed" 2>"$dir/munged.log" &
munge=$!

# Ports that nobody has: two from a place that differs from run to run.
port=$((20000 + $$ % 20000))
cpus=$(getconf _NPROCESSORS_ONLN)
cat >"$dir/slurm.conf" <<EOF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MinJobAge=60
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=60 State=UP
EOF
SLURM_CONF=$dir/slurm.conf
export SLURM_CONF
slurmctld -D -c 2>"$dir/slurmctld.out" &
controller=$!
slurmd -D -c 2>"$dir/slurmd.out" &
node=$!

tries=0
until squeue >/dev/null 2>&1 && scontrol show node "$host" 2>/dev/null | grep -q 'State=IDLE'; do
	tries=$((tries + 1))
	if [ $tries -gt 300 ]; then
		echo "Slurm did not start:" >&2
		tail -n 5 "$dir"/*.log "$dir"/*.out >&2
		exit 1
	fi
	sleep 0.1
done
status=0
"$@" || status=$?
if [ $status -ne 0 ]; then tail -n 5 "$dir"/slurm*.log >&2; fi
exit $status
