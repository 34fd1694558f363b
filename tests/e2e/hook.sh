#!/usr/bin/env bash
# A server-side hook refuses real pushes.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
cases=$SOURCE/fixtures/policies/core/key_size

git init -q --bare -b main server.git
cat >server.git/hooks/pre-receive <<HOOK
#!/bin/sh
exec "$CERTAUDIT" check --hook pre-receive --at $NOW --select core/key_size --progress none
HOOK
chmod +x server.git/hooks/pre-receive
git clone -q server.git work 2>/dev/null
cd work
git checkout -qb main
refused() { # TEXT REF...: the push is refused, and says so
    local text=$1
    shift
    expect 1 "$text" git push -q origin "$@"
    expect 1 "pre-receive hook declined" git push -q origin "$@"
}

# the first push is judged in full, by the built-in rules
cp "$cases/fail_rsa_1024.json" a.json
git add -A && git commit -qm bad
refused "core/key_size" main
cp "$cases/pass_p256.json" a.json
git commit -q --amend -am good
expect 0 "" git push -q origin main

# a branch by what it brings, by the rules of the default branch
printf 'version: 1\npolicies: {params: {core/key_size: {rsa_min: 512}}}\n' >certaudit.yaml
git checkout -qb feature && git add -A && git commit -qm "loosen the rules"
expect 0 "the change touches gate material" git push origin feature
cp "$cases/fail_rsa_1024.json" b.json
git add -A && git commit -qm "now use them"
refused "b.json" feature
git reset -q --hard HEAD~1

# large pushes come as a pack, in quarantine as well
for i in $(seq 1 150); do echo "$i" >"file$i"; done
cp "$cases/fail_rsa_1024.json" c.json
git add -A && git commit -qm many
refused "c.json" feature
[ "$(git -C ../server.git rev-parse feature)" = "$(git rev-parse HEAD~1)" ]

# several branches at once: one that is bad refuses all; deletions and tags pass
git checkout -q main && git checkout -qb clean && echo x >x && git add x && git commit -qm x
refused "certaudit: refs/heads/clean" --atomic clean feature
expect 0 "" git push -q origin clean
git tag v1 && expect 0 "is no branch and was not judged" git push origin v1
git push -q origin :clean
expect 2 "it is pre-receive" check --hook update
expect 2 "is not 'OLD NEW REF'" bash -c "echo nonsense | '$CERTAUDIT' check --hook pre-receive"
