#!/usr/bin/env bash
# Who may issue: proved by signature, never by a name.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"

key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null ||
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
ca() { # name, subject: a root
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "$2" -days 3650 -out "$1.pem" \
        -addext "keyUsage=critical,keyCertSign"
}
issue() { # name, subject, issuer, extension lines
    key "$1"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    printf '%s\n' "$4" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -CAcreateserial -days 30 \
        -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
leaf=$'subjectAltName=DNS:a.example.com\nextendedKeyUsage=serverAuth'
ca root "/CN=Good Root"
ca fake "/CN=Good Root" # the same name, another key
ca other "/CN=Other Root"
issue inter "/CN=Inter" root $'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign'
issue noca "/CN=No CA" root $'basicConstraints=critical,CA:FALSE\nkeyUsage=digitalSignature'
issue nosign "/CN=No Sign" root $'basicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature'
issue direct "/CN=direct" root "$leaf"
issue below "/CN=below" inter "$leaf"
issue forged "/CN=forged" fake "$leaf"
issue elsewhere "/CN=elsewhere" other "$leaf"
issue undernoca "/CN=undernoca" noca "$leaf"
issue undernosign "/CN=undernosign" nosign "$leaf"
printf 'version: 1\npolicies: {params: {core/approved_ca: {allow: [{bundle: root.pem}]}}}\n' >c.yaml
by() { # files: judges them by approved_ca alone
    rm -rf estate
    mkdir estate
    for name in "$@"; do cp "$name.pem" estate/; done
    check --config c.yaml --select core/approved_ca estate
}
expect 0 "exit 0" by direct
expect 4 "no certificate at hand proves its issuer" by below # its intermediate is missing
expect 0 "exit 0" by below inter
expect 1 "CRITICAL core/approved_ca" by forged
expect 1 "HIGH core/approved_ca" by elsewhere other
expect 4 "undecided" by elsewhere # nobody has that issuer's certificate
expect 1 "not allowed to sign" by undernoca noca
expect 1 "not allowed to sign" by undernosign nosign

# the fingerprint and the key of the CA approve as the bundle does, a name alone only with its certificate
digest=$(openssl x509 -in root.pem -outform DER | sha256sum | cut -d' ' -f1)
printf 'version: 1\npolicies: {params: {core/approved_ca: {allow: [{sha256: "%s"}]}}}\n' "$digest" >c.yaml
expect 0 "exit 0" by direct root
expect 4 "undecided" by direct
printf 'version: 1\npolicies: {params: {core/approved_ca: {allow: [{subject: "CN=Good Root"}]}}}\n' >c.yaml
expect 0 "exit 0" by direct root
expect 4 "undecided" by direct
