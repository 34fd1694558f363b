/* engine/model/fields.h - the one field table of each kind of object, made from fields/NAME.def.
 *
 * A line AUD_FIELD(name, type, element, dep, doc) is at once the Lua name, the type that
 * `show`, the JSON report and the annotations print, and the enum AUD_F_KIND_name. Nobody above
 * the getters knows a field by name.
 */
#ifndef AUD_MODEL_FIELDS_H
#define AUD_MODEL_FIELDS_H

#include "engine/model/value.h"

typedef struct aud_field {
    const char *name;
    aud_type type;
    aud_type element;                            /* of a list */
    const struct aud_object_type *const *object; /* of an object, or of a list of objects */
    unsigned dep;                                /* aud_dep bits */
    const char *doc;                             /* one line; units, what absent means */
    const char *told_by; /* the scanners that tell it, in words; NULL: all */
    const char *final; /* of a context fact: the value that no further sighting changes; or NULL */
} aud_field;

typedef struct aud_object_type {
    const char *name; /* as policies and annotations call it */
    const char *doc;
    const aud_field *fields;
    unsigned num_fields;
} aud_object_type;

/* Index of the field, or UINT32_MAX. */
unsigned aud_field_find(const aud_object_type *type, aud_str name);

/* subjects */
extern const aud_object_type aud_type_certificate;
extern const aud_object_type aud_type_endpoint;
extern const aud_object_type aud_type_tls_config;
extern const aud_object_type aud_type_record;
extern const aud_object_type aud_type_request;
extern const aud_object_type aud_type_private_key;
extern const aud_object_type aud_type_crl;
extern const aud_object_type aud_type_population;
/* parts of subjects */
extern const aud_object_type aud_type_key;
extern const aud_object_type aud_type_suite;
extern const aud_object_type aud_type_sighting;
extern const aud_object_type aud_type_owner;
extern const aud_object_type aud_type_vulnerability;
extern const aud_object_type aud_type_disagreement;
extern const aud_object_type aud_type_bundle;
extern const aud_object_type aud_type_setting;

#define AUD_FIELD_ENUM(kind, name) AUD_F_##kind##_##name
enum aud_certificate_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(certificate, name),
#include "engine/model/fields/certificate.def"
#undef AUD_FIELD
    AUD_NUM_certificate_FIELDS
};
enum aud_endpoint_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(endpoint, name),
#include "engine/model/fields/endpoint.def"
#undef AUD_FIELD
    AUD_NUM_endpoint_FIELDS
};
enum aud_tls_config_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(tls_config, name),
#include "engine/model/fields/tls_config.def"
#undef AUD_FIELD
    AUD_NUM_tls_config_FIELDS
};
enum aud_record_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(record, name),
#include "engine/model/fields/record.def"
#undef AUD_FIELD
    AUD_NUM_record_FIELDS
};
enum aud_request_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(request, name),
#include "engine/model/fields/request.def"
#undef AUD_FIELD
    AUD_NUM_request_FIELDS
};
enum aud_private_key_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(private_key, name),
#include "engine/model/fields/private_key.def"
#undef AUD_FIELD
    AUD_NUM_private_key_FIELDS
};
enum aud_crl_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(crl, name),
#include "engine/model/fields/crl.def"
#undef AUD_FIELD
    AUD_NUM_crl_FIELDS
};
enum aud_population_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(population, name),
#include "engine/model/fields/population.def"
#undef AUD_FIELD
    AUD_NUM_population_FIELDS
};
enum aud_key_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(key, name),
#include "engine/model/fields/key.def"
#undef AUD_FIELD
    AUD_NUM_key_FIELDS
};
enum aud_suite_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(suite, name),
#include "engine/model/fields/suite.def"
#undef AUD_FIELD
    AUD_NUM_suite_FIELDS
};
enum aud_sighting_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(sighting, name),
#include "engine/model/fields/sighting.def"
#undef AUD_FIELD
    AUD_NUM_sighting_FIELDS
};
enum aud_owner_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(owner, name),
#include "engine/model/fields/owner.def"
#undef AUD_FIELD
    AUD_NUM_owner_FIELDS
};
enum aud_vulnerability_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(vulnerability, name),
#include "engine/model/fields/vulnerability.def"
#undef AUD_FIELD
    AUD_NUM_vulnerability_FIELDS
};
enum aud_disagreement_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(disagreement, name),
#include "engine/model/fields/disagreement.def"
#undef AUD_FIELD
    AUD_NUM_disagreement_FIELDS
};
enum aud_bundle_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(bundle, name),
#include "engine/model/fields/bundle.def"
#undef AUD_FIELD
    AUD_NUM_bundle_FIELDS
};
enum aud_setting_field {
#define AUD_FIELD(name, type, element, dep, doc) AUD_FIELD_ENUM(setting, name),
#include "engine/model/fields/setting.def"
#undef AUD_FIELD
    AUD_NUM_setting_FIELDS
};

#endif
