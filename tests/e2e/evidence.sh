#!/usr/bin/env bash
# A quarter of scripted history as an evidence pack: what stood how long and by whose doing, the same
# bytes from everywhere, and every tampering found.
. "$SOURCE/tests/e2e/lib.sh"
END=2026-11-01T00:00:00Z
Q=(--period 2026-Q3 --ref main --at "$END")
"$SOURCE/fixtures/quarter/make.sh" "$WORK/repo"

expect 0 "9 commits, 15 states, 2 changes of rules" "$CERTAUDIT" evidence "${Q[@]}" --pack pack repo

# stretch STATE POLICY LINEAGE BEGAN: the rest of the line in timeline.csv that begins so
stretch() {
    python3 - "$WORK/${PACK:-pack}/timeline.csv" "$@" <<'PY'
import csv, sys
rows = [r for r in csv.DictReader(open(sys.argv[1], newline=""))
        if [r["state"], r["policy"], r["lineage"], r["began"]] == sys.argv[2:6]]
assert len(rows) == 1, rows
r = rows[0]
print(r["brought_by"], r["brought_by_author"].split(" ")[0] or "-", r["ended"] or "-", r["ended_as"],
      r["ended_by"], r["ended_by_author"].split(" ")[0] or "-", r["days_exposed"], r["days_waived"],
      r["days_exposed_under_end_rules"])
PY
}
stands() { # WANT STATE POLICY LINEAGE BEGAN
    local want=$1 got
    shift
    got=$(stretch "$@")
    [ "$got" = "$want" ] || { echo "FAIL: $*: '$got', want '$want'" >&2; exit 1; }
    echo "ok: $*: $got"
}
pay=file:infra/pay/pay.pem
stands "carried_in - - open open - 35.50 56.50 35.50" breach core/key_size file:infra/legacy/appliance.pem 2026-07-01T00:00:00Z
stands "commit Bob 2026-08-05T14:00:00Z met commit Carol 26.16 0.00 26.16" breach core/key_size $pay 2026-07-10T10:00:00Z
stands "rules Ann - open open - 29.66 0.00 29.66" breach core/key_size $pay 2026-09-01T08:00:00Z
stands "rules - 2026-09-01T08:00:00Z other_item rules - 0.00 0.00 26.75" only_under_end_rules core/key_size $pay 2026-08-05T14:00:00Z
stands "time - 2026-08-25T07:30:00Z met commit Carol 35.31 0.00 35.31" breach core/expiry file:infra/edge/api.pem 2026-07-20T23:59:59Z
stands "commit Bob 2026-09-20T09:15:00Z gone commit Bob 9.92 0.00 9.92" breach core/approved_ca file:infra/edge/shop.pem 2026-09-10T11:00:00Z
grep -q '"TLSv1.3","TLS_AES_256_GCM_SHA384","HTTPS","edge.example.com:443","1","2026-09-26T00:00:00Z","Ann"' pack/cipher_inventory.csv
grep -q '"appliance","core/key_size","path legacy/\*\*".*"lapsed"' pack/waivers.csv
grep -q 'file:infra/edge/www.pem.*"2026-07-01T00:00:00Z","yes"' pack/population.csv
python3 - pack <<'PY'
import hashlib, json, os, sys
pack = sys.argv[1]
s = json.load(open(pack + "/statement.json"))
assert s["_type"] == "https://in-toto.io/Statement/v1"
for sub in s["subject"] + s["predicate"]["configuration"]:
    got = hashlib.sha256(open(os.path.join(pack, sub["name"]), "rb").read()).hexdigest()
    assert got == sub["digest"]["sha256"], sub
c = json.load(open(pack + "/config.json"))
for p in c["policies"]:
    name = pack + "/policies/" + p["id"] + ".lua"
    if os.path.exists(name):
        text = open(name, "rb").read()
        shared = os.path.join(os.path.dirname(name), "pack.lua")
        if os.path.exists(shared):
            text += open(shared, "rb").read()
        assert hashlib.sha256(text).hexdigest() == p["sha256"], p["id"]
