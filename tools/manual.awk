# Used by tools/manual: joins the tables' part of a page (mdoc) with its prose (Markdown) and prints the page.
# Of Markdown it knows what docs/ uses: headings, paragraphs, lists, tables, fenced blocks, code, emphasis, links.

function add(line) { text[here] = text[here] line "\n" }
function section_begin(title) {
	here = title
	if (!(here in text)) { order[++n_order] = here; text[here] = "" }
	gap = text[here] != ""
}
# A paragraph needs a .Pp in front unless its section begins with it.
function paragraph() { if (gap) add(".Pp"); gap = 1 }

function literal(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	if (s ~ /^[.']/) s = "\\&" s
	return s
}
# Markdown's own escapes are undone.
function plain(s) {
	s = unescaped(s)
	gsub(/\\/, "\\e", s)
	return s
}
function unescaped(s,    out) {
	out = ""
	while (match(s, /\\[^A-Za-z0-9 ]/)) {
		out = out substr(s, 1, RSTART - 1) substr(s, RSTART + 1, 1)
		s = substr(s, RSTART + 2)
	}
	return out s
}

# Code, emphasis and links of a text.
function inline(s,    out, before, at, label, url) {
	out = ""
	while (match(s, /`[^`]+`|\*\*[^*]+\*\*|\*[^* ][^*]*\*|!?\[[^]]*\]\([^)]*\)/)) {
		before = substr(s, 1, RSTART - 1)
		at = substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
		out = out plain(before)
		if (at ~ /^`/) out = out "\\fB" code(substr(at, 2, length(at) - 2)) "\\fR"
		else if (at ~ /^\*\*/) out = out "\\fB" plain(substr(at, 3, length(at) - 4)) "\\fR"
		else if (at ~ /^\*/) out = out "\\fI" plain(substr(at, 2, length(at) - 2)) "\\fR"
		else if (at ~ /^!/) out = out ""
		else {
			label = at; sub(/^\[/, "", label); sub(/\]\(.*/, "", label)
			url = at; sub(/.*\]\(/, "", url); sub(/\)$/, "", url)
			out = out inline(label) (url ~ /^https?:/ && url != label ? " (" url ")" : "")
		}
	}
	return out plain(s)
}
function code(s) { gsub(/\\/, "\\e", s); gsub(/-/, "\\-", s); return s }

# Lines of at most 78 bytes, a sentence beginning on a line of its own.
function fill(s,    words, n, i, line) {
	n = split(s, words, /[ \t]+/)
	line = ""
	for (i = 1; i <= n; i++) {
		if (words[i] == "") continue
		if (words[i] ~ /^[.']/) words[i] = "\\&" words[i]
		if (line != "" && length(line) + 1 + length(words[i]) > 78) { add(line); line = "" }
		line = line (line == "" ? "" : " ") words[i]
		if (words[i] ~ /[^ ][.?!](\\f[RBI])?[")]*$/) { add(line); line = "" }
	}
	if (line != "") add(line)
}

# ---- blocks: what was gathered is written when something else begins
function flush(    i) {
	if (para != "") {
		if (here == "SEE ALSO") also = also " " para
		else { paragraph(); fill(inline(para)) }
		para = ""
	}
	if (n_items) {
		if (here == "SEE ALSO") for (i = 1; i <= n_items; i++) also = also " " items[i]
		else {
			add(".Bl -" list " -width Ds")
			for (i = 1; i <= n_items; i++) { add(".It"); fill(inline(items[i])) }
			add(".El")
			gap = 1
		}
		n_items = 0
	}
	if (n_rows) table()
}
function cells(row, out,    n, i) {
	gsub(/\\\|/, "\001", row)
	sub(/^\| */, "", row); sub(/ *\|$/, "", row)
	n = split(row, out, / *\| */)
	for (i = 1; i <= n; i++) gsub(/\001/, "|", out[i])
	return n
}
function table(    heads, named, n, row, i, k, item, body) {
	n = cells(rows[1], heads)
	add(".Bl -tag -width Ds")
	for (i = 3; i <= n_rows; i++) {
		split("", row)
		cells(rows[i], row)
		item = inline(row[1])
		gsub(/"/, "\"\"", item)
		add(".It \"\\&" item "\"")
		body = ""
		for (k = 2; k <= n; k++) {
			if (row[k] == "") continue
			# What follows "holds" or "what is in it" is clear without the heading; "default" or "left out" is not.
			named = k > 2 && heads[k] != "" && heads[k] !~ /^(holds|what .*)$/
			if (body != "") body = body (body ~ /[.;:]$/ ? " " : named ? "; " : ": ")
			if (named) body = body heads[k] ": "
			body = body row[k]
		}
		if (body == "") add("\\&")
		else fill(inline(body))
	}
	add(".El")
	gap = 1
	n_rows = 0
}

# ---- the tables' part
part == "tables" && /^\.Sh / { section_begin(substr($0, 5)); next }
part == "tables" && here == "" { head = head $0 "\n"; next }
part == "tables" && here == "SEE ALSO" { if ($1 == ".Xr") also = also " " $2 "(" $3 ")"; next }
part == "tables" { add($0); next }

# ---- the prose
/^<!-- what: / { what = $0; sub(/^<!-- what: /, "", what); sub(/ -->$/, "", what) }
!begun {
	begun = 1
	if (head == "") {
		dt = toupper(name)
		head = ".Dd " day "\n.Dt " dt " " section "\n.Os\n"
		section_begin("NAME")
		add(".Nm " name)
		add(".Nd " what)
	}
	section_begin("DESCRIPTION")
}
/^```/ {
	flush()
	if (fenced) add(".Ed")
	else add(".Bd -literal -offset indent")
	fenced = !fenced
	gap = 1
	next
}
fenced { add(literal($0)); next }
# Remarks for those who read the source, and the marks of tests.
/^<!--/ { remark = 1 }
remark { if (/-->/) remark = 0; next }
/^# / { flush(); next }
# What is named by code is a part of the section, not one like all pages have.
/^## `/ { flush(); sub(/^#+ /, ""); gsub(/`/, ""); add(".Ss " plain($0)); gap = 0; next }
# Where prose says what statuses mean, it says it all.
/^## Exit status$/ { flush(); section_begin("EXIT STATUS"); text[here] = ""; gap = 0; next }
/^## / { flush(); section_begin(toupper(substr($0, 4))); next }
/^###/ { flush(); sub(/^#+ /, ""); add(".Ss " inline($0)); gap = 0; next }
/^\|/ { if (!n_rows) flush(); rows[++n_rows] = $0; next }
/^(-|[0-9]+\.) / {
	if (!n_items) { flush(); list = /^-/ ? "bullet" : "enum" }
	sub(/^(-|[0-9]+\.) /, "")
	items[++n_items] = $0
	next
}
/^[ \t]*$/ { flush(); next }
/^[ \t]/ && n_items { items[n_items] = items[n_items] " " $0; next }
{ if (n_items || n_rows) flush(); para = para (para == "" ? "" : " ") $0 }

# ---- the page
function print_section(title) {
	if (!(title in text) || text[title] == "") return
	printf ".Sh %s\n%s", title, text[title]
	delete text[title]
}
function print_also(    n, refs, i, k, t, line) {
	n = split(also, refs, /[ ,]+/)
	k = 0
	for (i = 1; i <= n; i++)
		if (refs[i] ~ /^[A-Za-z0-9_.-]+\([0-9]\)$/ && refs[i] != name "(" section ")" && !seen[refs[i]]++) {
			match(refs[i], /\(/)
			refs[++k] = substr(refs[i], RSTART + 1, 1) " " substr(refs[i], 1, RSTART - 1)
		}
	if (!k) return
	for (i = 2; i <= k; i++)
		for (t = i; t > 1 && refs[t] < refs[t - 1]; t--) { line = refs[t]; refs[t] = refs[t - 1]; refs[t - 1] = line }
	print ".Sh SEE ALSO"
	for (i = 1; i <= k; i++)
		printf ".Xr %s %s%s\n", substr(refs[i], 3), substr(refs[i], 1, 1), i < k ? " ," : ""
}
END {
	flush()
	printf "%s", head
	split("NAME,SYNOPSIS,DESCRIPTION,OPTIONS", first, ",")
	split("ENVIRONMENT,FILES,EXIT STATUS,EXAMPLES,DIAGNOSTICS", last, ",")
	for (i = 1; i <= 4; i++) print_section(first[i])
	for (i = 1; i <= 5; i++) standard[last[i]] = 1
	for (i = 1; i <= n_order; i++) if (!(order[i] in standard)) print_section(order[i])
	for (i = 1; i <= 5; i++) print_section(last[i])
	print_also()
}
