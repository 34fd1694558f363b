/* engine/ingest/config_files.h - the files that a server's configuration names, where the source
 * has them. */
#ifndef AUD_INGEST_CONFIG_FILES_H
#define AUD_INGEST_CONFIG_FILES_H

#include "engine/ingest/tls_config.h"

typedef struct aud_config_files {
    const aud_reading *reading;
    /* Where the server's configuration lies on its host, with a final '/': "/etc/nginx/". An
     * absolute path that begins so means the folder of the main file. */
    const char *const *prefixes;
    size_t num_prefixes;
    bool main; /* the file being read is the main one: relative paths begin at its folder */
    size_t num_opened;
} aud_config_files;

/*
 * The file that a path means: below the main file's folder, below the folder that stands for the
 * host's root (any that holds the file being read), and for a part of a configuration, whose main
 * file is not known, below any folder that holds it. `*out` is NULL where the source has no such
 * file, or that cannot be read. Close it.
 */
AUD_NODISCARD aud_status aud_config_open(aud_config_files *files, aud_str written, aud_input **out,
                                         aud_error *err);
void aud_config_closep(aud_input **input);
/* Likewise of a pattern; gives paths for aud_input.open. Nothing fits: `*out_num` is 0. */
AUD_NODISCARD aud_status aud_config_glob(aud_config_files *files, aud_str pattern, aud_str **out,
                                         size_t *out_num, aud_error *err);

/* Adds a certificate file, as written, with what is in it; unless `literal`, only its name. */
AUD_NODISCARD aud_status aud_config_certificate(aud_tls_config *c, aud_config_files *files,
                                                aud_str written, bool literal, aud_error *err);
/* What PEM or DER of a file holds. `out->found` is false where there is no such file. */
AUD_NODISCARD aud_status aud_config_chain_read(aud_config_files *files, aud_str written,
                                               aud_config_chain *out, aud_error *err);
/* Adds a key file, and holds it against the certificate file of the same number. */
AUD_NODISCARD aud_status aud_config_key(aud_tls_config *c, aud_config_files *files, aud_str written,
                                        bool literal, aud_error *err);
/* DH parameters: their size becomes dh_bits if it is the least. */
AUD_NODISCARD aud_status aud_config_dh(aud_tls_config *c, aud_config_files *files, aud_str written,
                                       aud_error *err);
void aud_config_dh_of(aud_tls_config *c, const aud_config_chain *chain);

#endif
