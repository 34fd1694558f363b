/* engine/policy/asks.h - what a policy may ask about, from the words of its text. */
#ifndef AUD_POLICY_ASKS_H
#define AUD_POLICY_ASKS_H

#include "engine/base/base.h"

/*
 * aud_dep bits of every fact of these kinds, and of their parts, whose name stands in the text:
 * more than it asks, and less only by a name that it puts together while it runs.
 */
unsigned aud_source_asks(aud_str text, unsigned kinds);

#endif
