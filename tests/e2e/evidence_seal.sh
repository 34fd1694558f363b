#!/usr/bin/env bash
# A pack's signature, time stamp and archive: stock tools agree, and no byte of them can be another.
. "$SOURCE/tests/e2e/lib.sh"
mkdir "$WORK/tmp"
export TMPDIR=$WORK/tmp # what is unpacked there is gone afterwards
Q=(--period 2026-Q3 --ref main --at 2026-11-01T00:00:00Z -q)
"$SOURCE/fixtures/quarter/make.sh" "$WORK/repo"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=SealCA -days 3650 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.pem -subj /CN=OtherCA -days 3650 2>/dev/null
issue() { # name, extensions, key words: signed by the CA
    local name=$1 extensions=$2
    shift 2
    openssl genpkey "$@" -out "$name.key" 2>/dev/null
    openssl req -new -key "$name.key" -out "$name.csr" -subj "/CN=$name" 2>/dev/null
    echo "$extensions" >ext.cnf
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -days 3000 -extfile ext.cnf -out "$name.pem" 2>/dev/null
}
ec=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
issue ecdsa keyUsage=digitalSignature "${ec[@]}"
issue rsa keyUsage=digitalSignature -algorithm RSA -pkeyopt rsa_keygen_bits:2048
issue tsa extendedKeyUsage=critical,timeStamping "${ec[@]}"
issue ed25519 keyUsage=digitalSignature -algorithm ED25519
cat >tsa.cnf <<'CNF'
[tsa]
default_tsa = t
[t]
serial = tsa.serial
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
CNF
echo 01 >tsa.serial

for kind in ecdsa rsa; do
    expect 0 "pack: $kind" "$CERTAUDIT" evidence "${Q[@]}" --sign-key $kind.key --sign-cert $kind.pem --pack $kind repo
    openssl cms -verify -binary -inform DER -in $kind/SHA256SUMS.p7s -content $kind/SHA256SUMS -CAfile ca.pem -purpose any -out /dev/null 2>/dev/null
    expect 0 "signature: by CN=$kind" "$CERTAUDIT" verify --trust ca.pem $kind
    expect 0 "the pack verifies" "$CERTAUDIT" verify --trust $kind.pem $kind # pinned
    expect 5 "is not trusted" "$CERTAUDIT" verify --trust other.pem $kind
    expect 5 "nothing proves who made it" "$CERTAUDIT" verify $kind
    openssl ts -reply -config tsa.cnf -queryfile $kind/SHA256SUMS.p7s.tsq -signer tsa.pem -inkey tsa.key -out $kind.tsr 2>/dev/null
    expect 0 "the time stamp is part of the pack" "$CERTAUDIT" evidence --attach-timestamp $kind.tsr $kind
    expect 5 "has a time stamp already" "$CERTAUDIT" evidence --attach-timestamp $kind.tsr $kind
    openssl ts -verify -data $kind/SHA256SUMS.p7s -in $kind/SHA256SUMS.p7s.tsr -CAfile ca.pem -untrusted tsa.pem >/dev/null 2>&1
    expect 0 "time stamp: the signature was there at" "$CERTAUDIT" verify --trust ca.pem $kind
    (cd $kind && sha256sum -c --quiet SHA256SUMS)
done
# a signer's certificate that has run out since is good with a time stamp from before, not without
expect 0 "the pack verifies" "$CERTAUDIT" verify --trust ca.pem --at 2090-01-01T00:00:00Z ecdsa
cp -r ecdsa unstamped
rm unstamped/SHA256SUMS.p7s.tsr
expect 5 "certificate has expired" "$CERTAUDIT" verify --trust ca.pem --at 2090-01-01T00:00:00Z unstamped

expect 2 "Ed25519 cannot sign a pack" "$CERTAUDIT" evidence "${Q[@]}" --sign-key ed25519.key --sign-cert ed25519.pem --pack ed repo
expect 2 "is not that of the first certificate" "$CERTAUDIT" evidence "${Q[@]}" --sign-key rsa.key --sign-cert ecdsa.pem --pack ed repo
expect 2 "go together" "$CERTAUDIT" evidence "${Q[@]}" --sign-key rsa.key --pack ed repo
expect 5 "time stamp" "$CERTAUDIT" evidence --attach-timestamp rsa.tsr unstamped
expect 5 "is no time stamp reply" "$CERTAUDIT" evidence --attach-timestamp ca.pem unstamped
[ ! -e ed ]

