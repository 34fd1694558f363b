#!/usr/bin/env bash
# What is staged, before it is committed: the index against HEAD, and as git's own hook.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
unset GIT_INDEX_FILE

certificate() { # NAME DAYS FILE: valid from today
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null \
        -subj "/CN=$1" -addext "subjectAltName=DNS:$1" -days "$2" -out "$3" 2>/dev/null
}
certificate good.example.com 30 good.pem
certificate bad.example.com 398 bad.pem
certificate other.example.com 398 other.pem
staged() { "$CERTAUDIT" check -q --progress none --select core/validity_max --staged "$@"; }

git init -q -b main repo
cd repo
expect 4 "no commit yet" staged
cat >certaudit.yaml <<'YAML'
version: 1
policies: {params: {core/validity_max: {max_days: 47}}}
YAML
mkdir web
cp ../good.pem web/site.pem
cp ../bad.pem old.pem
git add -A
git commit -qm "what is there"
expect 0 "nothing in this change concerns certificates or TLS; 0 changed files" staged

# the work tree does not count, the index does
cp ../other.pem web/site.pem
expect 0 "0 changed files" staged
git add web/site.pem
cp ../good.pem web/site.pem
objects=$(find .git/objects -type f | sort | sha256sum)
expect 1 "web/site.pem:1" staged
expect 1 "only what the change that is staged brings" staged
if grep -q 'old.pem' "$WORK/out.txt"; then
    echo "FAIL: what was there before is reported" >&2
    exit 1
fi
expect 1 "all files of both sides" staged --select core/key_reuse -v
[ "$objects" = "$(find .git/objects -type f | sort | sha256sum)" ] || {
    echo "FAIL: the repository was written" >&2
    exit 1
}

# what is only announced, and what judges
git reset -q
cp ../other.pem new.pem
git add -N new.pem
expect 0 "0 changed files" staged
git add new.pem
sed -i 's/47/400/' certaudit.yaml
git add certaudit.yaml
expect 1 "the change touches gate material: certaudit.yaml" staged
expect 1 "new.pem:1" staged
expect 1 "new.pem:1" staged --base HEAD
git reset -q --hard
git rm -q old.pem
expect 0 "removed: certificate bad.example.com (old.pem)" staged
git reset -q --hard

# as git calls it, with an index of its own for `commit -a` and `commit PATH`
mkdir -p .git/hooks
printf '#!/bin/sh\nexec "%s" check -q --progress none --select core/validity_max --staged\n' \
    "$CERTAUDIT" >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit
cp ../other.pem web/site.pem
expect 1 "valid for too long" git commit -qam "by all"
expect 1 "valid for too long" git commit -qm "by path" web/site.pem
cp ../good.pem web/site.pem
echo text >README
git add README
expect 0 "1 changed file" git commit -m "passes"

# conflicts are nobody's state
git checkout -qb side HEAD~1
echo other >README
git add README
git commit -qm side --no-verify
git merge -q main >/dev/null 2>&1 || true
expect 4 "the index holds conflicts" staged
git merge --abort
git clone -q --bare . ../bare.git
expect 4 "a bare repository has no index" staged ../bare.git
printf 'xxxx' >.git/index
expect 4 "cannot read the index" staged
echo "ok"
