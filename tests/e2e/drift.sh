#!/usr/bin/env bash
# Drift: git, the wire and the inventory tell three stories of one host, and each claim has its grounds.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
command -v openssl >/dev/null || { echo "skipped: openssl is not installed"; exit 77; }
policies=(--select core/served_is_current --select core/served_is_listed --select core/listed_is_served --select core/served_chain_as_stored)

cat >ca.cnf <<'CNF'
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
subjectAltName = $ENV::SAN
[root]
basicConstraints = critical, CA:TRUE
[req]
distinguished_name = dn
[dn]
CNF
: >index.txt
export SAN=DNS:none
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -config ca.cnf -extensions root -key root.key -subj /CN=root -days 36500 -out root.pem
certificate() { # file, name, first day, last day
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    SAN=DNS:$2 openssl req -new -config ca.cnf -key "$1.key" -subj "/CN=$2" -out "$1.csr"
    SAN=DNS:$2 openssl ca -batch -notext -config ca.cnf -extensions leaf -in "$1.csr" -keyfile root.key -cert root.pem \
        -startdate "$3" -enddate "$4" -out "$1.pem" 2>/dev/null
}
certificate old www.example.com 20250101000000Z 20260301000000Z
certificate new www.example.com 20251101000000Z 20261101000000Z
certificate shop shop.example.com 20250601000000Z 20260601000000Z
certificate lost lost.example.com 20250601000000Z 20260601000000Z
hex() { openssl x509 -in "$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g'; }

# like expect, but the text may stand on several lines
says() {
    local want=$1 text=$2 code=0
    shift 2
    "$@" >out.txt 2>err.txt || code=$?
    cat out.txt err.txt | tr -s '\n ' ' ' >flat.txt
    if [ "$code" -ne "$want" ] || ! grep -qF -- "$text" flat.txt; then
        echo "FAIL: exit $code, want $want and '$text': $*" >&2
        cat out.txt err.txt >&2
        exit 1
    fi
    echo "ok: $text"
}
unsaid() {
    if grep -qF -- "$1" flat.txt; then echo "FAIL: '$1', but $2" >&2; cat out.txt >&2; exit 1; fi
}

# a scan by nmap: file, time, then host and certificate in turn
nmap_report() {
    local out=$1 at=$2
    shift 2
    {
        echo '<?xml version="1.0"?>'
        echo "<nmaprun scanner=\"nmap\" args=\"nmap\" start=\"$at\" version=\"7.94\" xmloutputversion=\"1.05\">"
        while [ $# -gt 0 ]; do
            echo "<host starttime=\"$at\" endtime=\"$at\"><status state=\"up\"/><address addr=\"192.0.2.1\" addrtype=\"ipv4\"/><hostnames><hostname name=\"$1\" type=\"user\"/></hostnames>"
            echo '<ports><port protocol="tcp" portid="443"><state state="open"/><service name="http" tunnel="ssl"/><script id="ssl-cert" output="x"><elem key="pem">'
            cat "$2.pem"
            echo '</elem></script></port></ports></host>'
            shift 2
        done
        echo '</nmaprun>'
    } >"$out"
}
at() { date -u -d "$1" +%s; }

# --- served, but older than the one in git ---------------------------------------------------------
git init -q infra
mkdir infra/certs
cat old.pem root.pem >infra/certs/www.pem
git -C infra add -A
git -C infra commit -qm "the first"
cat new.pem root.pem >infra/certs/www.pem
git -C infra add -A
GIT_COMMITTER_DATE=2025-12-10T00:00:00Z git -C infra commit -qm "renew www"
nmap_report before.xml "$(at 2025-12-09T00:00:00Z)" www.example.com old
nmap_report hour.xml "$(at 2025-12-10T01:00:00Z)" www.example.com old
nmap_report late.xml "$(at 2025-12-20T00:00:00Z)" www.example.com old
nmap_report done.xml "$(at 2025-12-20T00:00:00Z)" www.example.com new
says 0 "1 pass" check "${policies[@]}" infra done.xml
says 0 "1 pass" check "${policies[@]}" infra before.xml
says 0 "1 pass" check "${policies[@]}" infra hour.xml
says 1 "serves an older certificate than the one that is stored" check --fail-on medium "${policies[@]}" -o text=- -o html=late.html infra late.xml
for word in 'late.xml:4, www.example.com:443' 'infra:certs/www.pem is newer, since 2025-12-10; served is one that ends 2026-03-01'; do
    grep -qF "$word" flat.txt || { echo "FAIL: both places are told, not $word" >&2; cat out.txt >&2; exit 1; }
done
for word in 'infra:certs/www.pem' 'newer, since 2025-12-10' 'late.xml' 'serves an older certificate'; do
    grep -q "$word" late.html || { echo "FAIL: HTML lacks $word" >&2; exit 1; }
done
# the same renewal, not committed yet, is none: at the commit before, the work tree is ahead of HEAD
git -C infra reset -q --soft HEAD~1
says 0 "1 pass" check "${policies[@]}" infra late.xml
GIT_COMMITTER_DATE=2025-12-10T00:00:00Z git -C infra commit -qm "renew www"
# a configured grace period decides
cat >certaudit.yaml <<'YAML'
version: 1
policies: {packs: [core], params: {core/served_is_current: {grace_hours: 480}}}
YAML
says 0 "1 pass" check "${policies[@]}" --config certaudit.yaml infra late.xml
rm certaudit.yaml
# a report without its time cannot decide, and says so
sed -n '/BEGIN/,/END/p' old.pem >blob
{
    echo '<?xml version="1.0"?><document title="SSLScan Results" version="2.1.5"><ssltest host="www.example.com" sniname="www.example.com" port="443">'
    echo '<certificates><certificate type="full"><certificate-blob>'
    cat blob
    echo '</certificate-blob></certificate></certificates></ssltest></document>'
} >undated.xml
says 0 "the scan does not say whether it was made before or after" check "${policies[@]}" infra undated.xml

# --- the inventory ---------------------------------------------------------------------------------
nmap_report scan.xml "$(at 2025-12-20T00:00:00Z)" www.example.com new shop.example.com shop
cat >cmdb.csv <<CSV
id,subject,sha256,not_after,locations,status
1,CN=www.example.com,$(hex new),2026-11-01,www.example.com:443,active
2,CN=lost.example.com,$(hex lost),2026-06-01,lost.example.com:443,active
CSV
both() { # complete claims of inventory and scan
    cat >certaudit.yaml <<YAML
version: 1
sources:
  - {name: cmdb, path: cmdb.csv, complete: $1}
  - {name: scan, path: scan.xml, complete: $2}
YAML
}
both false false
says 0 "exit 0" check "${policies[@]}" --config certaudit.yaml
unsaid ' fail ' "nobody claims anything"
both true false
says 1 "serves a certificate that no inventory knows" check --fail-on medium "${policies[@]}" --config certaudit.yaml
grep -q 'shop.example.com' out.txt
unsaid 'served by nobody' "no scan claims to be complete"
both false true
says 1 "listed as in use, and served by nobody" check --fail-on medium "${policies[@]}" --config certaudit.yaml
unsaid 'no inventory knows' "no inventory claims to be complete"
# a part that cannot be read ends the claim
{ cat cmdb.csv; printf '3,"CN=cut'; } >cmdb-2.csv
sed -i 's/path: cmdb.csv/path: "cmdb*.csv"/; s/complete: false/complete: true/' certaudit.yaml
says 1 "listed as in use, and served by nobody" check --fail-on medium "${policies[@]}" --config certaudit.yaml
unsaid 'no inventory knows' "the inventory is cut"
rm cmdb-2.csv
# the very host and port was tried: no claim to be complete is needed
sed -i 's/^2,.*/2,CN=shop.example.com,'"$(hex lost)"',2026-06-01,https:\/\/shop.example.com\/,active/' cmdb.csv
both false false
says 1 "serves a certificate where the inventory has another" check --fail-on medium "${policies[@]}" --config certaudit.yaml
says 1 "the place that the inventory names serves another certificate" check --fail-on medium "${policies[@]}" --config certaudit.yaml
# a snapshot's own claim counts; and what was issued after it was taken is not missing from it
cat >snap.json <<JSON
{"schema": "certaudit/inventory/1", "taken_at": "2025-12-19T00:00:00Z", "complete": true, "records": [{"id": "1", "sha256": "$(hex new)"}]}
JSON
says 1 "no inventory knows" check --fail-on medium "${policies[@]}" snap.json scan.xml
sed -i 's/2025-12-19/2025-06-02/' snap.json
says 0 "exit 0" check --fail-on medium "${policies[@]}" snap.json scan.xml
# a record that names no certificate may be the one
cat >snap.json <<JSON
{"schema": "certaudit/inventory/1", "taken_at": "2025-12-19T00:00:00Z", "complete": true, "records": [{"id": "1", "subject": "CN=shop.example.com", "not_after": "2026-06-01T00:00:00Z"}, {"id": "2", "sha256": "$(hex new)"}]}
JSON
says 0 "exit 0" check --fail-on medium "${policies[@]}" snap.json scan.xml

# --- another chain on the wire than on disk --------------------------------------------------------
openssl ecparam -name prime256v1 -genkey -noout -out inter.key
openssl req -new -config ca.cnf -key inter.key -subj /CN=inter -out inter.csr
openssl ca -batch -notext -config ca.cnf -extensions root -in inter.csr -keyfile root.key -cert root.pem \
    -startdate 20250101000000Z -enddate 20300101000000Z -out inter.pem 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out pay.key
SAN=DNS:pay.example.com openssl req -new -config ca.cnf -key pay.key -subj /CN=pay.example.com -out pay.csr
SAN=DNS:pay.example.com openssl ca -batch -notext -config ca.cnf -extensions leaf -in pay.csr -keyfile inter.key -cert inter.pem \
    -startdate 20250601000000Z -enddate 20260601000000Z -out pay.pem 2>/dev/null
cat pay.pem inter.pem >infra/certs/pay.pem
git -C infra add -A
git -C infra commit -qm pay
capture() { # certificates served
    echo '$ openssl s_client -connect pay.example.com:443 -servername pay.example.com -showcerts'
    printf 'CONNECTED(00000003)\n---\nCertificate chain\n'
    n=0
    for c in "$@"; do printf ' %d s:CN = x\n   i:CN = y\n' $n; cat "$c.pem"; n=$((n + 1)); done
    printf -- '---\nServer certificate\nsubject=CN = x\nissuer=CN = y\n---\nNew, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\n'
    printf 'SSL-Session:\n    Protocol  : TLSv1.3\n    Cipher    : TLS_AES_256_GCM_SHA384\n    Start Time: %s\n---\nDONE\n' "$(at "$when")"
}
when=2025-12-20T00:00:00Z
capture pay >wire.txt
says 1 "serves another chain than its file holds" check --fail-on medium "${policies[@]}" infra wire.txt
grep -q 'infra:certs/pay.pem is not what is served: nothing behind the leaf, wanted: CN=inter' flat.txt || { cat out.txt; exit 1; }
capture pay inter >wire.txt
says 0 "exit 0" check --fail-on medium "${policies[@]}" infra wire.txt
capture pay inter root >wire.txt # a root may be there or not
says 0 "exit 0" check --fail-on medium "${policies[@]}" infra wire.txt
when=2025-12-01T12:00:00Z # the file came twelve hours before
capture pay >wire.txt
says 0 "exit 0" check --fail-on medium "${policies[@]}" infra wire.txt
