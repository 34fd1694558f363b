/* engine/model/fields.c - the field tables, made from fields/NAME.def. */
#include "engine/model/fields.h"

#include <stddef.h>

static const aud_object_type *const object_certificate = &aud_type_certificate;
static const aud_object_type *const object_endpoint = &aud_type_endpoint;
static const aud_object_type *const object_bundle = &aud_type_bundle;
static const aud_object_type *const object_key = &aud_type_key;
static const aud_object_type *const object_suite = &aud_type_suite;
static const aud_object_type *const object_sighting = &aud_type_sighting;
static const aud_object_type *const object_record = &aud_type_record;
static const aud_object_type *const object_owner = &aud_type_owner;
static const aud_object_type *const object_vulnerability = &aud_type_vulnerability;
static const aud_object_type *const object_disagreement = &aud_type_disagreement;
static const aud_object_type *const object_setting = &aud_type_setting;

/* The third word of a line: `none`, a plain type, or an object's name. */
#define ELEMENT_TYPE_none AUD_T_STRING
#define ELEMENT_TYPE_STRING AUD_T_STRING
#define ELEMENT_TYPE_BOOL AUD_T_BOOL
#define ELEMENT_TYPE_certificate AUD_T_OBJECT
#define ELEMENT_TYPE_endpoint AUD_T_OBJECT
#define ELEMENT_TYPE_bundle AUD_T_OBJECT
#define ELEMENT_TYPE_key AUD_T_OBJECT
#define ELEMENT_TYPE_suite AUD_T_OBJECT
#define ELEMENT_TYPE_sighting AUD_T_OBJECT
#define ELEMENT_TYPE_record AUD_T_OBJECT
#define ELEMENT_TYPE_owner AUD_T_OBJECT
#define ELEMENT_TYPE_vulnerability AUD_T_OBJECT
#define ELEMENT_TYPE_disagreement AUD_T_OBJECT
#define ELEMENT_TYPE_setting AUD_T_OBJECT
#define ELEMENT_TYPE_INT AUD_T_INT
#define ELEMENT_OBJECT_none NULL
#define ELEMENT_OBJECT_STRING NULL
#define ELEMENT_OBJECT_BOOL NULL
#define ELEMENT_OBJECT_certificate &object_certificate
#define ELEMENT_OBJECT_endpoint &object_endpoint
#define ELEMENT_OBJECT_bundle &object_bundle
#define ELEMENT_OBJECT_key &object_key
#define ELEMENT_OBJECT_suite &object_suite
#define ELEMENT_OBJECT_sighting &object_sighting
#define ELEMENT_OBJECT_record &object_record
#define ELEMENT_OBJECT_owner &object_owner
#define ELEMENT_OBJECT_vulnerability &object_vulnerability
#define ELEMENT_OBJECT_disagreement &object_disagreement
#define ELEMENT_OBJECT_setting &object_setting
#define ELEMENT_OBJECT_INT NULL

#define FIELD(name, type, element, dep, doc, by, final)                                            \
    {#name, AUD_T_##type, ELEMENT_TYPE_##element, ELEMENT_OBJECT_##element, AUD_DEP_##dep, doc,    \
     by,    final},
#define AUD_FIELD(name, type, element, dep, doc) FIELD(name, type, element, dep, doc, NULL, NULL)
#define AUD_FINAL(name, type, element, dep, doc, final)                                            \
    FIELD(name, type, element, dep, doc, NULL, final)

static const aud_field certificate_fields[] = {
#include "engine/model/fields/certificate.def"
};
#define AUD_TOLD(name, type, element, dep, doc, by) FIELD(name, type, element, dep, doc, by, NULL)
static const aud_field endpoint_fields[] = {
#include "engine/model/fields/endpoint.def"
};
static const aud_field tls_config_fields[] = {
#include "engine/model/fields/tls_config.def"
};
static const aud_field record_fields[] = {
#include "engine/model/fields/record.def"
};
static const aud_field request_fields[] = {
#include "engine/model/fields/request.def"
};
static const aud_field private_key_fields[] = {
#include "engine/model/fields/private_key.def"
};
static const aud_field crl_fields[] = {
#include "engine/model/fields/crl.def"
};
static const aud_field population_fields[] = {
#include "engine/model/fields/population.def"
};
static const aud_field key_fields[] = {
#include "engine/model/fields/key.def"
};
static const aud_field suite_fields[] = {
#include "engine/model/fields/suite.def"
};
static const aud_field sighting_fields[] = {
#include "engine/model/fields/sighting.def"
};
static const aud_field owner_fields[] = {
#include "engine/model/fields/owner.def"
};
static const aud_field vulnerability_fields[] = {
#include "engine/model/fields/vulnerability.def"
};
static const aud_field disagreement_fields[] = {
#include "engine/model/fields/disagreement.def"
};
static const aud_field bundle_fields[] = {
#include "engine/model/fields/bundle.def"
};
static const aud_field setting_fields[] = {
#include "engine/model/fields/setting.def"
};

#define TYPE(kind, words)                                                                          \
    const aud_object_type aud_type_##kind = {#kind, words, kind##_fields, AUD_COUNT(kind##_fields)};
TYPE(certificate, "An X.509 certificate (RFC 5280)")
TYPE(endpoint, "A host, port and protocol where TLS was really spoken to")
TYPE(tls_config, "A place in a server's configuration where TLS terminates or is made upstream")
TYPE(record, "What an inventory says of a certificate whose bytes are not at hand")
TYPE(request, "A certificate signing request (PKCS #10), or a wanted certificate")
TYPE(private_key, "A private key that was met: only that it is there, of what kind, and whose")
TYPE(crl, "A certificate revocation list")
TYPE(population, "The run as a whole")
TYPE(key, "A public key")
TYPE(suite, "A cipher suite")
TYPE(sighting, "One place where a subject was seen")
TYPE(owner, "Somebody whom a source names as owner")
TYPE(vulnerability, "A known attack that a scanner tried")
TYPE(disagreement, "What one report of an endpoint saw and another denied")
TYPE(bundle, "A file that holds a certificate with its chain")
TYPE(setting, "Where a fact of a TLS configuration comes from")

unsigned aud_field_find(const aud_object_type *type, aud_str name)
{
    for (unsigned i = 0; i < type->num_fields; i++) {
        if (aud_str_eq(name, aud_str_of(type->fields[i].name))) {
            return i;
        }
    }
    return UINT32_MAX;
}
