/* engine/audit/change_parts.h - what the files of a change share; for this room only. */
#ifndef AUD_AUDIT_CHANGE_PARTS_H
#define AUD_AUDIT_CHANGE_PARTS_H

#include "engine/audit/change.h"
#include "engine/audit/run_parts.h"
#include "engine/vcs/range.h"

/* narrow.c: leaves of the head's result what was not there at the base; fills result.change. */
AUD_NODISCARD aud_status aud_change_narrow(aud_run *head, const aud_run *base,
                                           aud_change_info *change, aud_error *err);

#endif
