/* engine/audit/rules.h - gate material: on disk, or at a revision that a judged change cannot
 * touch.
 *
 * Configuration, policies, bundles of approved CAs, waivers and baseline decide an outcome. Where
 * a change is judged they are read from the target's revision: paths in them are paths in that
 * tree, where no link, submodule or filter leads anywhere. A path outside of the repository is
 * read from disk: the change does not reach it.
 */
#ifndef AUD_AUDIT_RULES_H
#define AUD_AUDIT_RULES_H

#include "engine/audit/config.h"
#include "engine/policy/policy.h"
#include "engine/vcs/vcs.h"

enum { AUD_CONFIG_MAX = 1 << 20 };
#define AUD_CONFIG_NAME "certaudit.yaml"

typedef struct aud_rules aud_rules; /* NULL stands for the disk */

/* At a revision of the repository around `path`. Errors: those of aud_vcs_open. */
AUD_NODISCARD aud_status aud_rules_open(aud_str path, aud_str rev, aud_rules **out, aud_error *err);
void aud_rules_freep(aud_rules **rules);
aud_str aud_rules_rev(const aud_rules *rules); /* commit id */
aud_vcs *aud_rules_vcs(const aud_rules *rules);

/*
 * The configuration at the root of that tree, or `named` (as seen from the working folder); the
 * built-in defaults, with *out_found false, where the tree has none and none is named.
 */
AUD_NODISCARD aud_status aud_rules_config(aud_rules *rules, aud_str named, aud_arena *arena,
                                          aud_config *out, bool *out_found, aud_error *err);
/* A file that the configuration names. */
AUD_NODISCARD aud_status aud_rules_file(aud_rules *rules, const aud_config *config, aud_str named,
                                        size_t max, aud_arena *arena, aud_str *out, aud_error *err);
/* Where a file that the configuration, or `from_flag` the command line, names is read from. */
typedef struct aud_rules_place {
    aud_str path; /* in the tree, or as seen from the working folder */
    bool in_tree;
} aud_rules_place;
AUD_NODISCARD aud_status aud_rules_place_of(const aud_rules *rules, const aud_config *config,
                                            aud_str named, bool from_flag, aud_arena *arena,
                                            aud_rules_place *out, aud_error *err);
AUD_NODISCARD aud_status aud_rules_read(aud_rules *rules, const aud_rules_place *place, size_t max,
                                        aud_arena *arena, aud_str *out, aud_error *err);
/* A folder of packs that the configuration names, or, `from_flag`, the command line. */
AUD_NODISCARD aud_status aud_rules_policies(aud_rules *rules, const aud_config *config,
                                            aud_str named, bool from_flag, aud_arena *arena,
                                            const aud_policy_text **out, size_t *out_num,
                                            aud_error *err);

/* Paths in the tree of everything that was asked for, a folder with a final '/'. */
const aud_str *aud_rules_asked(const aud_rules *rules, size_t *out_num);

#endif
