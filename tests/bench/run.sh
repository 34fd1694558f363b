#!/usr/bin/env bash
# Ratios of one run on one machine:   run.sh CERTAUDIT ESTATE WORK [CERTIFICATES]
# Each time is the best of five: the machine's noise only ever adds.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
certaudit=$1 estate=$2 work=$3 num=${4:-50000}
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
mkdir -p "$work"
cd "$work"
make_estate() {
    [ ! -d "estate-$1.git" ] || return 0
    echo "making $1 certificates in a git repository ..."
    git init -q --bare "estate-$1.git"
    "$estate" make "$1" | git -C "estate-$1.git" fast-import --quiet
    git -C "estate-$1.git" repack -adfq
    git -C "estate-$1.git" symbolic-ref HEAD refs/heads/main
}
make_estate "$num"
repo=estate-$num.git
git -C "$repo" ls-tree -r HEAD | awk '{print $3}' >ids.txt
git -C "$repo" cat-file --batch='' <ids.txt >all.pem
git -C "$repo" show HEAD:ca.pem >ca.pem
git -C "$repo" show HEAD:certaudit.yaml >certaudit.yaml

best() { # seconds, best of five
    local least='' start end spent
    for _ in 1 2 3 4 5; do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1 || true
        end=$(date +%s%N)
        spent=$((end - start))
        if [ -z "$least" ] || [ "$spent" -lt "$least" ]; then least=$spent; fi
    done
    awk -v n="$least" 'BEGIN {printf "%.4f", n / 1e9}'
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
cat_file() { git -C "$repo" cat-file --batch <ids.txt; }

"$estate" facts all.pem
four=(--at 2026-01-01T00:00:00Z --progress none --select core/key_size --select core/validity_max
    --select core/expiry --select core/owner_present --config certaudit.yaml)
base=$(best cat_file)
plain=$(best "$certaudit" check "${four[@]}" -q -o text=/dev/null "$repo")
full=$(best "$certaudit" check "${four[@]}" -q -o junit=j.xml -o sarif=s.sarif -o html=h.html "$repo")
with=$(best "$certaudit" check "${four[@]}" --select core/approved_ca -q -o text=/dev/null "$repo")
bare=''
for _ in 1 2 3 4 5; do
    one=$("$estate" verify all.pem ca.pem)
    if [ -z "$bare" ] || awk -v a="$one" -v b="$bare" 'BEGIN {exit !(a < b)}'; then bare=$one; fi
done
"$certaudit" check "${four[@]}" -v -o junit=j.xml -o sarif=s.sarif -o html=h.html "$repo" 2>&1 >/dev/null | tail -1 || true
echo "git cat-file --batch         $base s"
echo "read and judged              $plain s: ratio $(ratio "$plain" "$base") (budget 1.0)"
echo "with junit, sarif, html      $full s: ratio $(ratio "$full" "$base") (budget 1.5)"
extra=$(awk -v a="$with" -v b="$plain" 'BEGIN {printf "%.4f", a - b}')
echo "every signature proved       $extra s on top, bare EVP_DigestVerify $bare s: ratio $(ratio "$extra" "$bare") (budget 1.15)"
"$here/policies.sh" "$certaudit" "$repo"
if command -v go >/dev/null; then
    go_check() { git -C "$repo" cat-file --batch <ids.txt | ./go-audit go.json; }
    GOFLAGS=-mod=mod GO111MODULE=off GOPROXY=off GOCACHE=$PWD/go-cache \
        go build -o go-audit "$here/go/main.go"
    go=$(best go_check)
    echo "the same in Go, one report   $go s: ratio $(ratio "$full" "$go") (budget 0.5)"
else
    echo "the same in Go               skipped: no go (Debian: golang-go)"
fi
tenth=$((num / 10))
make_estate "$tenth"
small=$(best "$certaudit" check "${four[@]}" -q -o junit=j.xml -o sarif=s.sarif -o html=h.html "estate-$tenth.git")
echo "$tenth certificates          $small s, $num $full s: ratio $(ratio "$full" "$small") (budget 10.5)"
"$here/pre_merge.sh" "$certaudit" "$estate" "$work" # changes in a larger repository
