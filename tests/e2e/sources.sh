#!/usr/bin/env bash
# Git at any revision, bare, shallow, unborn; links, submodules, closed files.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
cases=$SOURCE/fixtures/policies/core
only=(--select core/key_size)

git init -q -b main repo
expect 4 "no commit yet" check "${only[@]}" --rev HEAD repo
cp "$cases/key_size/fail_rsa_1024.json" repo/a.json
git -C repo add -A
git -C repo commit -qm one
cp "$cases/key_size/pass_p256.json" repo/a.json
git -C repo commit -qam two
expect 0 "exit 0" check "${only[@]}" repo
expect 1 "core/key_size" check "${only[@]}" --rev HEAD~1 repo
git clone -q --bare repo bare.git
expect 0 "exit 0" check "${only[@]}" bare.git
expect 1 "core/key_size" check "${only[@]}" --rev HEAD~1 bare.git
expect 4 "no revision 'nowhere'" check "${only[@]}" --rev nowhere bare.git
git clone -q --depth 1 "file://$WORK/bare.git" shallow
expect 4 "shallow" check "${only[@]}" --rev "$(git -C repo rev-parse HEAD~1)" shallow

# ignored files are not judged, untracked ones are
echo 'ignored/' >repo/.gitignore
mkdir repo/ignored repo/untracked
cp "$cases/key_size/fail_rsa_1024.json" repo/ignored/
expect 0 "exit 0" check "${only[@]}" repo
cp "$cases/key_size/fail_rsa_1024.json" repo/untracked/
expect 1 "untracked/fail_rsa_1024.json" check "${only[@]}" repo
rm -r repo/untracked repo/ignored repo/.gitignore

# nothing of a repository's configuration changes what is read
git -C repo config core.worktree /etc
expect 0 "exit 0" check "${only[@]}" repo
git -C repo config --unset core.worktree

# what is closed by its nature is said, and may be accepted with a reason
ln -s /etc/passwd repo/outward
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n' 0 >repo/big.p12
printf '\0GITCRYPT\0abcdefghijkl' >repo/secret.key
# shellcheck disable=SC2016
printf '$ANSIBLE_VAULT;1.1;AES256\n616263\n' >repo/vault.yml
git -C repo add -A
git -C repo commit -qm closed
expect 4 "outward_link" check "${only[@]}" --rev HEAD repo
for word in outward_link lfs_pointer encrypted; do
    expect 4 "$word" check "${only[@]}" repo
done
printf 'version: 1\naccept:\n  - {path: "**", reason: "judged in the deploy job"}\n' >accept.yaml
expect 0 "judged in the deploy job" check "${only[@]}" --config accept.yaml repo

# links of a plain folder are followed, each file counts once
mkdir plain
cp "$cases/key_size/fail_rsa_1024.json" elsewhere.json
ln -s ../elsewhere.json plain/one.json
ln -s one.json plain/two.json
ln -s . plain/loop
mv plain /tmp/certaudit-plain-$$ && mv elsewhere.json /tmp/elsewhere.json
trap 'rm -rf "/tmp/certaudit-plain-$$" /tmp/elsewhere.json' EXIT
expect 1 "files     1 = 1" check "${only[@]}" /tmp/certaudit-plain-$$

# several sources at once; absolute paths are in no report
expect 1 "core/key_size" check "${only[@]}" -o text=- -o json=both.json repo /tmp/certaudit-plain-$$
if grep -q "$WORK" both.json; then
    echo "FAIL: an absolute path in a report" >&2
    exit 1
fi

# a capture of one handshake: its place is told by the source, and nothing passes on it
cp "$SOURCE/fixtures/ingest/s_client/nowhere.in" capture.txt
printf 'version: 1\nsources:\n  - {name: web, path: capture.txt, endpoint: "www.example.org:443"}\n' >scans.yaml
expect 4 "does not tell host and port" check --select core/cipher_suites capture.txt
expect 4 "1 undecided" check --select core/cipher_suites --config scans.yaml
sed -i 's/"www.example.org:443"/"www.example.org"/' scans.yaml
expect 2 "'endpoint' is \"host:port\"" check --config scans.yaml

# missing objects are said
blob=$(git -C bare.git rev-parse HEAD:a.json)
rm -f "bare.git/objects/${blob:0:2}/${blob:2}"
expect 4 "unreadable, object $blob" check "${only[@]}" bare.git
