/* engine/vcs/git_repo.c - libgit2 without any configuration: opening, revisions, objects. */
#include "engine/base/text.h"
#include "engine/pki/cert.h"
#include "engine/vcs/internal.h"

#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <sys/stat.h>

enum {
    COPY_MAX = 1 << 20,  /* up to here a copy with its header is digested by OpenSSL */
    BLOCK_MAX = 1 << 20, /* libgit2's own blocks, and the bases of deltas, may be as large */
    BLOCK_EXTRA = 64,
};

/* Copies libgit2's message of this thread, and clears it. */
static void take_message(char *out, size_t size, int *out_class)
{
    const git_error *last = git_error_last();

    (void)snprintf(out, size, "%s",
                   last != NULL && last->message != NULL ? last->message : "no reason given");
    *out_class = last != NULL ? last->klass : GIT_ERROR_NONE;
    git_error_clear();
}

static aud_status fail_git(aud_error *err, int code, const char *what)
{
    char message[512];
    int class;

    take_message(message, sizeof message, &class);
    if (class == GIT_ERROR_NOMEMORY) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    return aud_fail(err, code == GIT_ENOTFOUND ? AUD_E_NOT_FOUND : AUD_E_FORMAT, "%s: %s", what,
                    message);
}

static aud_status start(aud_vcs *vcs, aud_error *err)
{
    static const int levels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                 GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA};

    if (aud_git_memory_setup() < 0 || git_libgit2_init() < 0) {
        return fail_git(err, 0, "cannot start libgit2");
    }
    vcs->git_started = true;
    for (size_t i = 0; i < AUD_COUNT(levels); i++) {
        if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") < 0) {
            return fail_git(err, 0, "cannot set libgit2 up");
        }
    }
    /* ids are checked here, several times faster; owners in git_trust.c */
    if (git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0) < 0 ||
        git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
        git_libgit2_opts(GIT_OPT_DISABLE_PACK_KEEP_FILE_CHECKS, 1) < 0) {
        return fail_git(err, 0, "cannot set libgit2 up");
    }
    return AUD_OK;
}

/* What a push brings lies beside the repository until the push is taken. */
static int add_objects(const aud_vcs *vcs, git_odb *odb)
{
    return vcs->objects.len == 0 ? 0 : git_odb_add_disk_alternate(odb, vcs->objects.ptr);
}

static int add_to_repository(aud_vcs *vcs)
{
    git_odb *odb = NULL;
    int code = git_repository_odb(&odb, vcs->repo);

    code = code < 0 ? code : add_objects(vcs, odb);
    git_odb_free(odb);
    return code;
}

/* Opened as bare, libgit2 1.5 reads no configuration; an empty one then stands in its place. */
static aud_status open_repository(aud_vcs *vcs, aud_error *err)
{
    git_config *empty = NULL;
    int code = git_repository_open_bare(&vcs->repo, vcs->git.gitdir.ptr);

    if (code < 0) {
        const git_error *last = git_error_last();
        /* libgit2 1.5.1 says so when the owner is not ours */
        bool foreign = code == GIT_EOWNER ||
                       (code == GIT_ENOTFOUND && last != NULL && last->klass == GIT_ERROR_CONFIG);

        return foreign ? (git_error_clear(),
                          aud_fail(err, AUD_E_DENIED,
                                   "the repository belongs to another user; trust it with 'git "
                                   "config --global --add safe.directory %.*s'",
                                   AUD_ARG(vcs->git.gitdir)))
                       : fail_git(err, 0, "cannot open the repository");
    }
    code = git_config_new(&empty);
    if (code == 0) {
        code = git_repository_set_config(vcs->repo, empty);
    }
    git_config_free(empty);
    code = code < 0 ? code : add_to_repository(vcs);
    return code < 0 ? fail_git(err, 0, "cannot open the repository") : AUD_OK;
}

