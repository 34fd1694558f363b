#!/usr/bin/env bash
# What was known before does not gate, whatever form it takes; two results are compared.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

small() { # NAME BITS FILE
    openssl req -x509 -newkey "rsa:$2" -nodes -keyout /dev/null -subj "/CN=$1" \
        -addext "subjectAltName=DNS:$1" -days 30 -out "$3" 2>/dev/null
}
judge() { check --select core/key_size "$@"; }
has() { # FILE TEXT TIMES
    local num
    num=$({ grep -oF -- "$2" "$1" || true; } | wc -l)
    [ "$num" -eq "$3" ] || { echo "FAIL: $num times '$2' in $1, want $3" >&2; cat "$1" >&2; exit 1; }
}
mkdir -p estate/a estate/b
small one.example.com 1024 estate/a/one.pem
small two.example.com 1024 two.pem
small three.example.com 1024 three.pem
cat two.pem three.pem >estate/b/bundle.pem

# a baseline is small, sorted, and the same for the same findings
expect 1 "exit 1" judge estate -o text -o baseline=b1 -o json=old.json
judge estate -o baseline=b2 || true
cmp b1 b2
head -1 b1 | grep -qx 'certaudit baseline 1'
[ "$(wc -l <b1)" -eq 4 ]
tail -n +2 b1 | LC_ALL=C sort -c -k2
has b1 "high core/key_size " 3
has b1 "estate" 0

for known in b1 old.json; do
    expect 0 "exit 0" judge estate --baseline "$known"
    expect 0 "the key is too short" judge estate --baseline "$known"
    expect 0 "exit 0" judge estate --baseline "$known" --fail-on-new
done
judge estate --baseline b1 -o json=j.json -o sarif=s.sarif -o junit=u.xml
has j.json '"baseline":"unchanged"' 3
has j.json '"verdict":"fail"' 3
has s.sarif '"baselineState":"unchanged"' 3
has u.xml '<failure' 0

# moved, written as DER, reordered: nothing new
mkdir moved
cp estate/a/one.pem moved/elsewhere.pem
openssl x509 -in two.pem -outform DER -out moved/two.der
cp three.pem moved/three.pem
expect 0 "exit 0" judge moved --baseline b1 --fail-on-new
cat three.pem two.pem >estate/b/bundle.pem
judge estate --baseline b1 -o json=j.json --fail-on-new
has j.json '"baseline":"unchanged"' 3

# a renewal in place holds its lineage; a further certificate is new
cp estate/a/one.pem kept.pem
small one.example.com 1024 estate/a/one.pem
judge estate --baseline b1 -o json=j.json
has j.json '"baseline":"updated"' 1
cp kept.pem estate/b/kept.pem
# where the former holder is still there, its place is no excuse for another
expect 1 "exit 1" judge estate --baseline b1 -o text -o json=j.json
has j.json '"baseline":"new"' 1
rm estate/b/kept.pem
cp kept.pem estate/a/one.pem
small four.example.com 1024 estate/a/four.pem
expect 1 "four.example.com" judge estate --baseline b1
expect 1 "exit 1" judge estate --baseline b1 -o text -o sarif=s.sarif -o json=new.json
has s.sarif '"baselineState":"new"' 1
has s.sarif '"baselineState":"unchanged"' 3
expect 0 "exit 0" judge estate --baseline b1 --fail-on critical
expect 1 "exit 1" judge estate --baseline b1 --fail-on critical --fail-on-new

# a risen severity is new
rm estate/a/four.pem
sed 's/^high/medium/' b1 >lower
expect 1 "exit 1" judge estate --baseline lower
# an item that was not there before is new
sed 's/ key\.[a-z]* # / other # /' b1 >items
expect 1 "exit 1" judge estate --baseline items

# from the configuration; what is gone is counted
printf 'version: 1\nbaseline: b1\n' >certaudit.yaml
rm estate/a/one.pem
expect 0 "the baseline that are gone: 1" check --fail-on critical estate
if judge estate | grep -q 'are gone'; then
    echo "FAIL: a narrowed run tells what is gone" >&2
    exit 1
fi
rm certaudit.yaml

# a change cannot bring a baseline of its own
git init -q -b main repo
cd repo
mkdir web
cp ../two.pem web/two.pem
printf 'version: 1\n' >certaudit.yaml
git add -A && git commit -qm start
git checkout -qb add
cp ../three.pem web/three.pem
judge -o baseline=known || true
printf 'version: 1\nbaseline: known\n' >certaudit.yaml
git add -A && git commit -qm "a certificate and its baseline"
expect 0 "exit 0" judge
expect 1 "web/three.pem:1" judge --base main
expect 2 "known" judge --base main --baseline known
cd ..

# refused: no baseline, a broken line, a cut result, none at all
echo hello >bad && expect 2 "is no baseline" judge estate --baseline bad
{ cat b1 && echo "high core/key_size 12 34 - # x"; } >bad
expect 2 "bad:5: is no line of a baseline" judge estate --baseline bad
head -c 3000 old.json >bad && expect 2 "bad:" judge estate --baseline bad
echo '{"schema": "certaudit/results/2"}' >bad && expect 2 "certaudit/results/1" judge estate --baseline bad
echo '{"schema": "certaudit/results/1", "findings": {}}' >bad && expect 2 "another type" judge estate --baseline bad
expect 2 "gone" judge estate --baseline gone
expect 2 "goes with '--baseline FILE'" judge estate --fail-on-new

# two results
expect 0 "1 new, 0 fixed, 3 persisting" "$CERTAUDIT" compare old.json new.json
expect 0 "0 new, 1 fixed, 3 persisting" "$CERTAUDIT" compare new.json old.json
expect 0 "four.example.com" "$CERTAUDIT" compare old.json new.json
expect 1 "1 new" "$CERTAUDIT" compare --fail-on-new old.json new.json
"$CERTAUDIT" compare old.json new.json -o json=c.json
has c.json '"certaudit/compare/1"' 1
has c.json 'four.example.com' 1
expect 2 "usage" "$CERTAUDIT" compare old.json
expect 2 "as text or json" "$CERTAUDIT" compare old.json new.json -o html=x
