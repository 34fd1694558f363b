/* engine/policy/choose.h - which policies --select and --skip leave: by id, or by control. */
#ifndef AUD_POLICY_CHOOSE_H
#define AUD_POLICY_CHOOSE_H

#include "engine/policy/policy.h"

/* "control:pci_dss_4.0.1:*" is a glob on controls; all else is one on ids. */
typedef struct aud_chooser {
    const aud_policy_load *load;
    const char *const *ids; /* of the policies */
    size_t num_ids;
    aud_arena *arena;
    bool *hits; /* of the globs on controls: of select, then of skip */
    bool by_control;
} aud_chooser;

/* Errors: AUD_E_USAGE for a glob on ids that matches none, with the nearest; AUD_E_NOMEM. */
AUD_NODISCARD aud_status aud_chooser_init(aud_chooser *chooser, const aud_policy_load *load,
                                          const char *const *ids, size_t num_ids, aud_arena *arena,
                                          aud_error *err);

typedef enum aud_choice {
    AUD_CHOICE_NO,    /* whatever its controls are; it is read only if they are asked for */
    AUD_CHOICE_MAYBE, /* its controls decide */
    AUD_CHOICE_YES,   /* unless its controls are skipped */
} aud_choice;
aud_choice aud_choose_id(const aud_chooser *chooser, aud_str id);
/* The last word, once a policy is read; notes which globs on controls met one. */
bool aud_choose(aud_chooser *chooser, aud_choice by_id, const aud_policy_info *info);

/*
 * When all were read, and with them the controls of packs. Errors: AUD_E_USAGE for a glob on
 * controls that met no policy.
 */
AUD_NODISCARD aud_status aud_chooser_finish(const aud_chooser *chooser, const aud_control *house,
                                            size_t num_house, aud_error *err);

#endif
