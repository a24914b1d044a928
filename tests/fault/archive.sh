# Sourced by tests of faults: a small archive with a bit of everything, and all that a store says as text.

# make_archive FOLDER: packed rotations, a tar, lines without a year, a change log, a copy, and lines that are none.
make_archive() {
	mkdir -p "$1/nginx" "$1/var" "$1/app"
	awk -v out="$1" 'BEGIN {
		for (i = 0; i < 600; i++)
			printf "203.0.113.%d - - [29/Jan/2026:22:%02d:%02d +0000] \"GET /products/%d HTTP/1.1\" %d %d \"-\" \"curl/8\" 0.%03d\n", \
				i % 250, i / 20, i % 20 * 3, i, i % 9 ? 200 : 502, 100 + i, i % 1000 >(out "/nginx/" (i < 300 ? "access.log.1" : "access.log"))
		for (i = 0; i < 200; i++)
			printf "{\"time\":\"2026-01-29T22:%02d:%02dZ\",\"level\":\"%s\",\"msg\":\"order %d took %d ms\"}\n", \
				i / 10, i % 10 * 6, i % 7 ? "info" : "error", i, i * 7 % 100 >(out "/app/web.log")
		print "no json at all" >(out "/app/web.log")
		for (i = 0; i < 40; i++) printf "Jan 29 22:%02d:00 web-1 cron[%d]: job %d started\n", i, 100 + i, i >(out "/var/messages")
		print "2026-01-29T22:10:00Z deploy service=web version=4.7.3 by=ops status=succeeded" >(out "/var/deploy.log")
	}'
	gzip -n "$1/nginx/access.log.1"
	cp "$1/app/web.log" "$1/app/copy.log"
	tar -C "$1" --sort=name --mtime=@1769724302 --owner=0 --group=0 --numeric-owner -cf - var | gzip -n >"$1/var.tar.gz"
	touch -d @1769724302 "$1"/*/* "$1"/*.gz
}

# dump STORE: everything a reader can get out of a store, in an order that does not depend on how it came to be.
dump() {
	inquest query -s "$1" --format csv 'SELECT * FROM events ORDER BY source, line' &&
		inquest query -s "$1" --format csv 'SELECT * FROM sources ORDER BY source' &&
		inquest query -s "$1" --format csv 'SELECT * FROM changes ORDER BY time, text' &&
		inquest query -s "$1" --format csv 'SELECT * FROM templates ORDER BY template' &&
		inquest analyze -q -s "$1" && inquest report -s "$1" -f json
}