# every byte of the seals counts
python3 - "$CERTAUDIT" <<'PY'
import os, shutil, subprocess, sys
for name in ("SHA256SUMS.p7s", "SHA256SUMS.p7s.tsq", "SHA256SUMS.p7s.tsr"):
    shutil.rmtree("flipped", ignore_errors=True)
    os.mkdir("flipped")
    # the checks of the digests are held elsewhere: here a pack of few bytes is quicker
    shutil.copytree("ecdsa", "flipped", dirs_exist_ok=True)
    data = open("ecdsa/" + name, "rb").read()
    for at in range(0, len(data), int(os.environ.get("FLIP_EVERY", "3"))):
        b = bytearray(data)
        b[at] ^= 1
        open("flipped/" + name, "wb").write(b)
        code = subprocess.run([sys.argv[1], "verify", "--trust", "ca.pem", "flipped"], capture_output=True).returncode
        assert code == 5, (name, at, code)
    print("ok: every byte of", name)
PY
cp -r ecdsa bare
rm bare/SHA256SUMS.p7s
expect 5 "a time stamp without a signature" "$CERTAUDIT" verify --trust ca.pem bare
rm bare/SHA256SUMS.p7s.*
expect 5 "the pack has none" "$CERTAUDIT" verify --trust ca.pem bare

# archives: the same bytes each time, from everywhere
for kind in zip tar.gz; do
    "$CERTAUDIT" evidence "${Q[@]}" --pack "q3.$kind" repo >/dev/null
    mkdir -p else
    git clone -q --bare repo else/bare.git
    (cd else && TZ=Asia/Kolkata "$CERTAUDIT" evidence "${Q[@]}" -j 1 --pack "q3.$kind" bare.git >/dev/null)
    cmp "q3.$kind" "else/q3.$kind"
    expect 0 "the pack verifies" "$CERTAUDIT" verify --digests-only "q3.$kind"
    rm -rf else
done
mkdir out
tar -xzf q3.tar.gz -C out
(cd out/q3 && sha256sum -c --quiet SHA256SUMS)
python3 - "$CERTAUDIT" <<'PY'
import subprocess, sys, zipfile
zipfile.ZipFile("q3.zip").testzip()
for name in ("q3.zip", "q3.tar.gz"):
    data = open(name, "rb").read()
    for at in list(range(0, 40)) + list(range(40, len(data), max(1, len(data) // 25))) + [len(data) - 1]:
        b = bytearray(data)
        b[at] ^= 1
        open("flipped." + name, "wb").write(b)
        code = subprocess.run([sys.argv[1], "verify", "--digests-only", "flipped." + name], capture_output=True).returncode
        assert code == 5, (name, at, code)
    print("ok: no byte of", name, "can be another")
    open("cut." + name, "wb").write(data[:len(data) // 2])
    assert subprocess.run([sys.argv[1], "verify", "--digests-only", "cut." + name], capture_output=True).returncode == 5
PY
python3 - <<'PY'
import io, tarfile
with tarfile.open("evil.tar.gz", "w:gz") as t:
    for name in ("pack/SHA256SUMS", "pack/../../evil.txt"):
        info = tarfile.TarInfo(name)
        info.size = 1
        t.addfile(info, io.BytesIO(b"x"))
with tarfile.open("link.tar.gz", "w:gz") as t:
    info = tarfile.TarInfo("pack/SHA256SUMS")
    info.type = tarfile.SYMTYPE
    info.linkname = "/etc/passwd"
    t.addfile(info)
PY
expect 5 "which no pack has" "$CERTAUDIT" verify --digests-only evil.tar.gz
expect 5 "which no pack has" "$CERTAUDIT" verify --digests-only link.tar.gz
[ ! -e evil.txt ] && [ ! -e ../evil.txt ]
expect 0 "the time stamp is part of the pack" bash -c '
    "$CERTAUDIT" evidence "$@" --sign-key rsa.key --sign-cert rsa.pem --pack sealed.zip repo >/dev/null
    rm -rf un && mkdir un && (cd un && python3 -m zipfile -e ../sealed.zip .)
    openssl ts -reply -config tsa.cnf -queryfile un/sealed/SHA256SUMS.p7s.tsq -signer tsa.pem -inkey tsa.key -out sealed.tsr 2>/dev/null
    "$CERTAUDIT" evidence --attach-timestamp sealed.tsr sealed.zip' _ "${Q[@]}"
expect 0 "time stamp: the signature was there" "$CERTAUDIT" verify --trust ca.pem sealed.zip
[ -z "$(ls -A "$WORK/tmp")" ]
