#!/usr/bin/env bash
# mozilla_tls against Mozilla's own files, read in place: what a file lists passes, one more fails.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
judge() { # version, profile, file
    printf 'version: 1\npolicies:\n  packs: [mozilla_tls]\n  params: {mozilla_tls/profile: {version: "%s", profile: %s}}\n' \
        "$1" "$2" >certaudit.yaml
    check --config certaudit.yaml --fail-on medium "$3"
}
scan() { # versions, suites, groups
    python3 - "$@" <<'MAKE'
import sys
versions, suites, groups = (a.split() for a in sys.argv[1:])
print('<?xml version="1.0" encoding="UTF-8"?>\n<document title="SSLScan Results" version="2.1.5">')
print(' <ssltest host="a.example.com" sniname="a.example.com" port="443">')
for kind, v in (("ssl", "2"), ("ssl", "3"), ("tls", "1.0"), ("tls", "1.1"), ("tls", "1.2"), ("tls", "1.3")):
    print('  <protocol type="%s" version="%s" enabled="%d" />' % (kind, v, "TLSv" + v in versions))
for s in suites:
    v = "1.3" if s.startswith("TLS_") else "1.2"
    print('  <cipher status="accepted" sslversion="TLSv%s" bits="128" cipher="%s" strength="strong" />' % (v, s))
for old in ("1.0", "1.1"):
    if "TLSv" + old in versions:
        print('  <cipher status="accepted" sslversion="TLSv%s" bits="128" cipher="AES128-SHA" strength="strong" />' % old)
for g in groups:
    print('  <group sslversion="TLSv1.3" bits="128" name="%s" />' % g)
print(" </ssltest>\n</document>")
MAKE
}
scan "TLSv1.2 TLSv1.3" "TLS_AES_128_GCM_SHA256 ECDHE-RSA-AES128-GCM-SHA256" X25519 >plain.xml
expect 2 "certaudit.yaml:4: the parameters of 'mozilla_tls/profile': version 6.0 of Mozilla's guidelines has no profile 'old', it has intermediate and modern" judge 6.0 old plain.xml
expect 2 "modern" judge 5.8 modrn plain.xml

samples=$SOURCE/../shared/samples/mozilla
if [ ! -d "$samples" ]; then
    echo "skipped: no Mozilla files beside the project"
    exit 77
fi
for version in 5.7 5.8 6.0; do
    for profile in modern intermediate old; do
        [ "$version:$profile" != 6.0:old ] || continue
        mapfile -t lists < <(python3 - "$samples/$version.json" "$profile" <<'LISTS'
import json, sys
c = json.load(open(sys.argv[1]))["configurations"][sys.argv[2]]
print(*["TLSv1.0" if v == "TLSv1" else v for v in c["tls_versions"]])
print(*c["ciphersuites"], *c["ciphers"]["openssl"])
print(*c["tls_curves"])
LISTS
        )
        scan "${lists[0]}" "${lists[1]}" "${lists[2]}" >all.xml
        scan "${lists[0]}" "${lists[1]} ECDHE-RSA-CAMELLIA128-SHA256" "${lists[2]}" >more.xml
        scan "${lists[0]} TLSv1.2" "${lists[1]}" "${lists[2]} secp521r1" >group.xml
        expect 0 "exit 0" judge "$version" "$profile" all.xml
        expect 1 "TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256" judge "$version" "$profile" more.xml
        expect 1 "secp521r1" judge "$version" "$profile" group.xml
    done
done
