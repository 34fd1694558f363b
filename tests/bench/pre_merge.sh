#!/usr/bin/env bash
# A change of 20 files in a large repository: the work follows the change, not the repository.
#   pre_merge.sh CERTAUDIT ESTATE WORK [CERTIFICATES [OTHERS]]
# Warm: best of five, the files in the page cache. Cold: the repository's pages are dropped before
# each run as far as the system lets anybody (dd's nocache), best of three.
set -euo pipefail
certaudit=$1 estate=$2 work=$3 num=${4:-50000} others=${5:-200000}
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
mkdir -p "$work"
cd "$work"
packed=changed-$num-$others.git loose=changed-$num-$others-loose.git
if [ ! -d "$packed" ]; then
    echo "making $num certificates beside $others other files in a git repository ..."
    git init -q --bare "$packed.new"
    "$estate" make "$num" "$others" | git -C "$packed.new" fast-import --quiet
    git -C "$packed.new" repack -adq --depth=20 --window=10
    git -C "$packed.new" symbolic-ref HEAD refs/heads/main
    mv "$packed.new" "$packed"
fi
if [ ! -d "$loose" ]; then # every object a file of its own
    echo "making the same with loose objects ..."
    git init -q --bare "$loose.new"
    for pack in "$packed"/objects/pack/*.pack; do
        git -C "$loose.new" unpack-objects -q <"$pack"
    done
    cp "$packed/packed-refs" "$loose.new/" 2>/dev/null || true
    cp -r "$packed/refs" "$loose.new/"
    git -C "$loose.new" symbolic-ref HEAD refs/heads/main
    mv "$loose.new" "$loose"
fi

best() { # TIMES BEFORE COMMAND...: seconds, the least
    local times=$1 before=$2 least='' start end spent
    shift 2
    for ((i = 0; i < times; i++)); do
        "$before"
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1 || true
        end=$(date +%s%N)
        spent=$((end - start))
        if [ -z "$least" ] || [ "$spent" -lt "$least" ]; then least=$spent; fi
    done
    awk -v n="$least" 'BEGIN {printf "%.4f", n / 1e9}'
}
warm() { :; }
cold() { find "$repo" -type f -exec sh -c 'for f; do dd if="$f" iflag=nocache count=0 status=none; done' sh {} +; }
single=(--select core/key_size --select core/validity_max --select core/expiry)
names() { git -C "$repo" diff --name-only main...change; }
narrow() { "$certaudit" check --at 2026-01-01T00:00:00Z --progress none -q "${single[@]}" \
    --base main --rev change -o text=/dev/null "$repo"; }
owned() { "$certaudit" check --at 2026-01-01T00:00:00Z --progress none -q "${single[@]}" \
    --select core/owner_present --base main --rev change -o text=/dev/null "$repo"; }
all() { "$certaudit" check --at 2026-01-01T00:00:00Z --progress none -q --skip core/key_reuse \
    --base main --rev change -o text=/dev/null "$repo"; }
full() { "$certaudit" check --at 2026-01-01T00:00:00Z --progress none -q "${single[@]}" \
    --rev main -o text=/dev/null "$repo"; }
report() { # WHAT STATE SECONDS DIFF
    awk -v what="$1" -v state="$2" -v s="$3" -v d="$4" 'BEGIN {
        printf "%-34s %-6s %s s, git diff --name-only %s s: ratio %.2f (budget 3.0, with 30 ms)\n",
               what, state, s, d, s / (d + 0.03)}'
}
for repo in "$packed" "$loose"; do
    kind=packed
    if [ "$repo" = "$loose" ]; then kind=loose; fi
    diff=$(best 5 warm names)
    report "single subjects, $kind" warm "$(best 5 warm narrow)" "$diff"
    report "  and owner_present, $kind" warm "$(best 3 warm owned)" "$diff"
    echo "core but key_reuse (the bench shares 64 keys), $kind  warm   $(best 2 warm all) s; a full check of one state $(best 2 warm full) s"
    if [ "$kind" = packed ]; then # a quarter of a million files are too many to drop one by one
        diff=$(best 3 cold names)
        report "single subjects, $kind" cold "$(best 3 cold narrow)" "$diff"
    fi
done
