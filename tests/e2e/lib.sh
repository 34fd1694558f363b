# shellcheck shell=bash
# tests/e2e/lib.sh - what the end-to-end tests share. CERTAUDIT, SOURCE and WORK come from CMake.
set -euo pipefail
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Test GIT_AUTHOR_EMAIL=test@example.com
export GIT_COMMITTER_NAME=Test GIT_COMMITTER_EMAIL=test@example.com
export GIT_AUTHOR_DATE=2025-12-01T00:00:00Z GIT_COMMITTER_DATE=2025-12-01T00:00:00Z
NOW=2026-01-01T00:00:00Z
rm -rf "$WORK"
mkdir -p "$WORK"
# no configuration of the project's own repository is found from here
cd "$WORK"
git init -q . 2>/dev/null

# expect CODE TEXT COMMAND...: the exit code, and a text that standard output or error holds
expect() {
    local want=$1 text=$2 code=0
    shift 2
    "$@" >"$WORK/out.txt" 2>"$WORK/err.txt" || code=$?
    if [ "$code" -ne "$want" ]; then
        echo "FAIL: exit $code, want $want: $*" >&2
        cat "$WORK/out.txt" "$WORK/err.txt" >&2
        exit 1
    fi
    if ! grep -qF -- "$text" "$WORK/out.txt" "$WORK/err.txt"; then
        echo "FAIL: '$text' was not said: $*" >&2
        cat "$WORK/out.txt" "$WORK/err.txt" >&2
        exit 1
    fi
    echo "ok: exit $code: $*"
}
check() {
    "$CERTAUDIT" check --at "$NOW" "$@"
}

# hostile_folder FOLDER: an inventory whose names try to be commands, markup and control characters
hostile_folder() {
    mkdir "$1"
    cat >"$1/i.json" <<'JSON'
{"schema": "certaudit/inventory/1", "taken_at": "2026-01-01T00:00:00Z", "records": [
 {"id": "::error::x", "subject": "CN=<script>alert(1)</script>", "key_algorithm": "RSA", "key_size": 512, "owner": "@all"},
 {"id": "##vso[task.complete]", "subject": "CN=\u001b[2J\u202e\u0007", "key_algorithm": "RSA", "key_size": 512, "owner": "/merge"},
 {"id": "[[ATTACHMENT|/etc/passwd]]", "subject": "CN==cmd|'/c calc'!A1", "key_algorithm": "RSA", "key_size": 512}
]}
JSON
}
