#!/usr/bin/env bash
# The population as tables and as a bill of materials; completion scripts that shells accept.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
inventory() {
    "$CERTAUDIT" inventory --at "$NOW" "$@"
}
fail() {
    echo "FAIL: $*" >&2
    exit 1
}

mkdir -p estate/scans
openssl req -x509 -newkey rsa:2048 -nodes -keyout estate/a.key -subj "/CN=a.example.com" \
    -addext "subjectAltName=DNS:a.example.com" -days 30 -out estate/a.pem 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null \
    -subj "/CN=b.example.com" -days 30 -out estate/b.pem 2>/dev/null
cp "$SOURCE/fixtures/ingest/sslscan_xml/chain.in" estate/scans/chain.xml
cat >estate/inventory.jsonl <<'J'
{"schema": "certaudit/inventory/1"}
{"id": "r-1", "subject": "=cmd|' /C calc'!A1", "issuer": "CN=Example CA", "not_after": "2026-12-01T00:00:00Z", "key_algorithm": "RSA", "key_bits": 2048, "owner": "team-a", "renewal": "acme"}
J

expect 0 '"kind":"certificate"' inventory -o jsonl=- estate
expect 0 '"kind":"record"' inventory -o jsonl=- estate
inventory -o cyclonedx=cbom.cdx.json -o jsonl=all.jsonl estate
cp cbom.cdx.json first.cdx.json
inventory -j 7 -o cyclonedx=cbom.cdx.json estate
cmp first.cdx.json cbom.cdx.json || fail "two runs differ"
grep -q "PRIVATE" cbom.cdx.json all.jsonl && fail "a private key is printed"
expect 0 "names,issuer,expires,key,places,owner,renewal," inventory estate
grep -q '^"a.example.com","CN=a.example.com","20..-..-..T..:..:..Z","RSA 2048","a.pem:1"' out.txt ||
    fail "the certificate's row is not as wanted"
grep -q "^\"'=cmd" out.txt || fail "a formula goes into a spreadsheet as one"
grep -q '"RSA 2048","inventory.jsonl:2, record r-1","team-a","acme","record"' out.txt ||
    fail "the record's row is not as wanted"
expect 2 "unknown format 'sarif'" inventory -o sarif=- estate
expect 2 "unknown format 'cyclonedx'" check -o cyclonedx=- estate
expect 2 "did you mean 'jsonl'" inventory -o json=- estate

if python3 -c 'import jsonschema' 2>/dev/null && [ -d "$SOURCE/../shared/schemas" ]; then
    cat >validate.py <<'PY'
import json, sys, jsonschema
folder = sys.argv[1]
load = lambda name: json.load(open(f"{folder}/{name}"))
main = load("cyclonedx-1.6.schema.json")
store = {s.get("$id", n): s for n in ("spdx.schema.json", "jsf-0.82.schema.json") for s in [load(n)]}
store.update({f"http://cyclonedx.org/schema/{n}": load(n) for n in ("spdx.schema.json", "jsf-0.82.schema.json")})
resolver = jsonschema.RefResolver(main.get("$id", ""), main, store=store)
errors = list(jsonschema.Draft7Validator(main, resolver=resolver).iter_errors(json.load(open(sys.argv[2]))))
for error in errors[:5]:
    print(list(error.absolute_path), error.message[:200])
bom = json.load(open(sys.argv[2]))
refs = [c["bom-ref"] for c in bom["components"]]
assert len(refs) == len(set(refs)), "a bom-ref stands twice"
def wanted(value):
    if isinstance(value, dict):
        for k, v in value.items():
            if k.endswith("Ref") and isinstance(v, str):
                yield v
            yield from wanted(v)
    elif isinstance(value, list):
        for v in value:
            yield from wanted(v)
lost = set(wanted(bom)) - set(refs)
assert not lost, f"references to nothing: {lost}"
print("valid" if not errors else "invalid")
sys.exit(bool(errors))
PY
    python3 -W ignore validate.py "$SOURCE/../shared/schemas" cbom.cdx.json || fail "the bill of materials is not valid"
else
    echo "note: the CycloneDX schema or python3-jsonschema is not at hand; its check was skipped"
fi

"$CERTAUDIT" completion bash >completion.bash || fail "no completion for bash"
# shellcheck source=/dev/null
. ./completion.bash
COMP_WORDS=(certaudit inv) COMP_CWORD=1
_certaudit
[ "${COMPREPLY[*]}" = inventory ] || fail "bash completes 'inv' to '${COMPREPLY[*]}'"
COMP_WORDS=(certaudit check --propose) COMP_CWORD=2
_certaudit
[ "${COMPREPLY[*]}" = --propose-waivers ] || fail "bash completes '--propose' to '${COMPREPLY[*]}'"
for shell in zsh fish; do
    "$CERTAUDIT" completion "$shell" >"completion.$shell" || fail "no completion for $shell"
    if command -v "$shell" >/dev/null; then
        "$shell" -n "completion.$shell" || fail "$shell does not take its completion"
    fi
done
expect 2 "bash, zsh or fish" "$CERTAUDIT" completion tcsh
