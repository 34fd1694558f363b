#!/usr/bin/env bash
# cabf_br over zlint's cases, read in place: what a file's name promises, and where the verdict differs.
# shellcheck source=tests/e2e/lib.sh
. "$SOURCE/tests/e2e/lib.sh"
corpus=$SOURCE/../shared/samples/cert-corpus/zlint
if [ ! -d "$corpus" ]; then
    echo "skipped: no cert-corpus beside the project"
    exit 77
fi
printf 'version: 1\npolicies: {packs: [cabf_br], public_stores: all}\n' >certaudit.yaml
"$CERTAUDIT" check --config certaudit.yaml --at "$NOW" "$corpus" -o json=out.json >/dev/null 2>&1 || [ $? -le 4 ]

# policy, file, what its name says, what is judged ("silent": not judged, or passed), and why where
# the two differ
cat >claims.txt <<'CLAIMS'
authority_info_access aiaWrongGeneralName.pem fail fail
authority_info_access subCertWOcspURL.pem pass silent
basic_constraints SANWildcardFirst.pem silent fail it says cA TRUE, whatever its name is about
ca_key_usage caKeyUsageWDigSign.pem pass silent
ca_key_usage subCaNokeyUsage.pem fail silent it carries host names, so it is judged as a leaf
ca_purpose subCAEKUValidFields.pem pass silent
common_name gtldcnvalid.pem pass fail the name is about its top-level domain; the CN is not in the SAN
common_name caCommonNameNotMissing.pem pass silent
dns_name_syntax SANdnsdollarsyntax.pem fail fail
dns_name_syntax dnsNameBadCharacterInLabel.pem fail fail
dns_name_syntax dnsNameNotEmptyLabel.pem pass silent
dns_name_syntax dNSNameNoUnderscoresHardEnforcementPeriod.pem pass silent
extended_key_usage subExtKeyUsageMissing.pem fail fail
internal_names gtldcnvalid.pem pass silent
key_encoding publicKeyIsRSAWithCorrectEncoding.pem pass silent
key_encoding rsaAlgIDNoNULLParams.pem fail fail
key_type eccP521.pem pass silent
key_type mpModulus1024.pem fail fail
key_type oldSubTooSmall.pem fail silent issued before 2014, when shorter keys were allowed until their end
key_usage keyUsageCertSignEndEntity.pem fail fail
name_constraints noNameConstraint.pem pass silent
reverse_zones arpa_sub1_rev40_rev61_eff1.pem fail fail
revocation_pointer cdp_not_http_ne1.pem fail fail
san_types SANRFC822End.pem fail fail
san_types SANURIHostWildcardFQDN.pem fail fail
serial_number serialNumberZero.pem fail fail
signature_algorithm rsawithsha1after2016.pem fail fail
validity_schedule exactlyOnSecondMilestoneLongerThan100days.pem fail fail
validity_schedule eeServerCertValidOver398OldNotBefore.pem pass silent
validity_schedule 27monthsEv.pem pass silent
wildcard_position SANWildcardFirst.pem fail fail
wildcard_position evSubscriberNotWildCard.pem pass silent
wildcard_scope dnsNameWildcardLeftOfPublicSuffix.pem fail fail
CLAIMS
python3 - <<'CHECK'
import json, sys

found = {}
for f in json.load(open("out.json"))["findings"]:
    found[f["policy"].split("/")[1], f["location"].get("path", "")] = f["verdict"]
wrong = differ = 0
for line in open("claims.txt"):
    policy, file, says, want, *why = line.split(None, 4)
    got = found.get((policy, file), "silent")
    if says.replace("pass", "silent") != got:
        differ += 1
        print("differs: %s %s: its name says %s, judged %s: %s" % (policy, file, says, got, why[0].strip() if why else "unexplained"))
    if got != want or ((says.replace("pass", "silent") != want) and not why):
        wrong += 1
        print("FAIL: %s %s: judged %s, want %s" % (policy, file, got, want))
print("%d verdicts differ from the name, %d are not explained" % (differ, wrong))
sys.exit(wrong > 0)
CHECK
