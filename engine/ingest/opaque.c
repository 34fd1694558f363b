/* engine/ingest/opaque.c - git-crypt, sops, ansible-vault, age, OpenPGP and git-LFS by content. */
#include "engine/ingest/opaque.h"

#include "engine/base/text.h"

static bool has(aud_str s, const char *needle)
{
    return aud_str_has(s, aud_str_of(needle));
}

/* OpenPGP's binary form has no magic worth the name, so only the armour counts. */
static bool is_age_or_pgp(aud_str head)
{
    return aud_str_starts(head, AUD_LIT("age-encryption.org/v1\n")) ||
           aud_str_starts(head, AUD_LIT("-----BEGIN AGE ENCRYPTED FILE-----")) ||
           aud_str_starts(head, AUD_LIT("-----BEGIN PGP MESSAGE-----"));
}

/* A pointer is tiny (the specification says under 1,024 bytes) and begins with its version. */
static bool is_lfs_pointer(aud_str head, uint64_t size)
{
    return size < 1024 &&
           aud_str_starts(head, AUD_LIT("version https://git-lfs.github.com/spec/v1")) &&
           has(head, "\noid sha256:") && has(head, "\nsize ");
}

/*
 * sops' metadata: "sops" as a top-level key with the message's authentication code and the time of
 * the last change, in YAML, JSON (also of a whole encrypted file), INI or dotenv.
 */
static bool has_sops_block(aud_str text)
{
    const bool key = aud_str_starts(text, AUD_LIT("sops:")) || has(text, "\nsops:") ||
                     has(text, "\"sops\"") || has(text, "\n[sops]") || has(text, "sops_mac=");

    return key && has(text, "mac") && has(text, "lastmodified") && has(text, "ENC[AES256_GCM,");
}

/* A file that begins with a PEM block is in none of sops' formats: most files of a run, not worth a
 * search. ("---" alone begins a YAML document.) */
static bool may_be_sops(aud_str head)
{
    return !aud_str_starts(head, AUD_LIT("-----BEGIN"));
}

static aud_status find_sops(aud_input *input, bool *out, aud_error *err)
{
    static const size_t max = (size_t)4 << 20;
    const aud_str mark = AUD_LIT("ENC[AES256_GCM,");
    aud_str whole = input->head;

    *out = false;
    if (!may_be_sops(input->head)) {
        return AUD_OK;
    }
    if (input->size > max) {
        /* so many values of sops, and nowhere to look: closed rather than open */
        *out = aud_str_has(input->head, mark);
        return AUD_OK;
    }
    if (input->size > input->head.len) {
        AUD_TRY(input->whole(input, max, &whole, err));
        AUD_TRY(input->rewind(input, err));
    }
    *out = aud_str_has(whole, mark) && has_sops_block(whole);
    return AUD_OK;
}

aud_status aud_opaque_find(aud_input *input, aud_opaque *out, aud_error *err)
{
    const aud_str head = input->head;
    bool sops = false;

    *out = (aud_opaque){.whole = true};
    if (aud_str_starts(head, (aud_str){"\0GITCRYPT\0", 10})) {
        out->kind = AUD_GAP_ENCRYPTED;
        out->reason = "encrypted by git-crypt; run 'git-crypt unlock' and check the work tree, or "
                      "accept it with a reason";
    } else if (aud_str_starts(head, AUD_LIT("$ANSIBLE_VAULT;"))) {
        out->kind = AUD_GAP_ENCRYPTED;
        out->reason = "encrypted by ansible-vault; check it decrypted in the deploy job, or accept "
                      "it with a reason";
    } else if (is_age_or_pgp(head)) {
        out->kind = AUD_GAP_ENCRYPTED;
        out->reason = "encrypted for age or OpenPGP recipients; check it decrypted in the deploy "
                      "job, or accept it with a reason";
    } else if (is_lfs_pointer(head, input->size)) {
        out->kind = AUD_GAP_LFS;
        out->reason = "a git-LFS pointer, the content lies elsewhere; run 'git lfs pull' and check "
                      "the work tree, or accept it with a reason";
    } else {
        AUD_TRY(find_sops(input, &sops, err));
        if (sops) {
            out->kind = AUD_GAP_ENCRYPTED;
            out->reason = "values encrypted by sops; check it decrypted in the deploy job, or "
                          "accept it with a reason";
            out->whole = false;
        }
    }
    return AUD_OK;
}
