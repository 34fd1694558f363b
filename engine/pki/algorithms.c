/* engine/pki/algorithms.c - object identifiers and what they are called. */
#include "engine/pki/pki_internal.h"

#include "engine/base/text.h"

static const aud_oid_row signatures[] = {
    {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "sha256", 0},
    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "sha256", 0},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384", "sha384", 0},
    {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption", "sha384", 0},
    {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption", "sha512", 0},
    {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "sha1", 0},
    {"1.2.840.113549.1.1.10", "rsassaPss", NULL, 0}, /* its parameters name the hash */
    {"1.2.840.113549.1.1.4", "md5WithRSAEncryption", "md5", 0},
    {"1.2.840.113549.1.1.2", "md2WithRSAEncryption", "md2", 0},
    {"1.2.840.113549.1.1.3", "md4WithRSAEncryption", "md4", 0},
    {"1.2.840.113549.1.1.14", "sha224WithRSAEncryption", "sha224", 0},
    {"1.2.840.113549.1.1.15", "sha512-224WithRSAEncryption", "sha512-224", 0},
    {"1.2.840.113549.1.1.16", "sha512-256WithRSAEncryption", "sha512-256", 0},
    {"1.3.14.3.2.29", "sha1WithRSA", "sha1", 0},
    {"1.3.14.3.2.3", "md5WithRSA", "md5", 0},
    {"1.2.840.10045.4.1", "ecdsa-with-SHA1", "sha1", 0},
    {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224", "sha224", 0},
    {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512", "sha512", 0},
    {"1.2.840.10040.4.3", "dsaWithSHA1", "sha1", 0},
    {"2.16.840.1.101.3.4.3.1", "dsa_with_SHA224", "sha224", 0},
    {"2.16.840.1.101.3.4.3.2", "dsa_with_SHA256", "sha256", 0},
    {"2.16.840.1.101.3.4.3.3", "dsa_with_SHA384", "sha384", 0},
    {"2.16.840.1.101.3.4.3.4", "dsa_with_SHA512", "sha512", 0},
    {"2.16.840.1.101.3.4.3.9", "ecdsa_with_SHA3-224", "sha3-224", 0},
    {"2.16.840.1.101.3.4.3.10", "ecdsa_with_SHA3-256", "sha3-256", 0},
    {"2.16.840.1.101.3.4.3.11", "ecdsa_with_SHA3-384", "sha3-384", 0},
    {"2.16.840.1.101.3.4.3.12", "ecdsa_with_SHA3-512", "sha3-512", 0},
    {"2.16.840.1.101.3.4.3.13", "RSA-SHA3-224", "sha3-224", 0},
    {"2.16.840.1.101.3.4.3.14", "RSA-SHA3-256", "sha3-256", 0},
    {"2.16.840.1.101.3.4.3.15", "RSA-SHA3-384", "sha3-384", 0},
    {"2.16.840.1.101.3.4.3.16", "RSA-SHA3-512", "sha3-512", 0},
    {"1.3.101.112", "Ed25519", "", 0},
    {"1.3.101.113", "Ed448", "", 0},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44", "", 0},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65", "", 0},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87", "", 0},
    {"2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s", "", 0},
    {"2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f", "", 0},
    {"2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s", "", 0},
    {"2.16.840.1.101.3.4.3.23", "SLH-DSA-SHA2-192f", "", 0},
    {"2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s", "", 0},
    {"2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f", "", 0},
    {"2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s", "", 0},
    {"2.16.840.1.101.3.4.3.27", "SLH-DSA-SHAKE-128f", "", 0},
    {"2.16.840.1.101.3.4.3.28", "SLH-DSA-SHAKE-192s", "", 0},
    {"2.16.840.1.101.3.4.3.29", "SLH-DSA-SHAKE-192f", "", 0},
    {"2.16.840.1.101.3.4.3.30", "SLH-DSA-SHAKE-256s", "", 0},
    {"2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f", "", 0},
    {"1.2.156.10197.1.501", "SM2-with-SM3", "sm3", 0},
};

static const aud_oid_row keys[] = {
    {"1.2.840.113549.1.1.1", "RSA", "rsa", 0},
    {"1.2.840.10045.2.1", "EC", "ec", 0},
    {"1.3.101.112", "Ed25519", "eddsa", 256},
    {"1.3.101.113", "Ed448", "eddsa", 456},
    {"1.2.840.113549.1.1.10", "RSA-PSS", "rsa", 0},
    {"1.2.840.10040.4.1", "DSA", "dsa", 0},
    {"1.2.840.113549.1.3.1", "DH", "dh", 0},
    {"1.2.840.10046.2.1", "DH", "dh", 0},
    {"1.3.101.110", "X25519", "eddsa", 256},
    {"1.3.101.111", "X448", "eddsa", 448},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44", "pqc", 10496},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65", "pqc", 15616},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87", "pqc", 20736},
    {"2.16.840.1.101.3.4.3.20", "SLH-DSA-SHA2-128s", "pqc", 256},
    {"2.16.840.1.101.3.4.3.21", "SLH-DSA-SHA2-128f", "pqc", 256},
    {"2.16.840.1.101.3.4.3.22", "SLH-DSA-SHA2-192s", "pqc", 384},
    {"2.16.840.1.101.3.4.3.23", "SLH-DSA-SHA2-192f", "pqc", 384},
    {"2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s", "pqc", 512},
    {"2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f", "pqc", 512},
    {"2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s", "pqc", 256},
    {"2.16.840.1.101.3.4.3.27", "SLH-DSA-SHAKE-128f", "pqc", 256},
    {"2.16.840.1.101.3.4.3.28", "SLH-DSA-SHAKE-192s", "pqc", 384},
    {"2.16.840.1.101.3.4.3.29", "SLH-DSA-SHAKE-192f", "pqc", 384},
    {"2.16.840.1.101.3.4.3.30", "SLH-DSA-SHAKE-256s", "pqc", 512},
    {"2.16.840.1.101.3.4.3.31", "SLH-DSA-SHAKE-256f", "pqc", 512},
    {"2.16.840.1.101.3.4.4.1", "ML-KEM-512", "pqc", 6400},
    {"2.16.840.1.101.3.4.4.2", "ML-KEM-768", "pqc", 9472},
    {"2.16.840.1.101.3.4.4.3", "ML-KEM-1024", "pqc", 12544},
};

/* `other`: further spellings, lower case, between blanks. */
static const aud_oid_row curves[] = {
    {"1.2.840.10045.3.1.7", "P-256", " p-256 p256 prime256v1 secp256r1 nistp256 ", 256},
    {"1.3.132.0.34", "P-384", " p-384 p384 secp384r1 nistp384 ", 384},
    {"1.3.132.0.35", "P-521", " p-521 p521 secp521r1 nistp521 ", 521},
    {"1.3.132.0.33", "P-224", " p-224 p224 secp224r1 nistp224 ", 224},
    {"1.2.840.10045.3.1.1", "P-192", " p-192 p192 prime192v1 secp192r1 nistp192 ", 192},
    {"1.3.132.0.10", "secp256k1", " secp256k1 p-256k p256k ", 256},
    {"1.3.132.0.32", "secp224k1", " secp224k1 ", 224},
    {"1.3.132.0.31", "secp192k1", " secp192k1 ", 192},
    {"1.3.132.0.8", "secp160r1", " secp160r1 ", 160},
    {"1.3.132.0.9", "secp160k1", " secp160k1 ", 160},
    {"1.3.132.0.30", "secp160r2", " secp160r2 ", 160},
    {"1.3.36.3.3.2.8.1.1.1", "brainpoolP160r1", " brainpoolp160r1 ", 160},
    {"1.3.36.3.3.2.8.1.1.3", "brainpoolP192r1", " brainpoolp192r1 ", 192},
    {"1.3.36.3.3.2.8.1.1.5", "brainpoolP224r1", " brainpoolp224r1 ", 224},
    {"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", " brainpoolp256r1 ", 256},
    {"1.3.36.3.3.2.8.1.1.9", "brainpoolP320r1", " brainpoolp320r1 ", 320},
    {"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", " brainpoolp384r1 ", 384},
    {"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", " brainpoolp512r1 ", 512},
    {"1.3.132.0.1", "sect163k1", " sect163k1 k-163 ", 163},
    {"1.3.132.0.15", "sect163r2", " sect163r2 b-163 ", 163},
    {"1.3.132.0.26", "sect233k1", " sect233k1 k-233 ", 233},
    {"1.3.132.0.27", "sect233r1", " sect233r1 b-233 ", 233},
    {"1.3.132.0.16", "sect283k1", " sect283k1 k-283 ", 283},
    {"1.3.132.0.17", "sect283r1", " sect283r1 b-283 ", 283},
    {"1.3.132.0.36", "sect409k1", " sect409k1 k-409 ", 409},
    {"1.3.132.0.37", "sect409r1", " sect409r1 b-409 ", 409},
    {"1.3.132.0.38", "sect571k1", " sect571k1 k-571 ", 571},
    {"1.3.132.0.39", "sect571r1", " sect571r1 b-571 ", 571},
    {"1.3.132.0.6", "secp112r1", " secp112r1 ", 112},
    {"1.3.132.0.7", "secp112r2", " secp112r2 ", 112},
    {"1.3.132.0.28", "secp128r1", " secp128r1 ", 128},
    {"1.3.132.0.29", "secp128r2", " secp128r2 ", 128},
    {"1.2.840.10045.3.1.2", "prime192v2", " prime192v2 ", 192},
    {"1.2.840.10045.3.1.3", "prime192v3", " prime192v3 ", 192},
    {"1.2.840.10045.3.1.4", "prime239v1", " prime239v1 ", 239},
    {"1.2.840.10045.3.1.5", "prime239v2", " prime239v2 ", 239},
    {"1.2.840.10045.3.1.6", "prime239v3", " prime239v3 ", 239},
    {"1.3.132.0.4", "sect113r1", " sect113r1 ", 113},
    {"1.3.132.0.5", "sect113r2", " sect113r2 ", 113},
    {"1.3.132.0.22", "sect131r1", " sect131r1 ", 131},
    {"1.3.132.0.23", "sect131r2", " sect131r2 ", 131},
    {"1.3.132.0.2", "sect163r1", " sect163r1 ", 163},
    {"1.3.132.0.24", "sect193r1", " sect193r1 ", 193},
    {"1.3.132.0.25", "sect193r2", " sect193r2 ", 193},
    {"1.3.132.0.3", "sect239k1", " sect239k1 ", 239},
    {"1.3.36.3.3.2.8.1.1.2", "brainpoolP160t1", " brainpoolp160t1 ", 160},
    {"1.3.36.3.3.2.8.1.1.4", "brainpoolP192t1", " brainpoolp192t1 ", 192},
    {"1.3.36.3.3.2.8.1.1.6", "brainpoolP224t1", " brainpoolp224t1 ", 224},
    {"1.3.36.3.3.2.8.1.1.8", "brainpoolP256t1", " brainpoolp256t1 ", 256},
    {"1.3.36.3.3.2.8.1.1.10", "brainpoolP320t1", " brainpoolp320t1 ", 320},
    {"1.3.36.3.3.2.8.1.1.12", "brainpoolP384t1", " brainpoolp384t1 ", 384},
    {"1.3.36.3.3.2.8.1.1.14", "brainpoolP512t1", " brainpoolp512t1 ", 512},
    {"1.2.156.10197.1.301", "SM2", " sm2 curvesm2 ", 256},
};

static const aud_oid_row hashes[] = {
    {"1.3.14.3.2.26", "sha1", NULL, 0},
    {"2.16.840.1.101.3.4.2.1", "sha256", NULL, 0},
    {"2.16.840.1.101.3.4.2.2", "sha384", NULL, 0},
    {"2.16.840.1.101.3.4.2.3", "sha512", NULL, 0},
    {"2.16.840.1.101.3.4.2.4", "sha224", NULL, 0},
    {"2.16.840.1.101.3.4.2.5", "sha512-224", NULL, 0},
    {"2.16.840.1.101.3.4.2.6", "sha512-256", NULL, 0},
    {"2.16.840.1.101.3.4.2.7", "sha3-224", NULL, 0},
    {"2.16.840.1.101.3.4.2.8", "sha3-256", NULL, 0},
    {"2.16.840.1.101.3.4.2.9", "sha3-384", NULL, 0},
    {"2.16.840.1.101.3.4.2.10", "sha3-512", NULL, 0},
    {"1.2.840.113549.2.5", "md5", NULL, 0},
};

static const aud_oid_row purposes[] = {
    {"1.3.6.1.5.5.7.3.1", "serverAuth", NULL, 0},
    {"1.3.6.1.5.5.7.3.2", "clientAuth", NULL, 0},
    {"1.3.6.1.5.5.7.3.3", "codeSigning", NULL, 0},
    {"1.3.6.1.5.5.7.3.4", "emailProtection", NULL, 0},
    {"1.3.6.1.5.5.7.3.8", "timeStamping", NULL, 0},
    {"1.3.6.1.5.5.7.3.9", "OCSPSigning", NULL, 0},
    {"2.5.29.37.0", "any", NULL, 0},
};

/* Attribute types of names, by their usual short names; the commonest first. */
static const aud_oid_row attributes[] = {
    {"2.5.4.3", "CN", NULL, 0},
    {"2.5.4.10", "O", NULL, 0},
    {"2.5.4.6", "C", NULL, 0},
    {"2.5.4.11", "OU", NULL, 0},
    {"2.5.4.7", "L", NULL, 0},
    {"2.5.4.8", "ST", NULL, 0},
    {"2.5.4.4", "SN", NULL, 0},
    {"2.5.4.5", "serialNumber", NULL, 0},
    {"2.5.4.9", "street", NULL, 0},
    {"2.5.4.12", "title", NULL, 0},
    {"2.5.4.13", "description", NULL, 0},
    {"2.5.4.14", "searchGuide", NULL, 0},
    {"2.5.4.15", "businessCategory", NULL, 0},
    {"2.5.4.16", "postalAddress", NULL, 0},
    {"2.5.4.17", "postalCode", NULL, 0},
    {"2.5.4.18", "postOfficeBox", NULL, 0},
    {"2.5.4.19", "physicalDeliveryOfficeName", NULL, 0},
    {"2.5.4.20", "telephoneNumber", NULL, 0},
    {"2.5.4.21", "telexNumber", NULL, 0},
    {"2.5.4.22", "teletexTerminalIdentifier", NULL, 0},
    {"2.5.4.23", "facsimileTelephoneNumber", NULL, 0},
    {"2.5.4.24", "x121Address", NULL, 0},
    {"2.5.4.25", "internationaliSDNNumber", NULL, 0},
    {"2.5.4.26", "registeredAddress", NULL, 0},
    {"2.5.4.27", "destinationIndicator", NULL, 0},
    {"2.5.4.28", "preferredDeliveryMethod", NULL, 0},
    {"2.5.4.29", "presentationAddress", NULL, 0},
    {"2.5.4.30", "supportedApplicationContext", NULL, 0},
    {"2.5.4.31", "member", NULL, 0},
    {"2.5.4.32", "owner", NULL, 0},
    {"2.5.4.33", "roleOccupant", NULL, 0},
    {"2.5.4.34", "seeAlso", NULL, 0},
    {"2.5.4.41", "name", NULL, 0},
    {"2.5.4.42", "GN", NULL, 0},
    {"2.5.4.43", "initials", NULL, 0},
    {"2.5.4.44", "generationQualifier", NULL, 0},
    {"2.5.4.45", "x500UniqueIdentifier", NULL, 0},
    {"2.5.4.46", "dnQualifier", NULL, 0},
    {"2.5.4.47", "enhancedSearchGuide", NULL, 0},
    {"2.5.4.48", "protocolInformation", NULL, 0},
    {"2.5.4.49", "distinguishedName", NULL, 0},
    {"2.5.4.50", "uniqueMember", NULL, 0},
    {"2.5.4.51", "houseIdentifier", NULL, 0},
    {"2.5.4.54", "dmdName", NULL, 0},
    {"2.5.4.65", "pseudonym", NULL, 0},
    {"2.5.4.72", "role", NULL, 0},
    {"2.5.4.97", "organizationIdentifier", NULL, 0},
    {"2.5.4.98", "c3", NULL, 0},
    {"2.5.4.99", "n3", NULL, 0},
    {"2.5.4.100", "dnsName", NULL, 0},
    {"0.9.2342.19200300.100.1.25", "DC", NULL, 0},
    {"0.9.2342.19200300.100.1.1", "UID", NULL, 0},
    {"0.9.2342.19200300.100.1.3", "mail", NULL, 0},
    {"0.9.2342.19200300.100.1.44", "uid", NULL, 0},
    {"1.2.840.113549.1.9.1", "emailAddress", NULL, 0},
    {"1.2.840.113549.1.9.2", "unstructuredName", NULL, 0},
    {"1.2.840.113549.1.9.8", "unstructuredAddress", NULL, 0},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL", NULL, 0},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST", NULL, 0},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC", NULL, 0},
    {"1.2.643.3.131.1.1", "INN", NULL, 0},
    {"1.2.643.100.1", "OGRN", NULL, 0},
    {"1.2.643.100.3", "SNILS", NULL, 0},
    {"1.2.643.100.5", "OGRNIP", NULL, 0},
};

