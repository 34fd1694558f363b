/* engine/model/result.h - the finished run: all that a reporter receives.
 *
 * Plain data, immutable, borrowed from the run. Sorted for reporting: policies by id, subjects by
 * kind and id, findings by severity (worst first), policy, subject, item.
 */
#ifndef AUD_MODEL_RESULT_H
#define AUD_MODEL_RESULT_H

#include "engine/model/controls.h"
#include "engine/model/subject.h"

typedef enum aud_severity {
    AUD_SEV_INFO,
    AUD_SEV_LOW,
    AUD_SEV_MEDIUM,
    AUD_SEV_HIGH,
    AUD_SEV_CRITICAL,
    AUD_NUM_SEVERITIES
} aud_severity;
const char *aud_severity_name(aud_severity severity);
bool aud_severity_find(aud_str name, aud_severity *out);

typedef enum aud_verdict {
    AUD_V_PASS,
    AUD_V_FAIL,
    AUD_V_WAIVED,
    AUD_V_NOT_APPLICABLE,
    AUD_V_NOT_EFFECTIVE,
    AUD_V_UNDECIDED,
    AUD_NUM_VERDICTS
} aud_verdict;
const char *aud_verdict_name(aud_verdict verdict);
/* One letter each, for the matrix in JSON: P F W n e u. A pair outside the policy's kinds is '-'.
 */
char aud_verdict_letter(aud_verdict verdict);
enum { AUD_V_NONE = 0xff }; /* the policy does not apply to this kind of subject */

typedef struct aud_policy_info {
    aud_str id;   /* "core/key_size" */
    aud_str pack; /* "core" */
    aud_str title;
    aud_str description; /* may be empty */
    aud_str remediation;
    aud_severity severity; /* the default, after configuration */
    unsigned kinds;        /* bit 1 << aud_kind */
    struct {
        aud_str doc, version, at, url;
    } cite;
    const aud_str *controls; /* "pci_dss_4.0.1:4.2.1", sorted */
    size_t num_controls;
    aud_str unmapped; /* why there is none, deliberately; may be empty */
    const struct aud_param_info {
        aud_str name, value; /* value as the policy sees it, in JSON */
        bool configured;     /* set by the configuration, not the default */
        uint32_t line;       /* of the configuration that sets it */
        bool required;       /* has no default */
        aud_str type;        /* "integer", "list of string", "choice", "ca_list" ... */
        aud_str fallback;    /* the default in JSON; "null" if it is required */
        const aud_str *choices;
        size_t num_choices;
    } * params;
    size_t num_params;
    aud_severity declared; /* severity before configuration */
    unsigned severities;   /* bits 1 << aud_severity: what its findings may be given */
    bool has_applies;      /* it also decides by itself what it concerns */
    aud_str level;         /* "must" or "should" as the cited text has it; may be empty */
    aud_str sha256; /* of the Lua text, with pack.lua behind it if there is one; lower-case hex */
    aud_str path;   /* where it was loaded from, for messages */
    aud_str pack_title, pack_path; /* of its pack.lua, whose text is part of the digest; or empty */
    aud_str issued_from, issued_until, in_force_from, in_force_until; /* RFC 3339 or empty */
    unsigned asks;   /* aud_dep bits: what its text may ask about */
    bool eased;      /* that a newer certificate took a subject's place makes no verdict worse */
    bool configured; /* false: a required parameter was not given, nothing was judged by it */
    size_t counts[AUD_NUM_VERDICTS];
} aud_policy_info;

/* What a failed check points at. */
typedef struct aud_item {
    aud_str item; /* the fact or the suite: "key.bits", "TLS_RSA_WITH_RC4_128_MD5" */
    aud_str got;
    aud_str want;
} aud_item;

typedef struct aud_subject_info {
    aud_kind kind;
    aud_str id;      /* "certificate:<sha256>", "endpoint:host:443", "record:acm:arn..." */
    aud_str label;   /* for people: names of a certificate, host:port */
    aud_str lineage; /* "kubernetes:ns/name", "file:path", "endpoint:host:443" */
    const aud_sighting *sightings; /* sorted; at least one, but for the population */
    size_t num_sightings;
    const aud_owner *owners; /* sorted */
    size_t num_owners;
    aud_object facts; /* every fact a policy may ask about; getters are thread-safe */
} aud_subject_info;

