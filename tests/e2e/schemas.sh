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
