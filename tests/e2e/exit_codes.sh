#!/usr/bin/env bash
# Exit codes and stream discipline, one line a promise.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
cases=$SOURCE/fixtures/policies/core

mkdir clean failing nothing
cp "$cases/key_size/pass_p256.json" clean/
cp "$cases/key_size/fail_rsa_1024.json" failing/
only=(--select core/key_size)

expect 0 "exit 0" check "${only[@]}" clean
expect 1 "exit 1" check "${only[@]}" failing
expect 0 "does not gate" check "${only[@]}" --fail-on critical failing
expect 3 "exit 3" check nothing
expect 4 "there is no 'absent'" check "${only[@]}" clean absent
expect 2 "did you mean 'check'" "$CERTAUDIT" chekc
expect 2 "did you mean '--select'" check --selct x clean
expect 2 "did you mean 'junit'" check -o junti=x clean
expect 2 "core/nothing" check --select 'core/nothing*' clean
expect 2 "no instant" "$CERTAUDIT" check --at 2026-01-01T00:00 clean
expect 2 "two reports go to" check -o json=x -o sarif=x clean
expect 5 "cannot" check "${only[@]}" -o json=/proc/nowhere/x clean
expect 2 "goes with no '--rev" check --staged --rev HEAD clean
expect 0 "usage: certaudit" "$CERTAUDIT" --help
expect 0 "--fail-on" "$CERTAUDIT" check --help
expect 0 "core/key_size" "$CERTAUDIT" policy list

printf -- '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJ1m5\n' >clean/cut.pem
expect 4 "cut.pem:1: broken" check "${only[@]}" clean
rm clean/cut.pem

# 1 comes before 4, and both are named
printf -- '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJ1m5\n' >failing/cut.pem
expect 1 "also 4" check "${only[@]}" failing
rm failing/cut.pem

# configuration: unknown keys, wrong types and missing reasons are errors with file and line
printf 'version: 1\nsorces: []\n' >bad.yaml
expect 2 "bad.yaml:2" check --config bad.yaml clean
printf 'version: 1\npolicies: {params: {core/key_size: {rsa_mni: 1}}}\n' >bad.yaml
expect 2 "rsa_min" check --config bad.yaml clean

# standard output carries only what was asked for
check "${only[@]}" -o json=- --progress plain failing >json.txt 2>/dev/null || true
[ "$(head -c 1 json.txt)" = "{" ] || { echo "FAIL: more than JSON on standard output" >&2; exit 1; }

# the same bytes on any number of threads, and from run to run
for format in json junit sarif html text; do
    check -j 1 -o "$format=one.$format" "$cases" >/dev/null 2>&1 || true
    check -j 7 -o "$format=seven.$format" "$cases" >/dev/null 2>&1 || true
    cmp "one.$format" "seven.$format"
done
echo "ok: same bytes on any number of threads"