static const aud_oid_row *find(const aud_oid_row *rows, size_t num, aud_str oid)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(oid, aud_str_of(rows[i].oid))) {
            return &rows[i];
        }
    }
    return NULL;
}

const aud_oid_row *aud_signature_row(aud_str oid)
{
    return find(signatures, AUD_COUNT(signatures), oid);
}

const aud_oid_row *aud_key_row(aud_str oid)
{
    return find(keys, AUD_COUNT(keys), oid);
}

const aud_oid_row *aud_key_named(aud_str name)
{
    for (size_t i = 0; i < AUD_COUNT(keys); i++) {
        if (aud_str_ieq(name, aud_str_of(keys[i].name)) ||
            aud_str_eq(name, aud_str_of(keys[i].oid))) {
            return &keys[i];
        }
    }
    return NULL;
}

const aud_oid_row *aud_curve_row(aud_str oid)
{
    return find(curves, AUD_COUNT(curves), oid);
}

const aud_oid_row *aud_hash_row(aud_str oid)
{
    return find(hashes, AUD_COUNT(hashes), oid);
}

const aud_oid_row *aud_purpose_row(aud_str oid)
{
    return find(purposes, AUD_COUNT(purposes), oid);
}

const aud_oid_row *aud_attribute_row(aud_str oid)
{
    return find(attributes, AUD_COUNT(attributes), oid);
}