assert c["period"] == {"name": "2026-Q3", "ref": "main", "from": "2026-07-01T00:00:00Z", "until": "2026-10-01T00:00:00Z",
                       "judged_at": "2026-09-30T23:59:59Z", "finished": True, "all_commits": False}, c["period"]
json.load(open(pack + "/run.json"))
PY

# the state at the end is what an audit of the tip says
git -C repo log -1 --format=%H main >tip.txt
(cd repo && "$CERTAUDIT" check --rev main --at 2026-09-30T23:59:59Z -o json=../check.json >/dev/null 2>&1) || true
python3 - <<'PY'
import json
def findings(path):
    return sorted((f["policy"], f["subject"], f["verdict"]) for f in json.load(open(path))["findings"])
assert findings("pack/results.json") == findings("check.json")
PY
echo "ok: the end is what check says"

# stock tools agree
(cd pack && sha256sum -c --quiet SHA256SUMS)
expect 0 "the pack verifies" "$CERTAUDIT" verify --digests-only pack
expect 5 "nothing proves who made it" "$CERTAUDIT" verify pack

# the same bytes on any thread count, locale, zone, in another folder, bare or not
mkdir else
git clone -q --bare repo else/bare.git
same() {
    diff -r pack "$1" >/dev/null || { diff -rq pack "$1" >&2; echo "FAIL: $1 differs" >&2; exit 1; }
    echo "ok: $1 is the same"
}
"$CERTAUDIT" evidence "${Q[@]}" -j 1 --pack one repo >/dev/null 2>&1
same one
(cd else && TZ=Asia/Kolkata LC_ALL=C.UTF-8 "$CERTAUDIT" evidence "${Q[@]}" -j 4 --pack ../two bare.git >/dev/null 2>&1)
same two
(cd repo && rm -rf edge && "$CERTAUDIT" evidence "${Q[@]}" --pack ../three >/dev/null 2>&1)
same three
git -C repo checkout -q -- .

# done again from the repository, and a sample of the population
expect 0 "files are the same" "$CERTAUDIT" verify --digests-only --replay else/bare.git pack
cp -r repo rewritten
git -C rewritten checkout -q -B main HEAD~3
git -C rewritten reflog expire --expire=now --all
git -C rewritten gc -q --prune=now
expect 4 "there is no revision" "$CERTAUDIT" verify --digests-only --replay rewritten pack
expect 5 "differs first in line" "$CERTAUDIT" verify --digests-only --select core/key_size --replay repo pack
draw() { "$CERTAUDIT" verify --digests-only --sample "$@" pack | sed -n '/^kind,id/,$p'; }
draw 3 --seed 7 >one.csv
draw 3 --seed 7 | cmp - one.csv
[ "$(wc -l <one.csv)" -eq 4 ]
grep -qxFf pack/population.csv one.csv
[ "$(draw 1000 | sort)" = "$(sort pack/population.csv)" ]
for seed in 1 2 3 4 5 6 7 8; do draw 1 --seed "$seed"; done | grep -v '^kind,' | sort -u | wc -l >several.txt
[ "$(cat several.txt)" -gt 1 ]
expect 2 "is a number from 1 on" "$CERTAUDIT" verify --digests-only --sample 0 pack
for word in '<h2 id="period-h">' 'role="img"' 'What was not met, and how long' 'Outlook: lifetimes of 47 days' 'Bob &lt;bob@example.com&gt;'; do
    grep -qF -- "$word" pack/index.html
done

# every tampering is found
tamper() { # WHAT TEXT COMMAND...: on a copy
    local what=$1 text=$2
    shift 2
    rm -rf bad
    cp -r pack bad
    "$@"
    expect 5 "$text" "$CERTAUDIT" verify --digests-only bad
}
for file in $(cd pack && find . -type f ! -name SHA256SUMS | sort); do
    python3 - "pack/$file" <<'PY' >flip.bin
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) // 2] ^= 1
sys.stdout.buffer.write(b)
PY
    tamper "$file" "changed: ${file#./}" cp flip.bin "bad/$file"
