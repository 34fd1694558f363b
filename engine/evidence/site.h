/* engine/evidence/site.h - one commit of the audited repository: its rules, its sources, its audit.
 */
#ifndef AUD_EVIDENCE_SITE_H
#define AUD_EVIDENCE_SITE_H

#include "engine/audit/run.h"

typedef struct aud_site_options {
    aud_str path;               /* the repository: a folder in it, or a bare one */
    aud_str config;             /* a file that counts for every commit; empty: each commit's own */
    const aud_run_options *run; /* threads, selection, passwords, further policies, waivers */
} aud_site_options;

typedef struct aud_site aud_site;

/*
 * Opens what counts at `rules` (a commit id), for the state at `commit`.
 * Errors: AUD_E_USAGE for rules that do not load, AUD_E_NOT_FOUND for a commit that is not at hand.
 */
AUD_NODISCARD aud_status aud_site_open(const aud_site_options *options, aud_str commit,
                                       aud_str rules, aud_site **out, aud_error *err);
void aud_site_freep(aud_site **site);

/*
 * Audits it at an instant; `outside`: with the sources that lie outside of the repository, as they
 * are now. The result holds until the next call. AUD_END: there is no source to read.
 */
AUD_NODISCARD aud_status aud_site_audit(aud_site *site, int64_t at, bool outside,
                                        const aud_result **out, aud_error *err);
const aud_config *aud_site_config(const aud_site *site);
bool aud_site_has_config(const aud_site *site);
/* The Lua text of a policy of the last audit, by id; empty for one of the engine's own. */
aud_str aud_site_policy_text(const aud_site *site, aud_str id);
/* Names of the sources that lie outside. */
const aud_str *aud_site_outside(const aud_site *site, size_t *out_num);

/* What decides: files by path and content, policies by id, text and parameters; after an audit. */
typedef struct aud_rule_item {
    aud_str name; /* "certaudit.yaml", "core/key_size" */
    unsigned char digest[32];
} aud_rule_item;
AUD_NODISCARD aud_status aud_site_rules(aud_site *site, const aud_rule_item **out, size_t *out_num,
                                        aud_error *err);

#endif
