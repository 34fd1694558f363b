#!/usr/bin/env bash
# What the readers derive from a configuration is what the real server offers to sslscan.
#
# Compared are (version, suite) pairs. Left out of the derived ones, since nothing could offer them:
# suites that the installed OpenSSL does not have or for which there is no certificate (DSS; with
# HAProxy, which shows a scanner one of its certificates alone, ECDSA too), TLS 1.0
# and 1.1 where the cipher string leaves OpenSSL 3 at its security level (it has them refuse whatever
# a server enables), and with nginx and HAProxy DHE where no parameters are given.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

PATH=$PATH:/usr/sbin
for tool in nginx apache2 haproxy sslscan python3; do
    command -v $tool >/dev/null || { echo "skipped: $tool is not installed (ci/setup test)"; exit 77; }
done
modules=/usr/lib/apache2/modules
[ -f $modules/mod_ssl.so ] || { echo "skipped: Apache httpd has no mod_ssl (ci/setup test)"; exit 77; }

pids=()
stop() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
}
trap stop EXIT
key() { # name, algorithm
    openssl req -x509 -newkey "$2" ${3:+-pkeyopt "$3"} -nodes -keyout "$1.key" -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,DNS:b.test -days 30 -out "$1.pem" 2>/dev/null
}
key rsa rsa:2048
key ec ec ec_paramgen_curve:P-256
cat rsa.pem rsa.key >rsa.both
openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -out dh.pem 2>/dev/null

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
await() { # port, log
    for _ in $(seq 100); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    echo "FAIL: the server did not start" >&2
    cat "$2" >&2
    exit 1
}

# compare NAME FILE PORT [SNI]: the configuration's subject of that port (and name) and the scan
compare() {
    local name=$1 file=$2 port=$3 sni=${4:-}
    timeout 120 sslscan --no-colour ${sni:+--sni-name="$sni"} --xml="$name.xml" "127.0.0.1:$port" >/dev/null
    "$CERTAUDIT" show "$file" >"$name.txt" 2>"$name.err" || { cat "$name.err" >&2; exit 1; }
    python3 - "$name" "$port" "$sni" <<'PY'
import re, subprocess, sys
import xml.etree.ElementTree as ET
name, port, sni = sys.argv[1:]
scan = ET.parse(name + ".xml").getroot().find("ssltest")
offered = {(c.get("sslversion"), int(c.get("id"), 16)) for c in scan.findall("cipher")}
versions = {"TLSv" + p.get("version") for p in scan.findall("protocol") if p.get("type") == "tls" and p.get("enabled") == "1"}

subjects, current = [], None
for line in open(name + ".txt"):
    if re.match(r"\S", line):
        current = {"id": line.strip(), "suites": []}
        subjects.append(current)
        suite, inside = None, False
    elif re.match(r"  \S", line):
        key, _, value = line.strip().partition(": ")
        key = key.rstrip(":")
        inside = key == "suites"
        if not inside:
            current[key] = value.strip()
    elif inside and re.match(r"    -", line):
        suite = {}
        current["suites"].append(suite)
    elif inside and suite is not None and ": " in line:
        key, _, value = line.strip().partition(": ")
        suite[key] = value
ours = [s for s in subjects if s["id"].startswith("tls_config") and s.get("ports") == "[%s]" % port
        and (not sni or sni in s.get("names", ""))]
assert ours, "no subject of port %s in %s.txt" % (port, name)
own = ours[0]
text = subprocess.run(["openssl", "ciphers", "-V", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True, text=True).stdout
built = {int(m.group(1) + m.group(2), 16) for m in re.finditer(r"0x(\w\w),0x(\w\w)", text)}
weak = "@SECLEVEL=0" in own.get("cipher_string", "")
derived = set()
for s in own["suites"]:
    code = int(s["code"], 16)
    if code not in built or s.get("auth") == "DSS" or s.get("auth") == "anon" and not weak:
        continue
    if own["server"] == "haproxy" and s.get("auth") == "ECDSA":
        continue
    # httpd has parameters of its own; HAProxy's version, which decides, is not stated here
    if s.get("kx") == "DHE" and own.get("dh_bits", "?") == {"nginx": "-", "haproxy": "?"}.get(own["server"]):
        continue
    for v in s["protocols"].strip("[]").split(", "):
        if weak or v in ("TLSv1.2", "TLSv1.3"):
            derived.add((v, code))
stated = set(own["protocols"].strip("[]").split(", "))
stated = stated if weak else stated & {"TLSv1.2", "TLSv1.3"}
bad = []
if versions != stated:
    bad.append("versions: the server has %s, the reader %s" % (sorted(versions), sorted(stated)))
for v, c in sorted(offered - derived):
    bad.append("offered and not derived: %s 0x%04X" % (v, c))
for v, c in sorted(derived - offered):
    bad.append("derived and not offered: %s 0x%04X" % (v, c))
print("%s: %s, %d suites" % (name, ", ".join(sorted(versions)), len(offered)))
if bad:
    sys.exit("FAIL: %s\n  %s" % (name, "\n  ".join(bad)))
PY
}

run_nginx() { # name, lines of http, lines of the server
    local name=$1 port
    port=$(free_port)
    mkdir -p "$name/logs"
    cat >"$name.conf" <<CONF
daemon off;
pid $PWD/$name/pid;
error_log $PWD/$name/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $PWD/$name/a; proxy_temp_path $PWD/$name/b; fastcgi_temp_path $PWD/$name/c;
    uwsgi_temp_path $PWD/$name/d; scgi_temp_path $PWD/$name/e;
    ssl_certificate $PWD/rsa.pem; ssl_certificate_key $PWD/rsa.key;
    ssl_certificate $PWD/ec.pem; ssl_certificate_key $PWD/ec.key;
    $2
    server { listen 127.0.0.1:$port ssl; server_name a.test; $3 }
    server { listen 127.0.0.1:$port ssl; server_name b.test; ssl_protocols TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; }
}
CONF
    timeout 240 nginx -p "$PWD/$name" -c "$PWD/$name.conf" >"$name.log" 2>&1 &
    pids+=($!)
    await "$port" "$name.log"
    compare "$name" "$name.conf" "$port" a.test
    last_port=$port
}
run_nginx nginx_high '' 'ssl_protocols TLSv1.2 TLSv1.3;'
run_nginx nginx_mozilla '' "ssl_protocols TLSv1.2; ssl_protocols TLSv1.3; ssl_dhparam $PWD/dh.pem; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256;"
# the other name on the socket: its own suites, the first server's versions
compare nginx_other_name nginx_mozilla.conf "$last_port" b.test
run_nginx nginx_old 'ssl_ciphers ALL:@SECLEVEL=0;' "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_dhparam $PWD/dh.pem;"
run_nginx nginx_command '' 'ssl_protocols TLSv1.2 TLSv1.3; ssl_conf_command MinProtocol TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;'