/* Against a baseline. */
typedef enum aud_baseline_state {
    AUD_BASELINE_NONE,      /* there is no baseline, or it is waived */
    AUD_BASELINE_NEW,       /* not known, or worse than it was */
    AUD_BASELINE_UNCHANGED, /* the same subject had it */
    AUD_BASELINE_UPDATED,   /* the former holder of its lineage had it */
    AUD_NUM_BASELINE_STATES
} aud_baseline_state;
const char *aud_baseline_state_name(aud_baseline_state state); /* as SARIF has it; "" for none */

typedef struct aud_finding {
    size_t policy;       /* index into policies[] */
    size_t subject;      /* index into subjects[] */
    aud_verdict verdict; /* fail, waived or undecided */
    aud_severity severity;
    aud_str message;       /* one sentence, the point first, no full stop; neutralise it */
    const aud_item *items; /* may be empty */
    size_t num_items;
    aud_sighting location; /* the sighting the finding is shown at */
    uint8_t identity[32];  /* SHA-256 over policy, subject, items */
    uint8_t lineage[32];   /* SHA-256 over policy, lineage, items */
    uint8_t pair[32];      /* SHA-256 over policy and subject */
    uint8_t slot[32];      /* SHA-256 over policy and lineage */
    aud_baseline_state baseline;
    aud_str waiver;    /* its reason, approver and end; empty unless waived */
    aud_str waiver_id; /* empty unless waived */
    bool gates;        /* counts for exit 1, or as undecided for exit 4 */
} aud_finding;

typedef enum aud_waiver_state {
    AUD_WAIVER_ACTIVE,
    AUD_WAIVER_LAPSING, /* active, and soon no more */
    AUD_WAIVER_PENDING, /* its approval, or the commit that brought it, is later than the run */
    AUD_WAIVER_LAPSED,
    AUD_NUM_WAIVER_STATES
} aud_waiver_state;
const char *aud_waiver_state_name(aud_waiver_state state);

/* One approved, dated exception, and what it did in this run. */
typedef struct aud_waiver_info {
    aud_str id, policies, match; /* the last two in words: "core/key_size", "path old/a.pem" */
    aud_str reason, owner, approver, ticket;
    aud_str path; /* of the file, as it was named, and the line there */
    uint32_t line;
    int64_t approved, expires;
    int64_t counts_from; /* the later of approval and commit */
    aud_waiver_state state;
    size_t findings; /* that it waives */
    bool matched;    /* a failing finding is what it names, whether or not it counts now */
    /* The commit that brought the entry in as it stands; empty where history cannot tell. */
    aud_str commit, author;
    int64_t committed;
    bool is_signed;  /* the commit carries a signature; nobody verified it */
    aud_str history; /* why there is no commit; empty where there is one */
} aud_waiver_info;

/* When somebody last looked at a protocol or a suite, and found it fit (PCI DSS 12.3.3). */
typedef struct aud_review_info {
    aud_str protocol, suite; /* empty: any */
    aud_str by, note;
    int64_t reviewed;
} aud_review_info;

/* One source, with the sum: files = gave + nothing + excluded + not_judged. */
typedef struct aud_source_info {
    aud_str name;
    aud_str kind; /* "git", "folder", "file" */
    aud_str rev;  /* commit id; empty for what lies on disk */
    aud_str ref;  /* as it was asked for; may be empty */
    size_t files, gave, nothing, excluded, not_judged;
    const struct aud_exclusion {
        aud_str pattern, reason;
        size_t files;
    } * exclusions;
    size_t num_exclusions;
    aud_str digest; /* SHA-256 over sorted (path, content id) of all files read, hex */
} aud_source_info;

/* A fact that a kind of source never tells: one line, not a finding per subject. */
typedef struct aud_coverage {
    aud_str source;
    aud_str by; /* the scanner, "sslscan 2.1.5"; empty where it is no scan */
    aud_str fact;
    aud_str told_by; /* who would tell it, in words; may be empty */
    aud_str policy;
    aud_severity severity; /* of the policy: whether the line counts for the gate */
    size_t subjects;
} aud_coverage;

typedef enum aud_exit {
    AUD_EXIT_CLEAN = 0,
    AUD_EXIT_FINDINGS = 1,
    AUD_EXIT_USAGE = 2,
    AUD_EXIT_NOTHING = 3,
    AUD_EXIT_INCOMPLETE = 4,
    AUD_EXIT_OUTPUT = 5,
} aud_exit;

