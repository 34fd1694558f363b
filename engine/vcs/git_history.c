/* engine/vcs/git_history.c - the versions of one file along a revision's first parents. */
#include "engine/vcs/history.h"
#include "engine/vcs/internal.h"

#include <git2.h>

enum { COMMITS_MAX = 1 << 17 };

/* The file as one commit has it. */
typedef struct version {
    git_commit *commit;
    git_oid blob;
    bool present;
} version;

static void version_clear(version *v)
{
    git_commit_free(v->commit);
    *v = (version){0};
}

/* Gives false where the commit, or what it needs, is not at hand. */
static bool look_up(git_repository *repo, const git_oid *id, const char *path, version *out)
{
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    int code = git_commit_lookup(&out->commit, repo, id);

    if (code == 0) {
        code = git_commit_tree(&tree, out->commit);
    }
    if (code == 0) {
        code = git_tree_entry_bypath(&entry, tree, path);
        out->present = code == 0 && git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
        if (out->present) {
            out->blob = *git_tree_entry_id(entry);
        }
        code = code == GIT_ENOTFOUND ? 0 : code;
    }
    git_tree_entry_free(entry);
    git_tree_free(tree);
    git_error_clear();
    return code == 0;
}

bool aud_git_is_signed(const git_commit *commit)
{
    git_buf signature = GIT_BUF_INIT;
    const bool found = git_commit_header_field(&signature, commit, "gpgsig") == 0;

    git_buf_dispose(&signature);
    git_error_clear();
    return found;
}

void aud_git_author(const git_commit *commit, char out[AUD_GIT_AUTHOR_MAX])
{
    const git_signature *author = git_commit_author(commit);

    (void)snprintf(out, AUD_GIT_AUTHOR_MAX, "%s <%s>", author == NULL ? "" : author->name,
                   author == NULL ? "" : author->email);
}

static aud_status tell(git_repository *repo, const version *v, size_t max, aud_version_each each,
                       void *ctx, aud_error *err)
{
    char hex[GIT_OID_HEXSZ], name[AUD_GIT_AUTHOR_MAX];
    git_blob *blob = NULL;
    aud_commit_info info = {.instant = git_commit_time(v->commit),
                            .is_signed = aud_git_is_signed(v->commit)};
    aud_status st;

    (void)git_oid_fmt(hex, git_commit_id(v->commit));
    aud_git_author(v->commit, name);
    info.id = (aud_str){hex, sizeof hex};
    info.author = aud_str_of(name);
    if (git_blob_lookup(&blob, repo, &v->blob) < 0) {
        git_error_clear();
        return aud_fail(err, AUD_E_NOT_FOUND, "an earlier version of the file is not at hand");
    }
    if ((uint64_t)git_blob_rawsize(blob) > max) {
        st = aud_fail(err, AUD_E_LIMIT, "an earlier version of the file is over %zu bytes", max);
    } else {
        st = each(ctx, &info, (aud_str){git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob)},
                  err);
    }
    git_blob_free(blob);
    return st;
}

aud_status aud_vcs_history(aud_vcs *vcs, aud_str path, size_t max, aud_version_each each, void *ctx,
                           bool *out_cut, aud_error *err)
{
    AUD_CLEANUP(version_clear) version now = {0};
    char text[VCS_PATH_MAX + 1];
    git_oid id;

    *out_cut = false;
    if (vcs->repo == NULL || path.len == 0 || path.len > VCS_PATH_MAX ||
        git_oid_fromstrn(&id, vcs->rev.ptr, vcs->rev.len) < 0) {
        git_error_clear();
        return aud_fail(err, AUD_E_NOT_FOUND, "lies in no revision of a git repository");
    }
    memcpy(text, path.ptr, path.len);
    text[path.len] = '\0';
    if (!look_up(vcs->repo, &id, text, &now) || !now.present) {
        return aud_fail(err, AUD_E_NOT_FOUND, "is not in the revision");
    }
    for (size_t i = 0; now.present; i++) {
        AUD_CLEANUP(version_clear) version then = {0};
        const bool root = git_commit_parentcount(now.commit) == 0;
        const bool at_hand = !root && i < COMMITS_MAX &&
                             look_up(vcs->repo, git_commit_parent_id(now.commit, 0), text, &then);

        *out_cut = !root && !at_hand;
        if (root || *out_cut || !then.present || !git_oid_equal(&now.blob, &then.blob)) {
            const aud_status st = tell(vcs->repo, &now, max, each, ctx, err);

            if (st == AUD_END || root || *out_cut) {
                return st == AUD_END ? AUD_OK : st;
            }
            AUD_TRY(st);
        }
        version_clear(&now);
        now = then;
        then.commit = NULL;
    }
    return AUD_OK;
}
