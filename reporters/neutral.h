/* reporters/neutral.h - text of an input made harmless for a terminal, a CI log, a Markdown link.
 *
 * A certificate's names, a path, a record id: all are written by whoever wrote the input. On a
 * console they could move the cursor, hide themselves, or be obeyed by the CI system as a command.
 */
#ifndef AUD_REPORTERS_NEUTRAL_H
#define AUD_REPORTERS_NEUTRAL_H

#include "engine/base/out.h"

enum { AUD_NEUTRAL_PIECE = 16 };

/*
 * The next piece of `text` from `*at` on, which moves behind it: a run that is harmless as it
 * stands, or an escape written into `scratch`. Empty at the end.
 *
 * Invalid UTF-8 becomes \xNN; controls, line ends, bidirectional and invisible characters become
 * \u{hex}; a tab becomes a blank. One character of each mark that a CI system obeys is escaped:
 * "::" where a line could begin, "##", "[[ATTACHMENT", "section_start:" and their like.
 */
aud_str aud_neutral_next(aud_str text, size_t *at, char scratch[AUD_NEUTRAL_PIECE]);

/* True if the whole text would come out as it is. */
bool aud_neutral_is(aud_str text);

void aud_neutral_put(aud_out *out, aud_str text);
AUD_NODISCARD aud_status aud_neutral_add(aud_buf *buf, aud_str text, aud_error *err);

/* The longest beginning of `text` with at most `max` bytes that ends between characters. */
aud_str aud_neutral_cut(aud_str text, size_t max);

#endif
