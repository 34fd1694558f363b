/* engine/policy/packs.h - pack.lua: what the policies of a pack have in common. */
#ifndef AUD_POLICY_PACKS_H
#define AUD_POLICY_PACKS_H

#include "engine/policy/vm.h"

/* What pack() fills while the text is loaded. */
typedef struct aud_policy_pack {
    aud_str name, path, text; /* `text` is empty for a pack without one */
    aud_arena *arena;
    bool tried, broken, done;
    aud_str title;
    aud_str cite_doc, cite_version, cite_at, cite_url; /* for policies that do not say */
    const aud_control *controls;                       /* its own, beside the catalogue */
    size_t num_controls;
} aud_policy_pack;

/* pack { ... } of Lua. Fills vm->pack, if there is one. */
int aud_policy_pack_declare(lua_State *L);

/* Its own control, or NULL. */
const aud_control *aud_policy_pack_control(const aud_policy_pack *pack, aud_str id);

#endif
