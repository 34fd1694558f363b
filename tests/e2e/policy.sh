#!/usr/bin/env bash
# certaudit policy list, show, explain, test, new.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
cases=$SOURCE/fixtures/policies/core
policy() {
    "$CERTAUDIT" policy "$@"
}

# list and show
expect 0 "rsa_min=2048 (integer)" policy list
expect 0 '"schema": "certaudit/policies/1"' policy list -o json=-
expect 0 '"default": 2048' policy list --select core/key_size -o json=-
expect 2 "with '-o json=PATH'" policy list -o junit=x
expect 2 "matches no policy" policy list --select 'core/nothing*'
expect 0 "core/owner_present" policy list --select 'control:pci_dss_4.0.1:4.2.1.*'
! policy list --select 'control:pci_dss_4.0.1:4.2.1.*' | grep -q core/key_size
! policy list --skip 'control:pci_dss_4.0.1:4.2.1' | grep -q core/key_size
expect 2 "did you mean 'control:pci_dss_4.0.1:*'" policy list --select control:pci_dss_4.0.1
expect 0 "pci_dss_4.0.1:4.2.1 Strong cryptography protects" policy show core/key_size
expect 0 "Issue it again" policy show core/key_size
expect 0 "is required and not set" policy show core/approved_ca
expect 2 "did you mean 'core/key_size'" policy show core/key_sise
printf 'version: 1\npolicies:\n  params:\n    core/key_size: {rsa_min: 3072}\n  severity: {core/key_size: low}\n' >set.yaml
expect 0 "= 3072, set at set.yaml:4; default 2048" policy show --config set.yaml core/key_size
expect 0 "low, set by the configuration; the policy's own is high" \
    policy show --config set.yaml core/key_size
expect 0 "pci_dss_4.0.1:4.2.1: Strong cryptography protects" policy controls
expect 0 "leaves open" policy controls 'pci_dss_4.0.1:4.*'
expect 0 "core/key_size" policy controls pci_dss_4.0.1:4.2.1
expect 0 '"schema": "certaudit/controls/1"' policy controls -o json=-
expect 2 "did you mean 'pci_dss_4.0.1:4.2.1'" policy controls pci_dss_4.0.1:4.2.l
awk 'length > 100' <(policy list) | { ! grep . >&2; } || { echo "FAIL: wide lines" >&2; exit 1; }

# explain: record, endpoint, path, path:line; unknown and ambiguous ones
explain=(policy explain --at "$NOW")
expect 0 "key.bits = 1024" "${explain[@]}" core/key_size r1 "$cases/key_size/fail_rsa_1024.json"
expect 0 "rsa_min = 2048, the default" \
    "${explain[@]}" core/key_size fail_rsa_1024.json:2 "$cases/key_size/fail_rsa_1024.json"
expect 0 "rsa_min = 3072, set at set.yaml:4" \
    "${explain[@]}" --config set.yaml core/key_size r1 "$cases/key_size/pass_rsa_2048.json"
expect 0 "[2].encryption = \"3DES\"" \
    "${explain[@]}" core/cipher_suites a.example.com:443 "$cases/cipher_suites/fail_3des.xml"
expect 0 "passed(not_after) is false until 2026-01-05T00:00:01Z" \
    "${explain[@]}" core/expiry r1 "$cases/expiry/fail_soon.json"
expect 0 '"flips_at": "2026-01-05T00:00:01Z"' \
    "${explain[@]}" core/expiry r1 "$cases/expiry/fail_soon.json" -o json=-
expect 0 "the policy does not concern this kind" \
    "${explain[@]}" core/key_size a.example.com:443 "$cases/cipher_suites/fail_3des.xml"
expect 2 "there is no subject 'nobody'" \
    "${explain[@]}" core/key_size nobody "$cases/key_size/fail_rsa_1024.json"
expect 2 "subjects; name one by its id" "${explain[@]}" core/key_size r1 "$cases/key_size"
expect 2 "usage: certaudit policy explain" policy explain core/key_size
# a certificate by the beginning of its digest; the explanation and the check agree
sha=$(openssl x509 -in "$cases/approved_ca/fail_self_signed.pem" -noout -fingerprint -sha256 |
    sed 's/.*=//')
expect 0 "Verdict: pass" "${explain[@]}" core/key_size "${sha:0:11}" \
    "$cases/approved_ca/fail_self_signed.pem"
expect 0 "certificate:" "${explain[@]}" core/key_size "sha256:$(tr -d : <<<"$sha")" \
    "$cases/approved_ca/fail_self_signed.pem"

# new: runs as it is written, and overwrites nothing
expect 3 "nothing was tested" policy test
expect 0 "policies/acme/names/na_ca.json" policy new acme/names
expect 2 "is there already" policy new acme/names
expect 2 "is no PACK/NAME" policy new ../evil
expect 0 "100% of" policy test
expect 0 "acme/names" policy test acme
expect 0 "acme/names" policy test policies/acme -o junit=out/tests.xml
grep -q 'tests="4" failures="0"' out/tests.xml
expect 0 "acme/names" "$CERTAUDIT" check --at "$NOW" --policies policies --select 'acme/*' \
    policies/acme/names/pass_full_name.json -o json=-
expect 2 "neither a folder nor a pack" policy test acmee

# test: a wrong case, a missing kind of case, and a policy that does not load
mv policies/acme/names/pass_full_name.json policies/acme/names/fail_full_name.json
expect 1 "fail_full_name.json: got pass, want fail" policy test
expect 1 "no pass_ case" policy test
policy test -o junit=out/tests.xml >/dev/null || true
grep -q 'tests="4" failures="2"' out/tests.xml
sed -i 's/severity/severty/' policies/acme/names.lua
expect 2 "names.lua:7: there is no 'severty'" policy test
rm -r policies/acme/names && sed -i 's/severty/severity/' policies/acme/names.lua
expect 1 "there is no folder of cases" policy test

# a folder as a case, and its own clock
mkdir -p policies/acme/names/pass_folder policies/acme/names/fail_expired
sed -i 's/ check = function(subject, params)/&\n    if passed(subject.not_after) then return fail { message = "over" } end/' \
    policies/acme/names.lua
for name in pass_folder fail_expired; do
    printf '{"schema": "certaudit/inventory/1", "records": [{"id": "r", "subject": "CN=a.b", "sans": ["a.b"], "is_ca": false, "not_after": "%s-06-01T00:00:00Z"}]}\n' \
        "$([ $name = pass_folder ] && echo 2031 || echo 2029)" >policies/acme/names/$name/list.json
done
echo 2030-01-01T00:00:00Z >policies/acme/names/clock
expect 1 "no na_ case" policy test
policy test | grep -q "2 cases" && ! policy test | grep -q "wrong  "
# the project's own packs, from their source
(cd "$SOURCE" && expect 0 "core/key_size" policy test core)
