#!/usr/bin/env bash
# What a policy call costs:   policies.sh CERTAUDIT REPO [PACKS]
# REPO is a git repository of certificates, as run.sh makes it. One thread, so that time is work;
# each time is the best of five. A policy that only answers pass() is all overhead.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
certaudit=$(realpath "$1") repo=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
num=$(git -C "$repo" ls-tree -r --name-only HEAD | grep -c '\.pem$')

policy() { # body
    printf 'return policy {\n  title = "T", applies_to = "certificate", severity = "low",\n'
    printf '  cite = { doc = "D" }, remediation = "R",\n  check = function() %s end,\n}\n' "$1"
}
for n in $(seq 100); do
    for size in 5 100; do
        if [ "$n" -le "$size" ]; then
            mkdir -p "bare$size/bare" "real$size/real"
            policy 'return pass()' >"bare$size/bare/p$n.lua"
            cp "$here/../../policies/core/key_size.lua" "real$size/real/p$n.lua"
        fi
    done
done

spend() { # pack, policies -> seconds
    local least='' start end
    for _ in 1 2 3 4 5; do
        start=$(date +%s%N)
        "$certaudit" check --at 2026-01-01T00:00:00Z --progress none -q -j 1 --policies "$1$2" \
            --select "$1/*" -o text=/dev/null "$repo" >/dev/null 2>&1 || [ $? -eq 1 ]
        end=$(date +%s%N)
        if [ -z "$least" ] || [ $((end - start)) -lt "$least" ]; then least=$((end - start)); fi
    done
    awk -v n="$least" 'BEGIN {printf "%.4f", n / 1e9}'
}
row() { # pack, what its policies do, budget
    local few many
    few=$(spend "$1" 5)
    many=$(spend "$1" 100)
    awk -v few="$few" -v many="$many" -v num="$num" -v what="$2" -v budget="$3" 'BEGIN {
        printf "%-28s 5: %s s, 100: %s s, %.3f us a call%s\n", what, few, many,
            (many - few) / (95 * num) * 1e6, budget
    }'
}
row bare "policies that only pass()" " (budget 0.2)"
row real "policies like core/key_size" ", its Lua included"
