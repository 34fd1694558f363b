#!/usr/bin/env bash
# A change against its target: only what it brings, by rules that it cannot weaken.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

certificate() { # NAME DAYS BITS: valid from 2025-12-20
    openssl req -x509 -newkey "rsa:$3" -nodes -keyout /dev/null -subj "/CN=$1" \
        -addext "subjectAltName=DNS:$1" -days 1 -out "$1.tmp" 2>/dev/null
    rm "$1.tmp"
    openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$3" -out key.tmp 2>/dev/null
    openssl req -new -key key.tmp -subj "/CN=$1" -out req.tmp
    printf 'subjectAltName=DNS:%s\n' "$1" >ext.tmp
    mkdir -p ca.tmp && : >ca.tmp/index.txt && openssl rand -hex 9 >ca.tmp/serial
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=ca.tmp/index.txt\nserial=ca.tmp/serial\nnew_certs_dir=ca.tmp\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' >ca.tmp/cnf
    openssl ca -batch -config ca.tmp/cnf -selfsign -keyfile key.tmp -in req.tmp -extfile ext.tmp \
        -startdate 20251220000000Z -enddate "$(date -u -d "2025-12-20 +$2 days -1 second" +%Y%m%d%H%M%SZ)" \
        -notext -out "$4" 2>/dev/null
    rm -rf ca.tmp ./*.tmp
}
certificate good.example.com 47 2048 good.pem
certificate bad.example.com 398 2048 bad.pem
certificate other.example.com 398 2048 other.pem
certificate small.example.com 47 1024 small.pem

only=(--select 'core/validity_max' --select 'core/key_size')
git init -q -b main repo
cd repo
cat >certaudit.yaml <<'YAML'
version: 1
policies:
  params:
    core/validity_max: {max_days: 47}
YAML
mkdir web old
cp ../bad.pem old/bad.pem
cp ../good.pem web/good.pem
echo hello >README
git add -A
git commit -qm "what is there"
pr() { check "${only[@]}" --base main "$@"; }

# nothing that concerns certificates
git checkout -qb docs
echo more >>README
git commit -qam docs
expect 0 "nothing in this change concerns certificates or TLS; 1 changed file" pr
expect 0 "only the files that the change touches were read" pr
expect 0 "certaudit: read only the files that the change touches" pr -v

# policies that ask about other subjects read all of both sides, and say so
expect 0 "1 finding was there before the change" pr --select core/key_reuse
expect 0 "read all files of both sides: policies that ask about other subjects: core/key_reuse" \
    pr -v --select core/key_reuse

# a change that adds a certificate of 398 days
git checkout -q main && git checkout -qb add
cp ../other.pem web/other.pem
git add -A && git commit -qm add
expect 1 "web/other.pem:1" pr
if grep -q 'old/bad.pem' "$WORK/out.txt"; then
    echo "FAIL: what was there before is reported" >&2
    exit 1
fi
expect 1 "web/other.pem:1" pr --rev add ../repo
git clone -q --bare . ../bare.git
expect 1 "web/other.pem:1" check "${only[@]}" --base main --rev add ../bare.git

# the same, and it raises the limit: the rules are the target's
sed -i 's/47/400/' certaudit.yaml
git commit -qam "raise the limit"
expect 1 "the change touches gate material: certaudit.yaml" pr
expect 1 "web/other.pem:1" pr
expect 1 "would end with exit 0: 0 findings that gate" pr
expect 1 "web/other.pem:1" pr --config certaudit.yaml
expect 0 "exit 0" pr --gate-from add
expect 0 "exit 0" pr --gate-from "$WORK/repo#add"

# rules that do not load any more are the change's own problem, and are said
echo 'verson: 1' >certaudit.yaml
git commit -qam "break the rules"
expect 1 "the rules that the change proposes do not load" pr

# a waiver that comes with the change waives nothing of it
git checkout -q main && git checkout -qb waive
cp ../other.pem web/other.pem
cat >waivers.yaml <<'YAML'
version: 1
waivers:
  - {id: mine, policies: [core/validity_max], match: {dns: other.example.com}, reason: "I say so",
     owner: me, approver: me, approved: 2025-12-25T00:00:00Z, expires: 2026-03-01T00:00:00Z}
YAML
echo 'waivers: waivers.yaml' >>certaudit.yaml
git add -A && git commit -qm "waive it"
expect 1 "web/other.pem:1" pr
expect 1 "the change touches gate material: certaudit.yaml" pr
expect 1 "would end with exit 0" pr
expect 2 "there is no 'waivers.yaml' at this revision" pr --waivers waivers.yaml

# the rules cannot be reached through a link either
git checkout -q main && git checkout -qb link
printf 'version: 1\npolicies: {params: {core/validity_max: {max_days: 400}}}\n' >loose.yaml
rm certaudit.yaml && ln -s loose.yaml certaudit.yaml
cp ../other.pem web/other.pem
git add -A && git commit -qm link
expect 1 "web/other.pem:1" pr
expect 1 "web/other.pem:1" pr --config certaudit.yaml

# policies of the repository come from the target, too
git checkout -q main && git checkout -qb policies
mkdir -p rules/own
cat >rules/own/no_small.lua <<'LUA'
return policy {
  title = "No small keys", applies_to = "certificate", severity = "high",
  cite = { doc = "Own rules" }, remediation = "Take a larger key.",
  check = function(cert)
    if cert.key.bits < 2048 then return fail { item = "key.bits", got = cert.key.bits, want = 2048 } end
    return pass()
  end,
}
LUA
sed -i 's/^policies:/policies:\n  dirs: [rules]/' certaudit.yaml
git add -A && git commit -qm "rules of our own"
git checkout -q main && git merge -q policies
git checkout -qb weaken
sed -i 's/2048/512/' rules/own/no_small.lua
cp ../small.pem web/small.pem
git add -A && git commit -qm "weaken a rule"
expect 1 "own/no_small" check --select own/no_small --base main
expect 1 "the change touches gate material: rules/" check --select own/no_small --base main
expect 1 "would end with exit 0" check --select own/no_small --base main

# moving and formatting anew bring nothing; copying does
git checkout -q main && git checkout -qb move
git mv old/bad.pem web/moved.pem
openssl x509 -in web/moved.pem -text -out web/moved.tmp && mv web/moved.tmp web/moved.pem
git add -A && git commit -qm move
expect 0 "exit 0" pr
git checkout -q main && git checkout -qb der
openssl x509 -in old/bad.pem -outform DER -out old/bad.der && git rm -q old/bad.pem
git add -A && git commit -qm der
expect 0 "exit 0" pr
git checkout -q main && git checkout -qb copy
cp old/bad.pem web/copy.pem
git add -A && git commit -qm copy
expect 1 "web/copy.pem:1" pr

# a renewal in place is judged; a removal is listed
git checkout -q main && git checkout -qb renew
cp ../other.pem old/bad.pem
git commit -qam renew
expect 1 "old/bad.pem:1" pr
expect 1 "removed: certificate bad.example.com (old/bad.pem)" pr
git checkout -q main && git checkout -qb remove
git rm -q old/bad.pem && git commit -qm remove
expect 0 "removed: certificate bad.example.com (old/bad.pem)" pr

# what the change breaks is never silence
git checkout -q main && git checkout -qb cut
head -c 500 ../good.pem >web/good.pem
git commit -qam cut
expect 4 "web/good.pem:1" pr

# the target moved on: its new rules count, its own additions are not the change's
git checkout -q main
cp ../small.pem old/small.pem
sed -i 's/max_days: 47/max_days: 30/' certaudit.yaml
git add -A && git commit -qm "stricter"
git checkout -q docs
expect 0 "nothing in this change" pr
git checkout -q add && git reset -q --hard HEAD~2
expect 1 "at most 30" pr

# merge queues judge a merge commit against the branch it goes to
git checkout -q main && git checkout -qb queue && git merge -q --no-edit add
expect 1 "web/other.pem:1" pr
git checkout -q --detach queue
expect 1 "web/other.pem:1" pr

# revisions that are not at hand: exit 4, with the fix
expect 4 "no revision 'nowhere'" check --base nowhere
git clone -q --depth 1 --no-single-branch "file://$WORK/repo" ../shallow 2>/dev/null
expect 4 "fetch-depth: 0" check "${only[@]}" --base origin/main --rev origin/docs ../shallow
git clone -q --depth 30 --no-single-branch "file://$WORK/repo" ../deep 2>/dev/null
expect 1 "web/other.pem:1" check "${only[@]}" --base origin/main --rev origin/add ../deep
git checkout -q --orphan stranger && git commit -qm stranger
expect 4 "no commit in common" pr
expect 2 "goes with '--base'" check --gate-from main

# a target without configuration means the built-in defaults, and says so
git init -q -b main ../plain && cd ../plain
git commit -q --allow-empty -m none
git checkout -qb add && cp ../bad.pem . && cp ../repo/certaudit.yaml . && git add -A && git commit -qm add
expect 1 "the built-in defaults" pr

# what is put where nobody looks, or left without its owner, is said
cd ..
git init -q -b main leaving
cd leaving
mkdir web vendor
cp ../bad.pem web/bad.pem
cp ../good.pem web/good.pem
printf '* @acme/all\n/web/ @acme/web\n' >CODEOWNERS
cat >certaudit.yaml <<'YAML'
version: 1
sources: [{name: all, path: ., exclude: [{path: "vendor/**", reason: "upstream test data"}]}]
policies: {params: {core/validity_max: {max_days: 47}}}
YAML
git add -A
git commit -qm "what is there"
git checkout -qb hide
git mv web/bad.pem vendor/bad.pem
git commit -qm hide
expect 0 "left the scope: certificate bad.example.com is now in vendor/bad.pem, which is excluded" \
    pr -o markdown=-
openssl x509 -in vendor/bad.pem -outform DER -out vendor/bad.der
git rm -qf vendor/bad.pem
git add -A
git commit -qm "hide it well"
expect 0 "is now in vendor/bad.der, which is excluded: upstream test data" pr -o markdown=-
git checkout -q main && git checkout -qb disown
sed -i 2d CODEOWNERS
git commit -qam disown
expect 0 "left the scope: certificate good.example.com (web/good.pem) has lost its owner" \
    pr -o markdown=-
expect 0 "@acme/web by CODEOWNERS:2" pr -o markdown=-
expect 0 "read all files of both sides: the change touches CODEOWNERS" pr -v

# what is removed, and still seen by a scan in the sources
git checkout -q main
sha=$(openssl x509 -in web/good.pem -outform DER | sha256sum | cut -d' ' -f1)
mkdir -p ../outside
cat >../outside/scan.json <<JSON
{"schema": "certaudit/inventory/1", "taken_at": "2026-01-01T00:00:00Z", "source": "lb", "records": [
 {"id": "lb-1", "subject": "CN=good.example.com", "sha256": "$sha", "certificate": $(
    openssl x509 -in web/good.pem | python3 -c 'import json, sys; print(json.dumps(sys.stdin.read()))')}]}
JSON
cat >certaudit.yaml <<'YAML'
version: 1
sources: [{name: all, path: .}, {name: lb, path: ../outside}]
policies: {params: {core/validity_max: {max_days: 47}}}
YAML
git commit -qam "a load balancer's list"
git checkout -qb remove
git rm -q web/good.pem
git commit -qm remove
for more in "" "--select core/key_reuse"; do
    # shellcheck disable=SC2086 # words are meant
    expect 0 "removed: certificate good.example.com (web/good.pem), still seen by lb in scan.json" \
        pr -o github=../lines.txt -o markdown=- $more
done

# what the change breaks is never silence, however little is left of it
cd ..
git init -q -b main broken
cd broken
cat ../good.pem ../bad.pem >bundle.pem
openssl x509 -in ../good.pem -outform DER -out one.der
openssl crl2pkcs7 -nocrl -certfile bundle.pem -outform DER -out many.p7b
{ echo "cert: |" && sed 's/^/  /' ../good.pem && echo "level: info"; } >app.yaml
git add -A
git commit -qm "what is there"
broken() { # CODE TEXT FILE COMMAND...: what the command makes of the file
    local code=$1 text=$2 file=$3
    shift 3
    git checkout -qB broken main
    "$@" <"$file" >"$WORK/left"
    cp "$WORK/left" "$file"
    git commit -qam broken
    expect "$code" "$text" pr -o markdown=-
}
broken 4 "no END mark" bundle.pem head -c 900
broken 4 "no END mark" bundle.pem head -c 300
broken 4 "is cut short by the change" bundle.pem head -c 10
broken 4 "is empty now" bundle.pem head -c 0
broken 4 "not base64" bundle.pem sed '5s/[A-Za-z]/!/g'
broken 4 "points behind the end" one.der head -c 200
broken 4 "cannot be read any more" one.der head -c 3
broken 4 "cannot be read any more" one.der tail -c +5
broken 4 "points behind the end" many.p7b head -c 500
broken 4 "git-LFS pointer" bundle.pem printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 9\n' "$sha"
# an edit that takes a certificate out is one
broken 0 "removed: certificate good.example.com (app.yaml)" app.yaml tail -n 1
broken 0 "removed: certificate good.example.com (bundle.pem)" bundle.pem echo "moved to the vault"
