/* engine/audit/change.h - a change against its target: only what it brings, by rules that it
 * cannot weaken (pre-merge checks). */
#ifndef AUD_AUDIT_CHANGE_H
#define AUD_AUDIT_CHANGE_H

#include "engine/audit/run.h"

/* How much of both sides is read; what comes out is the same. */
typedef enum aud_change_read {
    AUD_CHANGE_READ_AUTO,  /* what the change touches, all where the policies need it */
    AUD_CHANGE_READ_WHOLE, /* all, equal bytes once */
    AUD_CHANGE_READ_TWICE, /* all, on both sides */
} aud_change_read;

typedef struct aud_change_options {
    aud_str path;      /* the repository: a folder in it, or a bare one */
    aud_str target;    /* --base: what the change is to be merged into; empty: HEAD */
    aud_str head;      /* --rev; empty: HEAD */
    bool staged;       /* the change is what is staged upon that head */
    aud_str index;     /* file of it; empty: the repository's own */
    aud_str objects;   /* further git objects: those of a push; may be empty */
    aud_str gate_from; /* where the rules come from: REF, or PATH#REF; empty: the target's tip */
    aud_change_read read;
} aud_change_options;

typedef struct aud_change aud_change;

/*
 * Resolves the revisions and opens the rules.
 * Errors: AUD_E_NOT_FOUND with the fix where a revision or the merge base is not at hand, and
 *         those of aud_vcs_open.
 */
AUD_NODISCARD aud_status aud_change_open(const aud_change_options *options, aud_change **out,
                                         aud_error *err);
void aud_change_freep(aud_change **change);
/* Where gate material comes from: for aud_run_options.rules. */
aud_rules *aud_change_rules(const aud_change *change);
/* The target's configuration, or `named`. */
AUD_NODISCARD aud_status aud_change_config(aud_change *change, aud_str named, aud_arena *arena,
                                           aud_config *out, aud_error *err);

/*
 * Judges head and merge base by the same rules. The result is the head's, narrowed to what the
 * change brings: subjects that are new, seen at more places, or judged otherwise; findings that
 * were not there, and gaps that were not there. Sources of other repositories are read at both
 * and cancel out. Where the change touches gate material, the outcome under the rules that it
 * proposes is part of the result, as information.
 */
AUD_NODISCARD aud_status aud_change_run(aud_change *change, const aud_run_options *options,
                                        aud_run **out, aud_error *err);

#endif
