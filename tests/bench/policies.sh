#!/usr/bin/env bash
# What a policy call costs:   policies.sh CERTAUDIT REPO
# REPO is a git repository of certificates, as run.sh makes it. Processor time of one thread, the
# least of five runs. A policy that only answers pass() is all overhead.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
certaudit=$(realpath "$1") repo=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
num=$(git -C "$repo" ls-tree -r --name-only HEAD | grep -c '\.pem$')

policy() { # check's body
    printf 'return policy {\n  title = "T", applies_to = "certificate", severity = "low",\n'
    printf '  cite = { doc = "D" }, remediation = "R",\n  check = function() %s end,\n}\n' "$1"
}
for size in 5 100; do
    mkdir -p "bare$size/bare" "real$size/real"
    cp "$here/../../policies/core/pack.lua" "real$size/real/"
    for n in $(seq "$size"); do
        policy 'return pass()' >"bare$size/bare/p$n.lua"
        cp "$here/../../policies/core/key_size.lua" "real$size/real/p$n.lua"
    done
done

TIMEFORMAT='%U %S'
least() { # command... -> seconds
    local spent best='' code
    for _ in 1 2 3 4 5; do
        code=0
        spent=$({ time "$@" >/dev/null 2>"$work/err"; } 2>&1) || code=$?
        if [ "$code" -gt 1 ]; then
            echo "exit $code: $*" >&2
            cat "$work/err" >&2
            return 1
        fi
        spent=$(awk '{print $1 + $2}' <<<"$spent")
        if [ -z "$best" ] || awk -v a="$spent" -v b="$best" 'BEGIN {exit !(a < b)}'; then
            best=$spent
        fi
    done
    echo "$best"
}
spend() { # pack, policies -> seconds
    least "$certaudit" check --at 2026-01-01T00:00:00Z --progress none -q -j 1 --policies "$1$2" \
        --select "$1/*" -o text=/dev/null "$repo"
}
row() { # pack, what its policies do, remark
    local few many
    few=$(spend "$1" 5) || exit 1
    many=$(spend "$1" 100) || exit 1
    awk -v few="$few" -v many="$many" -v num="$num" -v what="$2" -v remark="$3" 'BEGIN {
        printf "%-26s %d certificates, 5: %.2f s, 100: %.2f s: %.3f us a call%s\n", what, num, few,
            many, (many - few) / (95 * num) * 1e6, remark
    }'
}
row bare "policies that only pass" " (budget 0.2)"
row real "policies like key_size" ", with its Lua"
