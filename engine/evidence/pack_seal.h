/* engine/evidence/pack_seal.h - signature and time stamp of a pack, and its archive. */
#ifndef AUD_EVIDENCE_PACK_SEAL_H
#define AUD_EVIDENCE_PACK_SEAL_H

#include "engine/evidence/sums.h"
#include "engine/pki/cms.h"

/* Writes SHA256SUMS.p7s and the query for a time stamp over it. Errors: those of aud_cms_sign. */
AUD_NODISCARD aud_status aud_pack_sign(aud_str folder, const aud_cms_signer *signer,
                                       aud_error *err);
/*
 * Adds a reply to that query as SHA256SUMS.p7s.tsr.
 * Errors: AUD_E_FORMAT where it is none for this pack's signature; AUD_E_IO, also where there is
 *         one already.
 */
AUD_NODISCARD aud_status aud_pack_attach(aud_str folder, aud_str reply, aud_error *err);

/*
 * Packs the folder into the archive that `path` names, beside it first and then renamed; over one
 * that is there only with `over`.
 */
AUD_NODISCARD aud_status aud_pack_archive(aud_str folder, aud_str path, bool over, aud_error *err);
/* Whether the archive is, byte for byte, what packing the folder gives. */
AUD_NODISCARD aud_status aud_pack_archive_same(aud_str folder, aud_str path, bool *out,
                                               aud_error *err);

#endif