run_httpd() { # name, lines of the host
    local name=$1 port
    port=$(free_port)
    mkdir -p "$name"
    cat >"$name.conf" <<CONF
ServerRoot $PWD/$name
PidFile $PWD/$name/pid
ErrorLog $PWD/$name/error.log
DefaultRuntimeDir $PWD/$name
ServerName a.test
LoadModule mpm_event_module $modules/mod_mpm_event.so
LoadModule authz_core_module $modules/mod_authz_core.so
LoadModule ssl_module $modules/mod_ssl.so
Listen 127.0.0.1:$port
<VirtualHost 127.0.0.1:$port>
    ServerName a.test
    SSLEngine on
    SSLCertificateFile $PWD/rsa.pem
    SSLCertificateKeyFile $PWD/rsa.key
    SSLCertificateFile $PWD/ec.pem
    SSLCertificateKeyFile $PWD/ec.key
    $2
</VirtualHost>
CONF
    timeout 240 apache2 -d "$PWD/$name" -f "$PWD/$name.conf" -DFOREGROUND >"$name.log" 2>&1 &
    pids+=($!)
    await "$port" "$name.log"
    compare "$name" "$name.conf" "$port"
}
run_httpd httpd_default ''
run_httpd httpd_minus $'SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1\nSSLCipherSuite HIGH:!aNULL\nSSLCipherSuite TLSv1.3 TLS_AES_128_GCM_SHA256'
run_httpd httpd_replaced $'SSLProtocol TLSv1.2 TLSv1\nSSLCipherSuite ALL:@SECLEVEL=0'
run_httpd httpd_plus $'SSLProtocol TLSv1\nSSLProtocol +TLSv1.1 +TLSv1.2\nSSLCipherSuite @SECLEVEL=0:HIGH:eNULL'

run_haproxy() { # name, lines of global, words of bind
    local name=$1 port
    port=$(free_port)
    cat >"$name.cfg" <<CONF
global
    maxconn 100
    $2
defaults
    mode http
    timeout client 5s
    timeout connect 5s
    timeout server 5s
frontend f
    bind 127.0.0.1:$port ssl crt $PWD/rsa.both $3
    http-request return status 200
CONF
    timeout 240 haproxy -db -f "$name.cfg" >"$name.log" 2>&1 &
    pids+=($!)
    await "$port" "$name.log"
    compare "$name" "$name.cfg" "$port"
}
run_haproxy haproxy_default '' ''
run_haproxy haproxy_min $'ssl-default-bind-options ssl-min-ver TLSv1.0\n    tune.ssl.default-dh-param 2048' 'ciphers ALL:@SECLEVEL=0'
run_haproxy haproxy_old_words '' 'no-tlsv12 ciphersuites TLS_AES_128_GCM_SHA256'
run_haproxy haproxy_bound 'ssl-default-bind-ciphers HIGH:!aNULL' 'ssl-max-ver TLSv1.2'
