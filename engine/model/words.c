/* engine/model/words.c - the names of kinds, uses, places, gaps, severities and verdicts. */
#include "engine/model/result.h"

static bool find_word(const char *const *words, size_t num, aud_str name, size_t *out)
{
    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(name, aud_str_of(words[i]))) {
            *out = i;
            return true;
        }
    }
    return false;
}

static const aud_object_type *const kind_types[AUD_NUM_KINDS] = {
    [AUD_KIND_CERTIFICATE] = &aud_type_certificate,
    [AUD_KIND_ENDPOINT] = &aud_type_endpoint,
    [AUD_KIND_TLS_CONFIG] = &aud_type_tls_config,
    [AUD_KIND_RECORD] = &aud_type_record,
    [AUD_KIND_REQUEST] = &aud_type_request,
    [AUD_KIND_PRIVATE_KEY] = &aud_type_private_key,
    [AUD_KIND_CRL] = &aud_type_crl,
    [AUD_KIND_POPULATION] = &aud_type_population,
};

const aud_object_type *aud_kind_type(aud_kind kind)
{
    return kind_types[kind];
}

const char *aud_kind_name(aud_kind kind)
{
    return kind_types[kind]->name;
}

bool aud_kind_find(aud_str name, aud_kind *out)
{
    for (unsigned i = 0; i < AUD_NUM_KINDS; i++) {
        if (aud_str_eq(name, aud_str_of(kind_types[i]->name))) {
            *out = (aud_kind)i;
            return true;
        }
    }
    return false;
}

const char *aud_use_name(aud_use use)
{
    static const char *const names[AUD_NUM_USES] = {
        [AUD_USE_SERVED] = "served",
        [AUD_USE_CONFIGURED] = "configured",
        [AUD_USE_STORED] = "stored",
        [AUD_USE_LISTED] = "listed",
        [AUD_USE_LOGGED] = "logged",
        [AUD_USE_CHAIN] = "chain",
        [AUD_USE_TRUST_ANCHOR] = "trust_anchor",
    };

    return names[use];
}

const char *aud_place_name(aud_place place)
{
    static const char *const names[] = {
        [AUD_PLACE_GIT] = "git", [AUD_PLACE_FOLDER] = "folder", [AUD_PLACE_SNAPSHOT] = "snapshot"};

    return names[place];
}

const char *aud_gap_name(aud_gap_kind kind)
{
    static const char *const names[AUD_NUM_GAPS] = {
        [AUD_GAP_BROKEN] = "broken",
        [AUD_GAP_LIMIT] = "over_limit",
        [AUD_GAP_UNREADABLE] = "unreadable",
        [AUD_GAP_MISSING] = "missing",
        [AUD_GAP_STALE] = "stale",
        [AUD_GAP_ENCRYPTED] = "encrypted",
        [AUD_GAP_LFS] = "lfs_pointer",
        [AUD_GAP_SUBMODULE] = "submodule",
        [AUD_GAP_LINK] = "outward_link",
        [AUD_GAP_TEMPLATE] = "templated",
        [AUD_GAP_UNSUPPORTED] = "unsupported",
    };

    return names[kind];
}

bool aud_gap_is_opaque(aud_gap_kind kind)
{
    switch (kind) {
    case AUD_GAP_BROKEN:
    case AUD_GAP_LIMIT:
    case AUD_GAP_UNREADABLE:
    case AUD_GAP_MISSING:
    case AUD_GAP_STALE:
        return false;
    case AUD_GAP_ENCRYPTED:
    case AUD_GAP_LFS:
    case AUD_GAP_SUBMODULE:
    case AUD_GAP_LINK:
    case AUD_GAP_TEMPLATE:
    case AUD_GAP_UNSUPPORTED:
        return true;
    case AUD_NUM_GAPS:
        break;
    }
    return false;
}

static const char *const severity_names[AUD_NUM_SEVERITIES] = {
    [AUD_SEV_INFO] = "info", [AUD_SEV_LOW] = "low",           [AUD_SEV_MEDIUM] = "medium",
    [AUD_SEV_HIGH] = "high", [AUD_SEV_CRITICAL] = "critical",
};

const char *aud_severity_name(aud_severity severity)
{
    return severity_names[severity];
}

bool aud_severity_find(aud_str name, aud_severity *out)
{
    size_t i;

    if (!find_word(severity_names, AUD_NUM_SEVERITIES, name, &i)) {
        return false;
    }
    *out = (aud_severity)i;
    return true;
}

const char *aud_verdict_name(aud_verdict verdict)
{
    static const char *const names[AUD_NUM_VERDICTS] = {
        [AUD_V_PASS] = "pass",
        [AUD_V_FAIL] = "fail",
        [AUD_V_WAIVED] = "waived",
        [AUD_V_NOT_APPLICABLE] = "not_applicable",
        [AUD_V_NOT_EFFECTIVE] = "not_effective",
        [AUD_V_UNDECIDED] = "undecided",
    };

    return names[verdict];
}

const char *aud_waiver_state_name(aud_waiver_state state)
{
    static const char *const names[AUD_NUM_WAIVER_STATES] = {
        [AUD_WAIVER_ACTIVE] = "active",
        [AUD_WAIVER_LAPSING] = "lapses_soon",
        [AUD_WAIVER_PENDING] = "pending",
        [AUD_WAIVER_LAPSED] = "lapsed",
    };

    return names[state];
}

const char *aud_baseline_state_name(aud_baseline_state state)
{
    static const char *const names[AUD_NUM_BASELINE_STATES] = {
        [AUD_BASELINE_NONE] = "",
        [AUD_BASELINE_NEW] = "new",
        [AUD_BASELINE_UNCHANGED] = "unchanged",
        [AUD_BASELINE_UPDATED] = "updated",
    };

    return names[state];
}

char aud_verdict_letter(aud_verdict verdict)
{
    return (unsigned)verdict < AUD_NUM_VERDICTS ? "PFWneu"[verdict] : '-';
}
