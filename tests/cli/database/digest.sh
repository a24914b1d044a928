# pt-query-digest's figures of slow.log. Without it: what it said when this was recorded.
export LC_ALL=C TZ=UTC
here=$(dirname "$0")
if ! command -v pt-query-digest >/dev/null || ! HOME=. pt-query-digest --no-version-check --limit 100% --output json slow.log >digest.json 2>/dev/null; then
	exec cat "$here/digest"
fi
exec perl -MJSON::PP -e '
local $/; my $text = <STDIN>; $text =~ s/^[^{]*//; my $j = decode_json($text); my @rows;
for my $c (@{$j->{classes}}) {
	my $m = $c->{metrics};
	push @rows, sprintf "%s,%d,%.6f,%.6f,%.6f,%.6f,%d,%d\n", lc substr($c->{fingerprint}, 0, 6), $c->{query_count},
		(map { $m->{Query_time}{$_} } qw(sum min max)), $m->{Lock_time}{sum}, $m->{Rows_sent}{sum}, $m->{Rows_examined}{sum};
}
print sort @rows;' <digest.json
