/* engine/audit/change_parts.h - what the files of a change share; for this room only. */
#ifndef AUD_AUDIT_CHANGE_PARTS_H
#define AUD_AUDIT_CHANGE_PARTS_H

#include "engine/audit/change.h"
#include "engine/audit/run_parts.h"
#include "engine/vcs/range.h"

struct aud_change {
    aud_arena arena;
    aud_str path, objects, index, target;
    aud_range range;
    aud_rules *rules;
    bool rules_found;
    aud_change_read read;
    aud_vcs *head, *base; /* the repository at both, for single paths */
};

/* The repository that changes, at a revision. */
aud_vcs_options aud_change_at(const aud_change *change, aud_str rev);

/* sides.c: judges both sides by the rules in `options` and narrows; the base goes, the head stays.
 */
AUD_NODISCARD aud_status aud_change_judge(aud_change *change, const aud_run_options *options,
                                          aud_change_info *info, aud_run **out, aud_error *err);

/* broken.c: adds a gap for each file that gave subjects, is still there and gives none, if it looks
 * cut rather than written anew. */
AUD_NODISCARD aud_status aud_change_broken(aud_run *head, const aud_run *base, aud_error *err);

/* narrow.c: leaves of the head's result what was not there at the base; fills result.change. */
AUD_NODISCARD aud_status aud_change_narrow(aud_run *head, const aud_run *base,
                                           aud_change_info *change, aud_error *err);

/*
 * left_scope.c: what was judged at the base and lies where the head does not look, and what has no
 * named owner any more. `shadow` is of the head all that the change touches, excluded or not; NULL
 * where nothing is kept out.
 */
AUD_NODISCARD aud_status aud_change_left(aud_change *change, aud_run *head, const aud_run *base,
                                         const aud_run *shadow, aud_change_info *info,
                                         aud_error *err);

/* enough.c: whether the change touches CODEOWNERS. */
AUD_NODISCARD aud_status aud_change_codeowners(aud_change *change, bool *out, aud_error *err);

/* enough.c: place of an equal subject in a sorted list; SIZE_MAX if there is none. */
size_t aud_change_subject(const aud_subject_info *subjects, size_t num,
                          const aud_subject_info *like);

/*
 * enough.c: whether the files that a change touches were enough to read. `*out_why` is empty, or
 * says what needs the whole repository: by the policies alone, by what they asked on either side,
 * and by what came out.
 */
AUD_NODISCARD aud_status aud_change_asks(aud_change *change, const aud_run *run, aud_str *out_why,
                                         aud_error *err);
AUD_NODISCARD aud_status aud_change_asked(const aud_run *head, const aud_run *base,
                                          aud_arena *arena, aud_str *out_why, aud_error *err);
AUD_NODISCARD aud_status aud_change_told(const aud_run *head, aud_arena *arena, aud_str *out_why,
                                         aud_error *err);

/* gate.c: what the change touches of gate material, and what its own rules would say of it. */
AUD_NODISCARD aud_status aud_change_propose(aud_change *change, const aud_run_options *options,
                                            aud_run *run, aud_change_info *info, aud_error *err);

/* words.c: the change in words, as notices of the result. */
AUD_NODISCARD aud_status aud_change_describe(aud_run *run, const aud_change_info *change,
                                             aud_error *err);

#endif
