# pgBadger's figures of postgresql.log: "statements" or "server". Without pgBadger: what it said when this was recorded.
export LC_ALL=C TZ=UTC
here=$(dirname "$0")
if ! command -v pgbadger >/dev/null || ! pgbadger -q -p '%m [%p]: user=%u,db=%d,app=%a,client=%h ' -o pgbadger.json postgresql.log >/dev/null 2>&1; then
	exec cat "$here/$1"
fi
exec perl -MJSON::PP -e '
local $/; my $j = decode_json(<STDIN>); my %s;
if ($ARGV[0] eq "statements") {
	my $n = $j->{normalyzed_info}{postgres};
	for my $q (keys %$n) {
		next unless $n->{$q}{count};
		my ($r, $k) = ($n->{$q}, lc substr($q, 0, 6));
		$s{$k}[0] += $r->{count}; $s{$k}[1] += $r->{duration};
		$s{$k}[2] = $r->{min} if !defined $s{$k}[2] || $r->{min} < $s{$k}[2];
		$s{$k}[3] = $r->{max} if !defined $s{$k}[3] || $r->{max} > $s{$k}[3];
	}
	printf "%s,%d,%.3f,%.3f,%.3f\n", $_, @{$s{$_}} for sort keys %s;
} else {
	my ($l, $t, $e) = (0, 0, $j->{error_info}{postgres});
	for my $m (values %{$j->{lock_info}{postgres}}) { $l += $m->{count}; $t += $m->{duration}; }
	my $c = 0; for (keys %$e) { $c += $e->{$_}{count} if /canceling/; }
	my $f = $j->{tempfile_info}{postgres};
	printf "connections %d\nsessions %d %d\ntemporary files %d %d %d\nlocks %d %.3f\ncheckpoints %.3f\ncancelled %d\n",
		$j->{connection_info}{postgres}{count}, $j->{session_info}{postgres}{count}, $j->{session_info}{postgres}{duration},
		$f->{count}, $f->{size}, $f->{maxsize}, $l, $t, $j->{checkpoint_info}{total}, $c;
}' "$1" <pgbadger.json
