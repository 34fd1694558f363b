/* engine/population/endpoints.h - several reports of one endpoint become one set of facts. */
#ifndef AUD_POPULATION_ENDPOINTS_H
#define AUD_POPULATION_ENDPOINTS_H

#include "engine/population/population_parts.h"

/*
 * The facts of an endpoint that `num` reports speak of. Newer reports win over those that are more
 * than an hour older, fact by fact; between the others, and those that do not say when they were
 * made, what any one saw counts, and what another denied is listed in `disagreements`. A single
 * fact (true or false, a number) on which they disagree is unknown.
 * `certs` are the run's certificates, sorted by digest: RSA and EC leaves side by side agree.
 */
AUD_NODISCARD aud_status aud_endpoints_merge(const raw_sighting *raws, size_t num,
                                             const raw_sighting *certs, size_t num_certs,
                                             aud_arena *arena, const aud_bag **out, aud_error *err);

/* Marks what was served only once: leaves of reports that a newer one of the endpoint replaces. */
void aud_endpoints_outdate(raw_sighting *raws, size_t num_raws);

/*
 * Does a certificate with these names stand for `name`? Only the subjectAltName counts; a wildcard
 * is the whole leftmost label and stands for one label; A-labels are compared without case;
 * addresses by their bytes.
 *
 * Source: RFC 9525, 6.3 and 6.4; RFC 9110, 4.3.5 for addresses.
 */
bool aud_name_matches(aud_str name, const aud_value *dns_names, const aud_value *ip_addresses);

#endif
