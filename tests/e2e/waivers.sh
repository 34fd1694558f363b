#!/usr/bin/env bash
# Approved, dated exceptions: where they hold, from when, how they land, and what is said of them.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

# as lib.sh has it, on text that is not wrapped
expect() {
    local want=$1 text=$2 code=0
    shift 2
    "$@" >"$WORK/out.txt" 2>&1 || code=$?
    if [ "$code" -ne "$want" ] || ! tr -s ' \n' ' ' <"$WORK/out.txt" | grep -qF -- "$text"; then
        echo "FAIL: exit $code, want $want and '$text': $*" >&2
        cat "$WORK/out.txt" >&2
        exit 1
    fi
    echo "ok: exit $code: $*"
}

small() { # NAME FILE [SAN]
    openssl req -x509 -newkey rsa:1024 -nodes -keyout /dev/null -subj "/CN=$1" \
        -addext "subjectAltName=${3:-DNS:$1}" -days 30 -out "$2" 2>/dev/null
}
only=(--select core/key_size)
judge() { check "${only[@]}" "$@"; }
waivers() { # MATCH [APPROVED [EXPIRES]]
    cat <<YAML
version: 1
waivers:
  - id: legacy
    policies: [core/key_size]
    match: {$1}
    reason: "the appliance goes in spring"
    owner: team-edge
    approver: Ann Approver
    ticket: SEC-7
    approved: ${2:-2025-12-01T00:00:00Z}
    expires: ${3:-2026-06-01T00:00:00Z}
YAML
}
says() { # FILE TEXT
    grep -qF -- "$2" "$1" || { echo "FAIL: '$2' is not in $1" >&2; cat "$1" >&2; exit 1; }
}

mkdir -p plain/old plain/new
small Old.pay.example.com plain/old/a.pem
small new.example.com new.pem
w="$WORK/w.yaml"

