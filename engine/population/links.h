/* engine/population/links.h - which records and precertificates are a certificate that is at hand.
 */
#ifndef AUD_POPULATION_LINKS_H
#define AUD_POPULATION_LINKS_H

#include "engine/population/population_parts.h"

/*
 * Turns a record's sighting into one of its certificate (by SHA-256, then SHA-1, then issuer and
 * serial where just one fits), and a precertificate's into one of the final certificate.
 * `raws` is sorted; gives true if any was turned, and it must be sorted again. What cannot be
 * linked, also for want of memory, stays a subject of its own and is judged as such.
 */
bool aud_link_raws(raw_sighting *raws, size_t num_raws, aud_arena *arena);

/* A serial number in hexadecimal without leading zeros: spellings of one number are one text. */
aud_str aud_serial_digits(aud_str hex);

/* Are these one distinguished name, in whichever of the usual spellings, first part first or last?
 */
bool aud_same_name(aud_str a, aud_str b);

#endif
