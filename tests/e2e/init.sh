#!/usr/bin/env bash
# 'certaudit init', and the files of ci/users as each forge would run them.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY GITHUB_BASE_REF GITLAB_CI TF_BUILD JENKINS_URL
mkdir bin
ln -s "$CERTAUDIT" bin/certaudit
export PATH=$WORK/bin:$PATH CERTAUDIT_AT=$NOW

repository() { # NAME FILE: a repository that holds FILE
    git init -q -b main "$1"
    cd "$1"
    mkdir -p "$(dirname "$2")" vendor
    touch "$2" vendor/x
}
repository gh .github/CODEOWNERS
expect 0 "wrote  .github/workflows/certaudit.yml" certaudit init
grep -q 'path: "vendor/\*\*", reason:' certaudit.yaml
cmp .github/workflows/certaudit.yml "$SOURCE/ci/users/github/certaudit.yml"
expect 0 "kept   certaudit.yaml" certaudit init
expect 3 "nothing was judged" certaudit check
expect 0 "configuration  certaudit.yaml" certaudit check --show-config
cd ..
repository gl .gitlab-ci.yml
mkdir sub && cd sub
expect 0 "wrote  .gitlab/certaudit.yml" certaudit init
[ -f ../certaudit.yaml ]
cd ../..
repository az azure-pipelines.yml
expect 0 "wrote  azure-pipelines-certaudit.yml" certaudit init
cd ..
repository je Jenkinsfile
expect 0 "wrote  Jenkinsfile.certaudit" certaudit init
cd ..
repository none README
expect 0 "No forge was recognised" certaudit init
expect 0 "wrote  .github/workflows/certaudit.yml" certaudit init github
expect 2 "no forge 'gitea'" certaudit init gitea
cd ..
repository remote README
git remote add origin git@gitlab.example.com:a/b.git
expect 0 "wrote  .gitlab/certaudit.yml" certaudit init
cd ..
mkdir plain
(cd /; expect 2 "no git repository" certaudit init)

# the pipeline's script: a request by what it brings, a push in full
"$SOURCE/fixtures/demo/make.sh" demo >/dev/null
git -C demo checkout -q main 2>/dev/null || git -C demo branch -m main
git clone -q demo clone
cd clone
git checkout -qb docs && echo x >note && git add note && git commit -qm note
run=$SOURCE/ci/users/check
GITHUB_ACTIONS=true GITHUB_BASE_REF=main expect 0 "nothing in this change" "$run"
[ -f certaudit-reports/certaudit.sarif ]
GITHUB_ACTIONS=true expect 1 "::error file=" "$run"
GITLAB_CI=true CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main expect 0 "nothing in this change" "$run"
[ -f certaudit-reports/gl-code-quality-report.json ]
TF_BUILD=True SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main expect 0 "nothing in this change" "$run"
JENKINS_URL=http://localhost/ CHANGE_TARGET=main expect 0 "nothing in this change" "$run"
CERTAUDIT_TARGET=origin/main CERTAUDIT_REPORTS=../elsewhere expect 0 "nothing in this change" "$run"
expect 1 "core/key_size" "$run" --select core/key_size

# the files themselves
cd "$SOURCE/ci/users"
for file in certaudit.yaml github/*.yml gitlab/*.yml azure/*.yml ../../.pre-commit-hooks.yaml; do
    if command -v yamllint >/dev/null; then
        yamllint -s -d '{extends: relaxed, rules: {line-length: {max: 140}}}' "$file"
    fi
done
command -v yamllint >/dev/null || echo "skipped: no yamllint"
if command -v shellcheck >/dev/null; then shellcheck check; else echo "skipped: no shellcheck"; fi
while read -r id; do # every hook of pre-commit is a command that this program takes
    want=1
    if [[ $id == *--staged* ]]; then want=0; fi # nothing is
    (cd "$WORK/clone" && expect "$want" "" bash -c "$id")
done < <(sed -n 's/^ *entry: //p' ../../.pre-commit-hooks.yaml)
