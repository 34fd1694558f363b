#!/usr/bin/env bash
# What is judged of a served chain; the lab's servers by their ground truth; what a scanner never tells.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

# a fact that a report never holds is one line, also for one endpoint, and names who would tell it
cp "$SOURCE/fixtures/policies/core/tls_1_3/pass_fixed_none.xml" one.xml
served=(--select 'core/chain_*' --select core/name_match --select core/must_staple --select core/scan_age)
expect 0 "sslscan 2.1.5 in one.xml does not tell scanned_at, which core/scan_age needs:" check "${served[@]}" one.xml
tr -s '\n ' ' ' <out.txt >flat.txt
grep -q 'core/scan_age needs: 1 subject not judged by it; told by nmap' flat.txt || { echo "FAIL: nobody told" >&2; exit 1; }
grep -q 'core/chain_complete (1), core/chain_order (1)' flat.txt || { echo "FAIL: lines of one fact are not one" >&2; exit 1; }
if grep -q '^Undecided' out.txt; then echo "FAIL: a finding beside the coverage line" >&2; exit 1; fi
expect 0 '"by":"sslscan 2.1.5"' check "${served[@]}" -o json=- one.xml
# it counts where its severity gates
expect 4 "something could not be judged" check --fail-on low --select core/scan_age one.xml
# whoever tells the fact of one endpoint of a file could have told it of another: a finding
python3 - <<'PY'
import re
leaf = open("one.xml").read()
blob = open("%s/fixtures/policies/core/key_exchange_strength/pass_fixed_rsa_1024.xml" % __import__("os").environ["SOURCE"]).read()
tests = [re.search(r"<ssltest.*</ssltest>", t, re.S).group(0) for t in (leaf.replace("a.example.com", "b.example.com"), blob)]
open("two.xml", "w").write('<?xml version="1.0"?>\n<document title="SSLScan Results" version="2.1.5">\n%s\n</document>\n' % "\n".join(tests))
PY
expect 1 "The fact 'name_match' is unknown: no source tells it" check --select core/name_match two.xml

samples=$SOURCE/../shared/samples
if [ ! -d "$samples/lab" ]; then echo "skipped: no samples here"; exit 0; fi
mkdir lab
cp -r "$samples/lab/certs" lab/certs
# port, file, what is wrong by lab/servers.tsv
while read -r port file _; do
    cp "$samples/s_client-text/openssl-3.0-$file.txt" "lab/www.lab.test_$port.txt"
done <<'END'
8442 showcerts-8442-rsa
8451 incomplete-8451
8454 withroot-8454
8455 misordered-8455
8443 selfsigned-8443-nosni
END
"$CERTAUDIT" check --at 2026-11-23T12:00:00Z "${served[@]}" -o json=lab.json -q lab >/dev/null 2>&1 || true
python3 - <<'PY'
import json
r = json.load(open("lab.json"))
got = sorted((s["label"].split(":")[-1], r["policies"][f["policy"]]["id"] if isinstance(f["policy"], int) else f["policy"])
             for f in r["findings"] for s in r["subjects"] if s["id"] == f["subject"] and f["verdict"] == "fail")
want = [("8443", "core/name_match"), ("8451", "core/chain_complete"), ("8454", "core/chain_root"),
        ("8455", "core/chain_order"), ("8455", "core/chain_root")]
assert got == want, got
PY
echo "ok: the lab's chains are judged as they were built"
