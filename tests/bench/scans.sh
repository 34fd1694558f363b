#!/usr/bin/env bash
# Large scan reports against the parsers alone: an nmap XML of many hosts beside `xmllint --stream`,
# and a flat testssl JSON. Peak memory follows the hosts that are kept, not the bytes of the file.
#   scans.sh CERTAUDIT FOLDER [HOSTS [MEGABYTES]]
set -euo pipefail
certaudit=$1 folder=$2 hosts=${3:-100000} megabytes=${4:-500}
mkdir -p "$folder"
cd "$folder"

make_nmap() {
    awk -v hosts="$hosts" 'BEGIN {
        print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>"
        print "<nmaprun scanner=\"nmap\" args=\"nmap --script ssl-enum-ciphers,sslv2\" start=\"1767000000\" version=\"7.94\" xmloutputversion=\"1.05\">"
        split("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", suite, " ")
        for (h = 0; h < hosts; h++) {
            printf "<host starttime=\"1767000000\" endtime=\"1767000060\"><status state=\"up\"/><address addr=\"10.%d.%d.%d\" addrtype=\"ipv4\"/><hostnames><hostname name=\"h%d.example.org\" type=\"user\"/></hostnames>\n<ports><port protocol=\"tcp\" portid=\"443\"><state state=\"open\"/><service name=\"https\"/><script id=\"ssl-enum-ciphers\" output=\"&#xa;  TLSv1.2: &#xa;    ciphers: \"><table key=\"TLSv1.2\">\n<table key=\"ciphers\">\n", int(h / 65536) % 256, int(h / 256) % 256, h % 256, h
            for (s = 1; s <= 4; s++)
                printf "<table>\n<elem key=\"kex_info\">ecdh_x25519</elem>\n<elem key=\"strength\">A</elem>\n<elem key=\"name\">%s</elem>\n</table>\n", suite[s]
            print "</table>\n<table key=\"compressors\">\n<elem>NULL</elem>\n</table>\n<elem key=\"cipher preference\">server</elem>\n</table>\n</script></port></ports></host>"
        }
        print "<runstats><finished exit=\"success\"/></runstats></nmaprun>"
    }' >nmap.xml
}

make_testssl() {
    awk -v bytes="$((megabytes * 1000000))" 'BEGIN {
        print "["
        for (h = 0; done < bytes; h++) {
            for (r = 0; r < 200; r++) {
                id = r < 6 ? substr("SSLv2  SSLv3  TLS1   TLS1_1 TLS1_2 TLS1_3 ", r * 7 + 1, 7) : "clientsimulation-" r
                sub(/ +$/, "", id)
                line = sprintf("%s{\n \"id\" : \"%s\",\n \"ip\" : \"h%d.example.org/192.0.2.1\",\n \"port\" : \"443\",\n \"severity\" : \"INFO\",\n \"finding\" : \"%s\"\n}", h + r ? "," : "", id, h, r < 4 ? "not offered" : "offered")
                done += length(line) + 1
                print line
            }
        }
        print "]"
    }' >testssl.json
}

# seconds and peak memory of a command; its exit code does not matter
measure() {
    local name=$1
    shift
    /usr/bin/env time -f "%e %M" -o time.txt "$@" >/dev/null 2>&1 || true
    tail -1 time.txt | awk -v name="$name" '{printf "%-28s %8.2f s %8.1f MB\n", name, $1, $2 / 1024}'
}

command -v time >/dev/null || { echo "needs the package 'time'"; exit 2; }
make_nmap
make_testssl
ls -l nmap.xml testssl.json | awk '{printf "%-28s %8.1f MB\n", $NF, $5 / 1e6}'
measure "xmllint --stream, nmap" xmllint --stream --noout nmap.xml
measure "certaudit, nmap" "$certaudit" check -j 1 --select core/cipher_suites nmap.xml
measure "certaudit, testssl" "$certaudit" check -j 1 --select core/cipher_suites testssl.json
