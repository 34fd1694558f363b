/* engine/policy/describe.h - the API of policies in writing, from the tables that make it. */
#ifndef AUD_POLICY_DESCRIBE_H
#define AUD_POLICY_DESCRIBE_H

#include "engine/base/out.h"

/* For editors: annotations of the Lua language server (---@meta). */
void aud_policy_annotations(aud_out *out);
/* For people: the reference page in Markdown. */
void aud_policy_reference(aud_out *out);

#endif
