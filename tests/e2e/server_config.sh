#!/usr/bin/env bash
# Server configuration in a repository: read with its includes, judged once, at every revision.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

mkdir -p repo/edge/{conf.d,snippets,sites-available,sites-enabled,ssl}
cd repo
git init -q -b main .
cat >edge/nginx.conf <<'CONF'
events {}
http {
    include /etc/nginx/mime.types;
    include conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
CONF
cat >edge/conf.d/ssl.conf <<'CONF'
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE+AESGCM;
CONF
cat >edge/sites-available/www <<'CONF'
server {
    listen 443 ssl default_server;
    server_name www.example.com;
    ssl_certificate ssl/www.pem;
    ssl_certificate_key ssl/www.key;
    include snippets/more.conf;
}
CONF
echo 'ssl_session_tickets off;' >edge/snippets/more.conf
ln -s ../sites-available/www edge/sites-enabled/www
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout edge/ssl/www.key \
    -subj /CN=www.example.com -addext subjectAltName=DNS:www.example.com -days 30 -out edge/ssl/www.pem 2>/dev/null
git add -A
commit() { git commit -q -m "$1"; }
commit base

judge() { check --select 'core/cipher_suites' --select 'core/protocol_versions' "$@"; }
expect 0 "1 tls_config" judge .
expect 0 "1 tls_config" judge --rev HEAD .
expect 0 "names: [www.example.com]" "$CERTAUDIT" show .
expect 0 "key_matches: true" "$CERTAUDIT" show .
expect 0 "uncovered_names: []" "$CERTAUDIT" show .
expect 0 "cipher_string: ECDHE+AESGCM" "$CERTAUDIT" show --rev HEAD .

# A change of an included file is a change of every server that includes it.
git checkout -q -b change
echo 'ssl_ciphers HIGH:!aNULL:!MD5;' >edge/conf.d/ssl.conf
git add -A
commit "take what nginx takes"
expect 1 "TLSv1.0" judge --base main --rev HEAD .
expect 1 "ssl_ciphers in edge/conf.d/ssl.conf:1" judge --base main --rev HEAD .
expect 1 "edge/sites-available/www:1" judge --rev HEAD .

# Without its main file a part does not know what http states.
git checkout -q main
git rm -q edge/nginx.conf edge/conf.d/ssl.conf
commit "lose the main file"
expect 4 "(edge/sites-available/www:1): not stated here" judge --rev HEAD .
cd ..
