#!/usr/bin/env bash
# A snapshot of many JSON lines against cJSON's parse of the same lines:
#   inventory.sh CERTAUDIT LINES WORK [RECORDS]
set -euo pipefail
certaudit=$1 lines=$2 work=$3 num=${4:-1000000}
mkdir -p "$work"
cd "$work"
[ -s "inventory-$num.jsonl" ] || "$lines" make "$num" >"inventory-$num.jsonl"
alone=$("$lines" parse "inventory-$num.jsonl")
check=(check --at 2026-01-01T00:00:00Z --progress none --select core/owner_present -o text=/dev/null "inventory-$num.jsonl")
best=''
for _ in 1 2 3; do
    one=$("$certaudit" "${check[@]}" -v 2>&1 >/dev/null | sed -n 's/.* read \([0-9.]*\) s.*/\1/p')
    if [ -z "$best" ] || awk -v a="$one" -v b="$best" 'BEGIN {exit !(a < b)}'; then best=$one; fi
done
read -r whole peak _ < <("$lines" run "$certaudit" "${check[@]}" -q)
awk -v num="$num" -v best="$best" -v alone="$alone" -v whole="$whole" -v peak="$peak" 'BEGIN {
    printf "%d JSON lines read     %.4f s, cJSON alone %.4f s: ratio %.2f (budget 1.5)\n", num, best, alone, best / alone
    printf "judged by one policy too     %.4f s, peak %d bytes a record (budget 500)\n", whole, peak * 1024 / num
}'
