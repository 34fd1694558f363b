#!/usr/bin/env bash
# Sample files against the published schemas, by a validator that is not the program's own.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

if ! python3 -c 'import jsonschema, yaml' 2>/dev/null; then
    echo "skipped: python3 with jsonschema and yaml is not at hand"
    exit 77
fi
cat >validate.py <<'PY'
import json, sys, jsonschema, yaml
class Loader(yaml.SafeLoader):  # times stay texts, as JSON has them
    pass
Loader.yaml_implicit_resolvers = {
    k: [r for r in v if r[0] != "tag:yaml.org,2002:timestamp"]
    for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
errors = list(jsonschema.Draft202012Validator(schema).iter_errors(yaml.load(open(sys.argv[2]), Loader)))
print(errors[0].message if errors else "valid")
sys.exit(1 if errors else 0)
PY
mkdir -p plain
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=a.example.com -days 30 \
    -out plain/a.pem 2>/dev/null

# both say the same of a file: yes or no
config() {
    if [ "$1" = yes ]; then
        expect 0 valid python3 validate.py "$SOURCE/schemas/certaudit.schema.json" c.yaml
    else
        expect 1 "" python3 validate.py "$SOURCE/schemas/certaudit.schema.json" c.yaml
        expect 2 "c.yaml:" check --config c.yaml plain
    fi
}
waivers() {
    if [ "$1" = yes ]; then
        expect 0 valid python3 validate.py "$SOURCE/schemas/waivers.schema.json" w.yaml
        expect 0 "" check --select core/key_size --waivers w.yaml plain
    else
        expect 1 "" python3 validate.py "$SOURCE/schemas/waivers.schema.json" w.yaml
        expect 2 "w.yaml:" check --waivers w.yaml plain
    fi
}
cp "$SOURCE/ci/users/certaudit.yaml" c.yaml && config yes
# the samples of the README
awk '/^```yaml/ {n++; next} /^```/ {inside = 0} {if (n != seen) {seen = n; inside = 1} if (inside) print > ("readme." n)}' \
    "$SOURCE/README.md"
cp readme.1 c.yaml && config yes
cp "$(grep -l approver: readme.*)" w.yaml && waivers yes
good=$(cat w.yaml)
for edit in 's/owner:.*/ownr: a/' 's/2026-06-01T00:00:00Z/2026-06-01/' 's/approver:.*/approver: ""/' \
    's/\[core.*\]/["*"]/' 's/match:.*/match: {}/' 's/match:.*/match: {sha256: ab}/' 's/version: 1/version: 2/'; do
    sed "$edit" <<<"$good" >w.yaml
    waivers no
done
for text in 'gate: {fail_on: awful}' 'gate: {max_waiver_days: 0}' 'waivrs: w.yaml' 'accept: [{path: "x"}]' \
    'sources: [{name: x}]' 'owners: [{match: {}, owner: x}]'; do
    printf 'version: 1\n%s\n' "$text" >c.yaml
    config no
done

# results of real runs: nothing in them that the schema does not describe, and nothing missing
cat >results.py <<'PY'
import json, sys, jsonschema
def strict(node):
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        strict(child)
    if isinstance(node, dict) and node.get("type") == "object" and isinstance(node.get("properties"), dict):
        node.setdefault("additionalProperties", False)
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
strict(schema)
seen = set()
for path in sys.argv[2:]:
    result = json.load(open(path))
    for error in jsonschema.Draft202012Validator(schema).iter_errors(result):
        sys.exit("%s: %s: %s" % (path, list(error.path), error.message[:300]))
    seen |= set(result)
    for policy, letters in result["verdicts"].items():
        assert len(letters) == len(result["subjects"]), policy
lacking = set(schema["properties"]) - seen
if lacking:
    sys.exit("no run has shown %s" % sorted(lacking))
print("all as described")
PY
"$SOURCE/fixtures/demo/make.sh" demo
cd demo
any() { # a run that writes a result, whatever it says
    local code=0
    check "$@" >../out.txt 2>&1 || code=$?
    if [ "$code" -ne 0 ] && [ "$code" -ne 1 ] && [ "$code" -ne 4 ]; then
        echo "FAIL: exit $code: $*" >&2
        cat ../out.txt >&2
        exit 1
    fi
}
any -o json,facts=yes=../whole.json -o baseline=../known
any --baseline ../known -o json=../known.json
check --propose-waivers ../proposed.yaml >/dev/null 2>&1 || true
sed -e 's/reason: .*/reason: "a test"/; s/owner: .*/owner: team/; s/approver: .*/approver: ann@example.com/' \
    -e 's/approved:.*/approved: 2025-12-01T00:00:00Z/; s/expires:.*/expires: 2026-02-01T00:00:00Z/' ../proposed.yaml >../some.yaml
any --waivers ../some.yaml -o json=../waived.json
grep -q '"verdict":"waived"' ../waived.json
git checkout -qb change
cp edge/www.pem pay/copy.pem
sed -i 's/min_subjects: .*/min_subjects: 2}/' certaudit.yaml
git add -A && git commit -qm change
any --base HEAD~1 -o json=../change.json
cd ..
head -c 200 demo/edge/www.pem >plain/cut.pem
check plain -o json=cut.json >/dev/null 2>&1 || [ $? -ge 1 ]
expect 0 "all as described" python3 results.py "$SOURCE/schemas/results.schema.json" whole.json known.json waived.json \
    change.json cut.json "$SOURCE"/fixtures/reporters/json/{small,facts,empty,waivers}.want
