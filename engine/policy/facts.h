/* engine/policy/facts.h - subjects, their parts and lists as a policy sees them: read-only. */
#ifndef AUD_POLICY_FACTS_H
#define AUD_POLICY_FACTS_H

#include "engine/policy/vm.h"

/*
 * A fact read is remembered: a second read of the same object costs one look-up. Objects and
 * lists hold for one check, and the subject for all checks of it.
 */

/* Prepares the metatables of every kind of object; needs vm->L. */
void aud_facts_open(lua_State *L);
/* Pushes a userdata that aud_facts_set_subject fills. */
void aud_facts_push_subject(lua_State *L, const aud_object_type *type);
/* Points the userdata at another subject and forgets what was read. */
void aud_facts_set_subject(void *userdata, aud_object object);
/* The object at `index`, or a misuse that names `what`. */
aud_object aud_facts_check(lua_State *L, int index, const char *what);
/* is_known(object, "field") and is_known(object, "key.bits"). */
int aud_facts_is_known(lua_State *L);
/* The type of the fact that a dotted path names, as far as lists and objects lead there. */
bool aud_facts_type_of(const aud_object_type *type, aud_str path, aud_type *out);

#endif
