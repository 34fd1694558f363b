/* engine/policy/pack.h - pack.lua: what the policies of a pack have in common. */
#ifndef AUD_POLICY_PACK_H
#define AUD_POLICY_PACK_H

#include "engine/policy/vm.h"

/* What pack() fills while the text is loaded. */
typedef struct aud_pack {
    aud_str name, path, text; /* `text` is empty for a pack without one */
    aud_arena *arena;
    bool tried, broken, done;
    aud_str title;
    aud_str cite_doc, cite_version, cite_at, cite_url; /* for policies that do not say */
    const aud_control *controls;                       /* its own, beside the catalogue */
    size_t num_controls;
} aud_pack;

/* pack { ... } of Lua. Fills vm->pack, if there is one. */
int aud_pack_declare(lua_State *L);

/* Its own control, or NULL. */
const aud_control *aud_pack_control(const aud_pack *pack, aud_str id);

#endif