const aud_oid_row *aud_curve_named(aud_str name)
{
    char word[40];

    if (name.len == 0 || name.len > sizeof word - 2) {
        return NULL;
    }
    word[0] = ' ';
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        word[i + 1] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    word[name.len + 1] = ' ';
    for (size_t i = 0; i < AUD_COUNT(curves); i++) {
        if (aud_str_has(aud_str_of(curves[i].other), (aud_str){word, name.len + 2}) ||
            aud_str_eq(name, aud_str_of(curves[i].oid))) {
            return &curves[i];
        }
    }
    return NULL;
}

bool aud_algorithm_parts(aud_str algorithm, aud_str *out_oid, aud_str *out_parameters)
{
    aud_tlv outer, oid, parameters;
    aud_der in;

    if (!aud_der_only(algorithm, AUD_TAG_SEQUENCE, &outer)) {
        return false;
    }
    in = aud_der_of(outer.content);
    if (!aud_der_take(&in, AUD_TAG_OID, &oid) || !aud_der_oid_ok(oid.content)) {
        return false;
    }
    *out_oid = oid.content;
    *out_parameters = aud_der_next(&in, &parameters) ? parameters.whole : (aud_str){NULL, 0};
    return aud_der_at_end(&in);
}

aud_value aud_oid_value(aud_str content, aud_arena *arena)
{
    aud_str text;

    return aud_der_oid_dup(content, arena, &text, NULL) == AUD_OK ? aud_string(text)
                                                                  : aud_unknown();
}

aud_value aud_hex_value(aud_str bytes, aud_arena *arena)
{
    aud_str text;

    return aud_hex_dup(arena, bytes, &text, NULL) == AUD_OK ? aud_string(text) : aud_unknown();
}
