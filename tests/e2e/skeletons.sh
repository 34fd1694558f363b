#!/usr/bin/env bash
# ci/new begins readers, reporters and policies that compile, and ci/check takes none of them as they
# are, nor one of which a part is missing.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
if ! git -c safe.directory='*' -C "$SOURCE" rev-parse --git-dir >/dev/null 2>&1; then
    echo "skipped: the source tree is not a git repository"
    exit 77
fi
mkdir tree
git -c safe.directory='*' -C "$SOURCE" ls-files -z -co --exclude-standard |
    (cd "$SOURCE" && tar -c --null -T - --ignore-failed-read) | tar -x -C tree
cd tree
git init -q .
git add -A
ci/check

again() { # as it was
    git checkout -q -- .
    git clean -qfd
}
refused() { # text
    expect 1 "$1" ci/check
}
compiles() {
    cc -std=c11 -D_GNU_SOURCE -DAUD_SOURCE_DIR='"."' -I. -Wall -Wextra -Wpedantic -Wconversion -Wmissing-prototypes -Werror \
        -include ci/banned.h -fsyntax-only "$1"
    if command -v clang-format >/dev/null; then
        clang-format --dry-run -Werror "$1"
    fi
}

expect 0 "engine/ingest/trial_xml.c" ci/new adapter trial_xml
refused "engine/ingest/trial_xml.c"
for file in engine/ingest/trial_xml.c tests/ingest/test_trial_xml.c tests/fuzz/fuzz_ingest_trial_xml.c; do
    compiles "$file"
done
grep -qx 'AUD_ADAPTER(trial_xml)' engine/ingest/adapters.def
expect 2 "there already" ci/new adapter trial_xml
grep -rl SKELETON engine fixtures/ingest tests/ingest | xargs sed -i 's/SKELETON/finished/'
ci/check
rm tests/fuzz/fuzz_ingest_trial_xml.c
refused "has no tests/fuzz/fuzz_ingest_trial_xml.c"
rm tests/ingest/test_trial_xml.c
refused "has no tests/ingest/test_trial_xml.c"
rm -r fixtures/ingest/trial_xml
refused "has no fixture"
again

expect 0 "reporters/trial.c" ci/new reporter trial
refused "reporters/trial.c"
compiles reporters/trial.c
grep -qF '{"trial", "small", make_small' tests/reporters/test_reporters.c
rm -r fixtures/reporters/trial
refused "has no agreed report"
again

expect 0 "policies/trial/one.lua" ci/new policy trial/one
refused "policies/trial/one.lua"
for verdict in pass fail na; do
    mv "fixtures/policies/trial/one/${verdict}_skeleton.json" "$WORK/kept"
    refused "has no case fixtures/policies/trial/one/${verdict}_"
    mv "$WORK/kept" "fixtures/policies/trial/one/${verdict}_skeleton.json"
done
# its cases are what their names say, by a program that has the other policies built in
mkdir "$WORK/policies"
cp -r policies/trial "$WORK/policies/"
judged() { # case, pattern of the text report
    local code=0
    check --policies "$WORK/policies" -o text=- "fixtures/policies/trial/one/$1_skeleton.json" >"$WORK/text" 2>&1 || code=$?
    if grep -q 'Policy errors' "$WORK/text" || ! grep -qE "$2" "$WORK/text"; then
        cat "$WORK/text" >&2
        echo "FAIL: $1 is not $2" >&2
        exit 1
    fi
}
judged fail '^MEDIUM trial/one: '
judged na '[ ,]trial/one(,|$)' # among those that had no subject
judged pass '^verdicts .* [12] pass'
if grep -qE '^MEDIUM trial/one|[ ,]trial/one(,|$)' "$WORK/text"; then
    echo "FAIL: the passing case does not pass" >&2
    exit 1
fi
sed -i '/cite = {/d' policies/trial/one.lua
refused "cites nothing"
again

expect 2 "ci/new adapter NAME" ci/new
expect 2 "ci/new adapter NAME" ci/new thing name
expect 2 "no name of a format" ci/new adapter ../x
expect 2 "not PACK/NAME" ci/new policy one