bool aud_git_is_shallow(const aud_vcs *vcs)
{
    char path[VCS_PATH_MAX + 1];
    struct stat st;
    size_t len;

    return aud_path_join(path, vcs->git.common, AUD_LIT("shallow"), &len) && stat(path, &st) == 0 &&
           st.st_size > 0;
}

static aud_status fail_revision(const aud_vcs *vcs, aud_str rev, int code, aud_error *err)
{
    char message[512];
    int class;
    bool head = aud_str_starts(rev, AUD_LIT("HEAD")) || aud_str_starts(rev, AUD_LIT("@"));

    take_message(message, sizeof message, &class);
    if (class == GIT_ERROR_NOMEMORY) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (head && git_repository_head_unborn(vcs->repo) == 1) {
        git_error_clear();
        return aud_fail(err, AUD_E_NOT_FOUND,
                        "HEAD is a branch that has no commit yet, so there is no '%.*s'; name a "
                        "branch that has one, or judge the files on disk without a revision",
                        AUD_ARG(rev));
    }
    git_error_clear();
    if (code == GIT_EAMBIGUOUS) {
        return aud_fail(err, AUD_E_NOT_FOUND, "revision '%.*s' means several objects; spell it out",
                        AUD_ARG(rev));
    }
    if (aud_git_is_shallow(vcs)) {
        return aud_fail(err, AUD_E_NOT_FOUND,
                        "this shallow clone does not hold revision '%.*s'; fetch it with 'git "
                        "fetch --unshallow', in CI with fetch-depth: 0 or GIT_DEPTH: 0",
                        AUD_ARG(rev));
    }
    return aud_fail(err, AUD_E_NOT_FOUND, "there is no revision '%.*s' (%s)%s", AUD_ARG(rev),
                    message, vcs->partial ? "; this is a partial clone, fetch it first" : "");
}

static aud_status resolve(aud_vcs *vcs, aud_str rev, aud_error *err)
{
    char text[1024];
    git_object *found = NULL, *commit = NULL;
    char hex[GIT_OID_HEXSZ];
    int code;

    if (rev.len >= sizeof text || memchr(rev.ptr, '\0', rev.len) != NULL) {
        return aud_fail(err, AUD_E_USAGE, "a revision is at most %zu characters, without NUL",
                        sizeof text - 1);
    }
    memcpy(text, rev.ptr, rev.len);
    text[rev.len] = '\0';
    code = git_revparse_single(&found, vcs->repo, text);
    if (code < 0) {
        return fail_revision(vcs, rev, code, err);
    }
    code = git_object_peel(&commit, found, GIT_OBJECT_COMMIT);
    git_object_free(found);
    if (code == GIT_ENOTFOUND) {
        return fail_revision(vcs, rev, code, err);
    }
    if (code < 0) {
        git_error_clear();
        return aud_fail(err, AUD_E_NOT_FOUND, "'%.*s' names no commit", AUD_ARG(rev));
    }
    memcpy(vcs->tree, git_commit_tree_id((const git_commit *)commit)->id, sizeof vcs->tree);
    (void)git_oid_fmt(hex, git_object_id(commit));
    git_object_free(commit);
    return aud_arena_dup(&vcs->arena, (aud_str){hex, sizeof hex}, &vcs->rev, err);
}

/* What `git add -N` announced is not staged. */
static int drop_announced(git_index *index)
{
    for (size_t i = git_index_entrycount(index); i > 0; i--) {
        const git_index_entry *entry = git_index_get_byindex(index, i - 1);

        if ((entry->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) != 0) {
            const int code = git_index_remove(index, entry->path, 0);
            if (code < 0) {
                return code;
            }
        }
    }
    return 0;
}

