#!/usr/bin/env bash
# What the configuration says of a source: columns, format, max_age; accept lines for nothing.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
only=(--select core/key_size)

# config TEXT: a configuration with this one source
config() {
    printf 'version: 1\nsources:\n  - %s\n' "$1" >certaudit.yaml
}

# headers that nobody knows are mapped; a field that does not exist names the nearest
printf 'Cert Name,Kind,Strength,Held By\nwww.example.org,RSA,1024,web\n' >x.csv
config '{name: cmdb, path: x.csv, columns: {"Cert Name": subject, Kind: key_algorithm, "strength": key_size, "Held By": owners}}'
expect 1 "1024" check "${only[@]}"
expect 1 "web" check --select core/key_size -o json=-
config '{name: cmdb, path: x.csv, columns: {"Cert Name": subjct}}'
expect 2 "certaudit.yaml:3: an inventory has no field 'subjct'; did you mean 'subject'?" check
config '{name: cmdb, path: x.csv, columns: {"Cert Name": subject, "cert name ": sans}}'
expect 2 "the same column" check
config '{name: cmdb, path: x.csv, format: inventory_json, columns: {"Cert Name": subject}}'
expect 2 "is for 'format: inventory_csv' alone" check
config '{name: cmdb, path: x.csv, columns: [subject]}'
expect 2 "'columns' must be a map" check
config '{name: cmdb, path: x.csv, columns: {"Cert Name": subject, "Gone": owners}}'
expect 4 "no column 'Gone'" check
config '{name: cmdb, path: x.csv, format: inventory_csv}'
expect 4 "'columns' in certaudit.yaml" check
config '{name: cmdb, path: x.csv, format: inventory_cvs}'
expect 2 "certaudit.yaml:3: there is no format 'inventory_cvs'; did you mean 'inventory_csv'?" check

# a source that matches nothing, or is too old, or does not say how old it is, is not judged
mkdir inv empty
printf '{"schema":"certaudit/inventory/1","taken_at":"2025-12-31T00:00:00Z","records":[\n{"id":"a","subject":"CN=a","key_algorithm":"RSA","key_size":1024}]}\n' >inv/a.json
config '{name: inv, path: "inv/b*.json"}'
expect 4 "matches no file" check "${only[@]}"
config '{name: inv, path: empty}'
expect 4 "matches no file" check "${only[@]}"
config '{name: inv, path: "inv/a*.json", max_age: 36h}'
expect 1 "1024" check "${only[@]}"
config '{name: inv, path: "inv/a*.json", max_age: 23h}'
expect 4 "was taken 24 hours before" check "${only[@]}"
if grep -q 1024 out.txt; then
    echo "FAIL: a stale source is judged" >&2
    exit 1
fi
config '{name: cmdb, path: x.csv, columns: {"Cert Name": subject, Kind: key_algorithm, Strength: key_size}, max_age: 36h}'
expect 4 "does not say" check "${only[@]}"

# an accepted gap that no longer exists is a finding in every report; one that does is none
cp "$SOURCE/fixtures/policies/core/key_size/pass_p256.json" inv/b.json
printf '\0GITCRYPT\0abcdefghijkl' >inv/secret.key
rm inv/a.json
cat >certaudit.yaml <<'END'
version: 1
sources:
  - {name: inv, path: inv}
accept:
  - {path: "secret.key", reason: "judged in the deploy job"}
  - {path: "gone/**", reason: "judged in the deploy job"}
END
for format in text json junit sarif html markdown codequality github csv; do
    expect 0 "certaudit/accepted_gap_gone" check "${only[@]}" -o $format=-
    expect 0 "gone/**" check "${only[@]}" -o $format=-
done
expect 1 "accepted_gap_gone" check "${only[@]}" --fail-on low
expect 0 "certaudit.yaml:6" check "${only[@]}"
# with other sources than the configuration's nobody can tell
expect 0 "exit 0" check "${only[@]}" --fail-on low inv/b.json
sed -i '/gone/d' certaudit.yaml
expect 0 "exit 0" check "${only[@]}" --fail-on low
