#!/usr/bin/env bash
# Reports of the demo repository against schemas that others wrote, where they lie beside the project.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
schemas=$SOURCE/../shared/schemas

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
if [ -d "$schemas" ]; then
    xmllint --noout --schema "$schemas/junit-windyroad.xsd" j.xml
    xmllint --noout --schema "$schemas/jenkins-junit-10.xsd" j.xml
    if python3 -c 'import jsonschema' 2>/dev/null; then
        python3 - "$schemas/sarif-schema-2.1.0.json" s.sarif g.sarif <<'PY'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for name in sys.argv[2:]:
    errors = list(jsonschema.Draft4Validator(schema).iter_errors(json.load(open(name))))
    for error in errors:
        print(name, list(error.path), error.message[:200])
    if errors:
        sys.exit(1)
PY
    else
        echo "skipped: no python3 jsonschema for the SARIF schema"
    fi
else
    echo "skipped: no schemas beside the project"
fi
if grep -q 'BEGIN' j.xml s.sarif h.html r.json; then
    echo "FAIL: a report quotes an input" >&2
    exit 1
fi

# hostile names come out inert everywhere
mkdir hostile
cat >hostile/i.json <<'JSON'
{"schema": "certaudit/inventory/1", "taken_at": "2026-01-01T00:00:00Z", "records": [
 {"id": "::error::x", "subject": "CN=<script>alert(1)</script>", "key_algorithm": "RSA", "key_size": 512, "owner": "@all"},
 {"id": "##vso[task.complete]", "subject": "CN=\u001b[2J\u202e\u0007", "key_algorithm": "RSA", "key_size": 512, "owner": "/merge"},
 {"id": "[[ATTACHMENT|/etc/passwd]]", "subject": "CN==cmd|'/c calc'!A1", "key_algorithm": "RSA", "key_size": 512}
]}
JSON
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
