#!/usr/bin/env bash
# Reports of the demo repository: every policy is in every report, no input is quoted, hostile names
# are inert. Schemas and other judges: oracles.sh.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

"$SOURCE/fixtures/demo/make.sh" demo
cd demo
expect 1 "core/expiry" check -o text=- -o junit=../j.xml -o sarif=../s.sarif -o html=../h.html \
    -o json=../r.json -o sarif,profile=github=../g.sarif
cd ..
for word in core/expiry core/no_private_keys core/cipher_suites core/key_size core/validity_max \
    core/owner_present core/approved_ca; do
    for report in j.xml s.sarif h.html r.json; do
        grep -q "$word" "$report" || { echo "FAIL: $word is not in $report" >&2; exit 1; }
    done
done
xmllint --noout j.xml
xmllint --noout --html h.html 2>/dev/null
if grep -q 'BEGIN' j.xml s.sarif h.html r.json; then
    echo "FAIL: a report quotes an input" >&2
    exit 1
fi

# hostile names come out inert everywhere
hostile_folder hostile
code=0
check -o text=- -o junit=hj.xml -o sarif=hs.sarif -o html=hh.html hostile >ht.txt 2>&1 || code=$?
[ "$code" -eq 1 ]
xmllint --noout hj.xml
for report in ht.txt hj.xml hh.html; do
    alive='^[[:space:]]*::|##vso\[|<script>alert|\[\[ATTACHMENT'
    [ "$report" != hh.html ] || alive='<script' # a page is no log: markup is what it obeys
    if grep -aqE "$alive" "$report" ||
        LC_ALL=C grep -aqP '\x1b|\x07|\xe2\x80\xae' "$report"; then
        echo "FAIL: something hostile is alive in $report" >&2
        exit 1
    fi
done
if LC_ALL=C grep -aqP '\x1b|\x07|\xe2\x80\xae' hs.sarif; then
    echo "FAIL: control characters in SARIF" >&2
    exit 1
fi
echo "ok: hostile names are inert"
