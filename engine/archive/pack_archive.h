/* engine/archive/pack_archive.h - a folder of files as .zip or .tar.gz, always the same bytes. */
#ifndef AUD_ARCHIVE_PACK_ARCHIVE_H
#define AUD_ARCHIVE_PACK_ARCHIVE_H

#include "engine/base/memory.h"

typedef enum aud_archive_kind {
    AUD_ARCHIVE_NONE,
    AUD_ARCHIVE_ZIP,
    AUD_ARCHIVE_TAR_GZ
} aud_archive_kind;
/* By the name: ".zip", ".tar.gz", ".tgz"; AUD_ARCHIVE_NONE for any other, which is a folder. */
aud_archive_kind aud_archive_kind_of(aud_str path);

/*
 * Packs files of `folder`, in the order given, below one folder `top`. Owners, modes and times are
 * fixed: the same files give the same bytes wherever and whenever they are packed.
 */
AUD_NODISCARD aud_status aud_archive_write(aud_archive_kind kind, aud_str folder, aud_str top,
                                           const aud_str *paths, size_t num_paths, aud_str to,
                                           aud_error *err);
/*
 * Unpacks into `folder`, which is there and empty. The one folder that all lies in is left out.
 * Refused, AUD_E_FORMAT: links, devices, paths that leave the folder, a path twice; AUD_E_LIMIT:
 * more than 100,000 files or 8 GiB.
 */
AUD_NODISCARD aud_status aud_archive_read(aud_str from, aud_str folder, aud_error *err);

#endif