typedef struct aud_gate {
    aud_severity fail_on;
    size_t min_subjects;
    bool fail_on_new;   /* whatever fails and is not in the baseline gates, from low on */
    unsigned reasons;   /* bit 1 << aud_exit for every code that holds */
    aud_exit exit_code; /* the first of 2, 5, 1, 4, 3 that holds */
    size_t failing;     /* findings at or above fail_on, not waived */
    size_t undecided;   /* undecided of a severity that would gate */
} aud_gate;

typedef struct aud_policy_error {
    aud_str policy;  /* id or path */
    aud_str subject; /* id; empty if it broke while loading */
    bool undecided;  /* it raised or ran out while it judged: exit 4, not 2 */
    aud_str message;
    aud_str path;
    uint32_t line;
} aud_policy_error;

/* What a change against its target is made of; the rest of the result is narrowed to it. */
typedef struct aud_change_info {
    aud_str target, tip; /* as it was asked for; its commit id, whose rules count */
    aud_str base, head;  /* commit ids: merge base, and what the change brings */
    aud_str rules;       /* commit id of the gate material */
    bool rules_found;    /* false: there was no configuration, the built-in defaults count */
    size_t files;        /* added, changed or removed */
    size_t added, grown, changed; /* subjects: new, at more places, judged otherwise */
    size_t persisting;            /* findings that were there before; they are not reported */
    bool whole;                   /* all of both sides was read, not only what changed */
    aud_str why;                  /* whole, because */
    const aud_str *removed;       /* labels of subjects that are gone, with their place */
    size_t num_removed;
    const aud_str *left; /* subjects that are there, and no more judged or owned, in words */
    size_t num_left;
    const aud_str *gate_paths; /* gate material that the change touches */
    size_t num_gate_paths;
    struct {
        bool judged;   /* by the rules that the change proposes; false: they do not load */
        aud_str error; /* why they do not load */
        aud_exit exit_code;
        size_t failing, undecided;
    } proposed;
} aud_change_info;

struct aud_period_info; /* engine/model/period_info.h */

typedef struct aud_result {
    aud_str tool_version;
    int64_t at;    /* the judged instant */
    bool at_given; /* by --at, not by the clock */
    const aud_source_info *sources;
    size_t num_sources;
    const aud_policy_info *policies;
    size_t num_policies;
    const aud_control *house_controls; /* that packs declare beside the catalogue; by id */
    size_t num_house_controls;
    const aud_subject_info *subjects;
    size_t num_subjects;
    size_t num_kind[AUD_NUM_KINDS];
    /* verdict of every pair, policy-major: [policy * num_subjects + subject]; AUD_V_NONE */
    const uint8_t *verdicts;
    const aud_finding *findings;
    size_t num_findings;
    const aud_gap *gaps; /* not judged, sorted by kind and place */
    size_t num_gaps;
    const aud_coverage *coverage;
    size_t num_coverage;
    const aud_waiver_info *waivers; /* as they stand in their file */
    size_t num_waivers;
    aud_str waivers_path, waivers_sha256; /* empty: no waivers */
    aud_str baseline_path;                /* empty: none */
    size_t baseline_known, baseline_new, baseline_gone;
    const aud_policy_error *policy_errors;
    size_t num_policy_errors;
    const aud_str *notices; /* things a reader of any report must know */
    size_t num_notices;
    size_t totals[AUD_NUM_VERDICTS];
    size_t severities[AUD_NUM_SEVERITIES]; /* of findings that failed */
    aud_gate gate;
    aud_str config_path;                  /* empty: built-in defaults */
    aud_str config_sha256;                /* empty without one */
    const aud_change_info *change;        /* NULL: a full audit */
    const struct aud_period_info *period; /* NULL: the state of an instant alone */
    const aud_review_info *reviews;       /* as the configuration records them */
    size_t num_reviews;
    int64_t next_change; /* next instant at which time alone changes a verdict; INT64_MAX: none */
} aud_result;

/* Whether the policy says that it is evidence for the control. */
bool aud_policy_names_control(const aud_policy_info *policy, aud_str id);
/* What the catalogue or a pack of this run says of the control; NULL if neither knows it. */
const aud_control *aud_result_control(const aud_result *result, aud_str id);

#endif