/* Trees of the index, in memory: nothing is written into the repository. */
static int write_staged(aud_vcs *vcs, const char *path, git_oid *out)
{
    git_odb *odb = NULL;
    git_odb_backend *memory = NULL;
    git_index *index = NULL;
    int code = git_repository_odb(&odb, vcs->repo);

    code = code < 0 ? code : git_mempack_new(&memory);
    code = code < 0 ? code : git_odb_add_backend(odb, memory, 999);
    code = code < 0 ? code : git_index_open(&index, path);
    code = code < 0 ? code : drop_announced(index);
    code = code < 0 ? code : git_index_write_tree_to(out, index, vcs->repo);
    git_index_free(index);
    git_odb_free(odb);
    return code;
}

static aud_status resolve_staged(aud_vcs *vcs, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    struct stat st;
    git_oid tree;
    size_t len;
    int code;

    if (vcs->git.top.len == 0) {
        return aud_fail(err, AUD_E_NOT_FOUND,
                        "a bare repository has no index, so nothing is "
                        "staged in it");
    }
    if (vcs->index.len > VCS_PATH_MAX ||
        !aud_path_join(path, vcs->git.gitdir, AUD_LIT("index"), &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    if (vcs->index.len > 0) {
        memcpy(path, vcs->index.ptr, vcs->index.len + 1);
    }
    if (stat(path, &st) != 0) {
        return aud_fail(err, AUD_E_NOT_FOUND,
                        "there is no index '%s': stage what is to be judged "
                        "with 'git add'",
                        path);
    }
    vcs->staged = true;
    code = write_staged(vcs, path, &tree);
    if (code == GIT_EUNMERGED) {
        git_error_clear();
        return aud_fail(err, AUD_E_NOT_FOUND,
                        "the index holds conflicts: resolve and add them "
                        "first");
    }
    if (code < 0) {
        return fail_git(err, code,
                        "cannot read the index; 'git read-tree HEAD' writes it anew, "
                        "'git sparse-checkout disable' and 'git update-index "
                        "--no-split-index' write it whole");
    }
    memcpy(vcs->tree, tree.id, sizeof vcs->tree);
    return AUD_OK;
}

aud_status aud_git_open(aud_vcs *vcs, aud_str rev, aud_error *err)
{
    AUD_TRY(start(vcs, err));
    AUD_TRY(open_repository(vcs, err));
    return aud_str_eq(rev, AUD_REV_STAGED) ? resolve_staged(vcs, err) : resolve(vcs, rev, err);
}

void aud_git_close(aud_vcs *vcs)
{
    git_repository_free(AUD_MOVE(vcs->repo));
    if (vcs->git_started) {
        (void)git_libgit2_shutdown();
        vcs->git_started = false;
    }
}

aud_status aud_git_odb(const aud_vcs *vcs, git_odb **out, aud_error *err)
{
    char path[VCS_PATH_MAX + 1];
    size_t len;
    int code;

    if (vcs->staged) {
        code = git_repository_odb(out, vcs->repo);
        return code < 0 ? fail_git(err, code, "cannot open the objects") : AUD_OK;
    }
    if (!aud_path_join(path, vcs->git.common, AUD_LIT("objects"), &len)) {
        return aud_fail(err, AUD_E_LIMIT, "a path is longer than %d bytes", VCS_PATH_MAX);
    }
    code = git_odb_open(out, path);
    if (code == 0 && add_objects(vcs, *out) < 0) {
        git_odb_free(AUD_MOVE(*out));
        code = -1;
    }
    return code < 0 ? fail_git(err, code, "cannot open the objects") : AUD_OK;
}

/* SHA-1 over "blob LENGTH", NUL and the bytes is the id. */
static aud_status digest(int type, aud_str bytes, aud_buf *scratch, unsigned char out[20],
                         aud_error *err)
{
    if (bytes.len > COPY_MAX) {
        git_oid id;
        int code = git_odb_hash(&id, bytes.ptr, bytes.len, (git_object_t)type);

        memcpy(out, id.id, sizeof id.id);
        return code < 0 ? fail_git(err, 0, "cannot check an object") : AUD_OK;
    }
    scratch->len = 0;
    AUD_TRY(aud_buf_reserve(scratch, bytes.len + 64, err));
    scratch->len = (size_t)snprintf(scratch->ptr, 64, "%s %zu",
                                    git_object_type2string((git_object_t)type), bytes.len) +
                   1;
    if (bytes.len > 0) {
        memcpy(scratch->ptr + scratch->len, bytes.ptr, bytes.len);
        scratch->len += bytes.len;
    }
    return aud_sha1(aud_buf_str(scratch), out, err);
}

static aud_status fail_object(const aud_vcs *vcs, const git_oid *id, int code, aud_error *err)
{
    char hex[GIT_OID_HEXSZ + 1];
    char message[512];
    int class;

    take_message(message, sizeof message, &class);
    (void)git_oid_tostr(hex, sizeof hex, id);
    if (class == GIT_ERROR_NOMEMORY) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    if (code != GIT_ENOTFOUND) {
        return aud_fail(err, AUD_E_FORMAT, "object %s is damaged: %s", hex, message);
    }
    return aud_fail(err, AUD_E_NOT_FOUND,
                    vcs->partial ? "object %s is not in this partial clone, its promisor remote "
                                   "has it; clone without --filter"
                                 : "object %s is missing from the repository; run 'git fsck'",
                    hex);
}

/* What an object larger than wanted, or with a part larger than wanted, tells of itself. */
static aud_status read_large(const aud_vcs *vcs, git_odb *odb, const git_oid *id, uint64_t max,
                             git_odb_object **out, aud_error *err)
{
    size_t size = 0;
    git_object_t type;
    int code = git_odb_read_header(&size, &type, odb, id);

    if (code == 0 && size > max) {
        return aud_fail(err, AUD_E_LIMIT, "holds %zu bytes, more than %llu", size,
                        (unsigned long long)max);
    }
    code = code < 0 ? code : git_odb_read(out, odb, id);
    return code < 0 ? fail_object(vcs, id, code, err) : AUD_OK;
}

static aud_status read_object(const aud_vcs *vcs, git_odb *odb, const git_oid *id, uint64_t max,
                              git_odb_object **out, aud_error *err)
{
    int code;

    aud_git_memory_limit((size_t)(max > BLOCK_MAX ? max : BLOCK_MAX) + BLOCK_EXTRA);
    code = git_odb_read(out, odb, id);
    if (aud_git_memory_end() && code < 0) {
        git_error_clear();
        return read_large(vcs, odb, id, max, out, err);
    }
    if (code == 0 && git_odb_object_size(*out) > max) {
        git_odb_object_free(AUD_MOVE(*out));
        return read_large(vcs, odb, id, max, out, err);
    }
    return code < 0 ? fail_object(vcs, id, code, err) : AUD_OK;
}

aud_status aud_git_object(const aud_vcs *vcs, git_odb *odb, const git_wanted *wanted,
                          aud_buf *scratch, git_odb_object **out, aud_str *out_bytes,
                          aud_error *err)
{
    unsigned char got[20];
    git_oid id;
    aud_status st;

    memcpy(id.id, wanted->id, sizeof id.id);
    AUD_TRY(read_object(vcs, odb, &id, wanted->max, out, err));
    *out_bytes = (aud_str){git_odb_object_data(*out), git_odb_object_size(*out)};
    st = digest((int)git_odb_object_type(*out), *out_bytes, scratch, got, err);
    if (st == AUD_OK && (memcmp(got, wanted->id, sizeof got) != 0 ||
                         (int)git_odb_object_type(*out) != wanted->type)) {
        char hex[GIT_OID_HEXSZ + 1];

        st = aud_fail(err, AUD_E_FORMAT, "object %s is damaged: its bytes do not give its id%s",
                      git_oid_tostr(hex, sizeof hex, &id),
                      memcmp(got, wanted->id, sizeof got) != 0 ? "" : " as what it is used for");
    }
    if (st != AUD_OK) {
        git_odb_object_free(AUD_MOVE(*out));
    }
    return st;
}
