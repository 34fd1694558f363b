#!/usr/bin/env bash
# What each CI system reads, found from its environment.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITLAB_CI TF_BUILD JENKINS_URL
"$SOURCE/fixtures/demo/make.sh" demo
cd demo

written() { # FILE...: just these reports were written into ../out
    local got want
    got=$([ ! -d ../out ] || find ../out -type f -printf '%f\n' | sort | tr '\n' ' ')
    want=${*:+$* }
    [ "$got" = "$want" ] || { echo "FAIL: wrote '$got', want '$want'" >&2; exit 1; }
    rm -rf ../out
}
expect 1 "NOT CLEAN" check -o auto=../out
written
GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$WORK/summary.md expect 1 "::error file=" check -o auto=../out
grep -q '^::error file=pay/shop.pem,line=1,title=core/approved_ca::' "$WORK/out.txt"
[ "$(grep -c '^::error' "$WORK/out.txt")" -le 10 ]
grep -q '^## certaudit: not clean' "$WORK/summary.md"
written certaudit.md certaudit.sarif
GITLAB_CI=true expect 1 "NOT CLEAN" check -o auto=../out
grep -q '"check_name":"core/key_size"' ../out/gl-code-quality-report.json
grep -q ' file="legacy/old.pem"' ../out/certaudit.junit.xml
written certaudit.html certaudit.junit.xml gl-code-quality-report.json
TF_BUILD=True expect 1 "NOT CLEAN" check -o auto=../out
written certaudit.html certaudit.junit.xml certaudit.sarif
JENKINS_URL=http://localhost/ expect 1 "NOT CLEAN" check -o auto=../out
written certaudit.html certaudit.junit.xml certaudit.sarif
# what is named beside it counts as well
GITLAB_CI=true expect 1 "NOT CLEAN" check -o auto=../out -o csv=../out/findings.csv
head -1 ../out/findings.csv | grep -q '^verdict,severity,gates,policy'
expect 2 "two reports go to" check -o auto -o text=-