done
flip_sums() {
    python3 - <<'PY'
b = bytearray(open("bad/SHA256SUMS", "rb").read())
b[10] ^= 1
open("bad/SHA256SUMS", "wb").write(b)
PY
}
tamper "the sums" "FAILED" flip_sums
tamper "a file more" "added: extra.txt" touch bad/extra.txt
tamper "a folder more" "added: policies/core/extra.lua" touch bad/policies/core/extra.lua
tamper "a file less" "missing: timeline.csv" rm bad/timeline.csv
tamper "a link" "no regular file" ln -s /etc/passwd bad/passwd
less() {
    rm bad/waivers.csv
    sed -i '/waivers.csv/d' bad/SHA256SUMS
}
tamper "a file less, sums made fit" "it has no waivers.csv" less
outside() { sed -i '1i 0000000000000000000000000000000000000000000000000000000000000000  ../x' bad/SHA256SUMS; }
tamper "a path out of the pack" "names a path that no pack has" outside

# nothing is written over
expect 5 "evidence is never written over" "$CERTAUDIT" evidence "${Q[@]}" --pack pack repo
expect 2 "is no period" "$CERTAUDIT" evidence --period 2026-Q5 --pack p repo
expect 2 "add --period" "$CERTAUDIT" evidence --pack p repo
expect 4 "there is no revision 'gone'" "$CERTAUDIT" evidence --period 2026-Q3 --ref gone --pack p repo
expect 4 "has no commit before the end" "$CERTAUDIT" evidence --period 2025-Q3 --ref main --at "$END" --pack p repo
expect 2 "has not begun" "$CERTAUDIT" evidence --period 2027-Q1 --ref main --at "$END" --pack p repo
[ ! -e p ]

# a quiet quarter has evidence too, one under way says so, and one before the first commit as well
expect 0 "1 commits" "$CERTAUDIT" evidence --period 2026-Q4 --ref main --at 2027-02-01T00:00:00Z --pack quiet repo
PACK=quiet stands "carried_in - - open open - 92.00 0.00 92.00" breach core/key_size $pay 2026-10-01T00:00:00Z
expect 0 "the period has not ended: it is judged up to 2026-08-10T00:00:00Z" "$CERTAUDIT" evidence --period 2026-Q3 --ref main --at 2026-08-10T00:00:00Z --pack half repo
expect 0 "the ref did not exist when the period began" "$CERTAUDIT" evidence --period 2026-Q2 --ref main --at "$END" --pack first repo

# from one period to the next
expect 0 "persisting" "$CERTAUDIT" compare pack quiet
expect 0 "new" "$CERTAUDIT" compare half pack

# a shallow clone, a commit with a clock of its own, rules that do not load
git clone -q --depth 3 "file://$WORK/repo" shallow
expect 0 "the history at hand is cut" "$CERTAUDIT" evidence "${Q[@]}" --pack cut shallow
cp -r repo skewed
cd skewed
GIT_COMMITTER_DATE=1999-01-01T00:00:00Z git commit -q --allow-empty -m "a clock of 1999"
echo "version: 2" >certaudit.yaml
GIT_COMMITTER_DATE=2026-09-27T00:00:00Z git commit -q -a -m "rules that do not load"
git revert --no-edit HEAD >/dev/null
GIT_COMMITTER_DATE=2026-09-29T00:00:00Z git commit -q --amend --no-edit
cd ..
expect 0 "1 commit claims a date that does not fit" "$CERTAUDIT" evidence "${Q[@]}" --pack odd skewed
PACK=odd stands "commit Test 2026-09-29T00:00:00Z met commit Test 0.00 0.00 0.00" no_evidence "" ref:main 2026-09-27T00:00:00Z