# every key of a match
expect 1 "old/a.pem" judge plain
digest=$(openssl x509 -in plain/old/a.pem -outform DER | sha256sum | cut -d' ' -f1)
spki=$(openssl x509 -in plain/old/a.pem -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
for match in "sha256: $digest" "sha256: $(sed 's/../&:/g; s/:$//' <<<"${digest^^}" | sed 's/.*/"&"/')" \
    "spki: $spki" 'dns: "*.PAY.example.com"' 'dns: "**.example.com"' 'path: "old/**"' \
    'lineage: "file:plain/old/*"' "path: old/a.pem, dns: old.pay.example.com, sha256: $digest"; do
    waivers "$match" >"$w"
    expect 0 "the appliance goes in spring (legacy, approved by Ann Approver until 2026-06-01T00:00:00Z)" \
        judge --waivers "$w" plain
done
for match in "sha256: ${digest//[0-9]/a}" 'dns: "*.example.com"' 'path: "new/**"' \
    'path: "old/**", dns: other.example.com' 'endpoint: "old.pay.example.com:443"'; do
    waivers "$match" >"$w"
    expect 1 "exit 1" judge --waivers "$w" plain
    expect 1 "Waivers are for nothing that fails" check --waivers "$w" --fail-on low plain
    if judge --waivers "$w" plain | tr -s ' \n' ' ' | grep -q "for nothing that fails"; then
        echo "FAIL: a narrowed run tells of unmatched waivers" >&2
        exit 1
    fi
done

# a copy planted elsewhere is not covered, and takes the cover from the other
waivers 'path: "old/**"' >"$w"
cp plain/old/a.pem plain/new/copy.pem
expect 1 "waiver 'legacy' does not hold: it does not cover new/copy.pem" judge --waivers "$w" plain
rm plain/new/copy.pem
# one put at a waived path whose names are others'
small evil.example.org plain/old/b.pem "DNS:x.pay.example.com,DNS:evil.example.org"
waivers 'dns: "*.pay.example.com"' >"$w"
expect 1 "does not cover evil.example.org" judge --waivers "$w" plain
rm plain/old/b.pem

# before, soon over, over
waivers 'path: "old/**"' 2026-01-01T00:00:01Z >"$w"
expect 1 "counts only from 2026-01-01T00:00:01Z" judge --waivers "$w" plain
waivers 'path: "old/**"' 2025-12-01T00:00:00Z 2026-01-10T00:00:00+02:00 >"$w"
expect 0 "Waivers lapse soon" judge --waivers "$w" plain
waivers 'path: "old/**"' 2025-12-01T00:00:00Z 2026-01-01T00:00:00Z >"$w"
expect 1 "lapsed at 2026-01-01T00:00:00Z" judge --waivers "$w" plain
expect 1 "Waivers have lapsed" judge --waivers "$w" plain

# every report shows what is waived
waivers 'path: "old/**"' >"$w"
judge --waivers "$w" plain -o json=r.json -o junit=r.xml -o sarif=r.sarif -o html=r.html \
    -o csv=r.csv -o text=r.txt
says r.json '"verdict":"waived"'
says r.json '"waiver_id":"legacy"'
says r.json '"no_commit":"'
says r.xml 'waived: the appliance goes in spring'
says r.sarif '"justification":"the appliance goes in spring'
says r.html 'Approved by (claimed)'
says r.csv 'legacy, approved by'
says r.txt 'the waiver'

# strict: what is missing, misspelt or too wide does not load
refused() { # TEXT, the file on standard input
    cat >"$w"
    expect 2 "$1" judge --waivers "$w" plain
}
waivers 'path: "old/**"' | sed '/approver:/d; s/owner: .*/owner: ""/' |
    refused "waiver 'legacy' is not approved as it stands: it lacks 'owner', 'approver'"
waivers 'path: "old/**"' | sed 's/ticket/tikcet/' | refused "ticket"
waivers 'pth: "old/**"' | refused "path"
waivers 'path: "**"' | refused "would hold for everything"
waivers 'path: "old/**", dns: ""' | refused "is empty"
waivers 'sha256: abc' | refused "64 digits"
waivers 'endpoint: example.com' | refused "host:port"
waivers 'path: "old/**"' | sed 's/\[core.*/["*"]/' | refused "would waive every policy"
waivers 'path: "old/**"' | sed 's/\[core.*/["**\/*"]/' | refused "would waive every policy"
waivers 'path: "old/**"' 2025-12-01 | refused "needs a time and a zone"
waivers 'path: "old/**"' 2025-12-01T00:00:00 | refused "is no time"
waivers 'path: "old/**"' 2026-12-01T00:00:00Z | refused "expires before it is approved"
{ waivers 'path: "old/**"' && waivers 'path: "old/**"' | sed 1,2d; } | refused "two waivers have the id"
echo 'waivers: []' | refused "version: 1"
expect 2 "gone.yaml" judge --waivers gone.yaml plain

# a skeleton for what fails: it does not load before it is filled in, then it waives just that
rm -f p.yaml
expect 1 "1 waiver proposed in p.yaml; it does not load before approval" \
    judge --propose-waivers p.yaml plain
expect 2 "waiver 'proposed-1' is not approved as it stands: it lacks 'reason', 'owner', 'approver', 'approved', 'expires'" \
    judge --waivers p.yaml plain
cp p.yaml p.old
expect 2 "never write over a file" judge --propose-waivers p.yaml plain
cmp p.yaml p.old
sed -i 's/reason: ""/reason: "r"/; s/owner: ""/owner: o/; s/approver: ""/approver: p/' p.yaml
sed -i 's/approved: .*/approved: 2025-12-01T00:00:00Z/; s/expires:$/expires: 2026-06-01T00:00:00Z/' p.yaml
expect 0 "waived: r (proposed-1, approved by p" judge --waivers p.yaml plain
cp new.pem plain/new.pem
expect 1 "new.pem:1" judge --waivers p.yaml plain
rm plain/new.pem

# a longest lifetime
waivers 'path: "old/**"' >"$w"
printf 'version: 1\nwaivers: %s\ngate: {max_waiver_days: 90}\n' "$w" >c.yaml
expect 2 "longer than the 90 days" judge --config c.yaml plain
sed -i 's/90/200/' c.yaml
expect 0 "legacy, approved by" judge --config c.yaml plain
printf 'version: 1\nwaivers: %s\ngate: {waiver_notice_days: 200}\n' "$w" >c.yaml
expect 0 "Waivers lapse soon" judge --config c.yaml plain

# in git it counts from the commit that brought it in as it stands
git init -q -b main repo
cd repo
mkdir old web
cp ../plain/old/a.pem old/a.pem
printf 'version: 1\nwaivers: waivers.yaml\n' >certaudit.yaml
printf 'version: 1\nwaivers: []\n' >waivers.yaml
git add -A && git commit -qm start
waivers 'path: "old/**"' >waivers.yaml
GIT_AUTHOR_NAME=Carl GIT_COMMITTER_DATE=2025-12-24T00:00:00Z git commit -qam "a waiver"
brought=$(git rev-parse HEAD)
echo '# a remark' >>waivers.yaml
git commit -qam remark
judge -o json=../g.json
says ../g.json "\"commit\":\"$brought\""
says ../g.json '"commit_author":"Carl <test@example.com>"'
says ../g.json '"commit_signature":"absent"'
says ../g.json '"counts_from":"2025-12-24T00:00:00Z"'
expect 1 "counts only from 2025-12-24T00:00:00Z" judge --at 2025-12-23T00:00:00Z
sed -i 's/spring/summer/' waivers.yaml
expect 0 "counts from the approval that it claims: not committed" judge
git checkout -q waivers.yaml
git clone -q --depth 1 "file://$PWD" ../shallow
(cd ../shallow && expect 0 "does not reach back to it" judge)

# a change does not bring its own waiver, and shows what it would do
git checkout -qb add
cp ../new.pem web/new.pem
waivers 'path: "**/*.pem"' >waivers.yaml
git add -A && git commit -qm "a certificate and its waiver"
expect 1 "web/new.pem:1" judge --base main
expect 1 "the change touches gate material: waivers.yaml" judge --base main
expect 1 "would end with exit 0" judge --base main
expect 1 "web/new.pem:1" judge --base main --waivers waivers.yaml
# a waiver that lapsed fails who judges its subject, not a change that does not touch it
git checkout -q main && git checkout -qb other
echo more >README
git add -A && git commit -qm other
expect 0 "exit 0" judge --base main --at 2026-07-01T00:00:00Z
git checkout -q main
expect 1 "lapsed at" judge --at 2026-07-01T00:00:00Z
