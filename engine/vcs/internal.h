/* engine/vcs/internal.h - what the files of this room share. */
#ifndef AUD_VCS_INTERNAL_H
#define AUD_VCS_INTERNAL_H

#include "engine/vcs/vcs.h"

struct git_repository; /* libgit2; only git_*.c and reader.c look inside */
struct git_odb;
struct git_odb_object;
struct git_commit;

enum {
    VCS_PATH_MAX = 4095,      /* of one path inside a source, as the system has it */
    VCS_DEPTH_MAX = 1024,     /* folders in folders */
    VCS_LINK_HOPS = 40,       /* links followed for one path, as the system has it */
    VCS_HEAD_MAX = 64 << 10,  /* of an input's head */
    VCS_NEIGHBOUR_DEPTH = 64, /* neighbours opened from neighbours */
};
#define VCS_ENTRIES_MAX ((size_t)8 << 20)
#define VCS_BLOB_MAX ((uint64_t)1 << 30)

typedef enum vcs_mode {
    VCS_FOLDER, /* a plain folder or file */
    VCS_WORK,   /* a git work tree as it lies on disk */
    VCS_TREE,   /* a revision */
} vcs_mode;

/* A symbolic link of a git source. It is no entry: what it leads to is judged at its own path. */
typedef struct vcs_link {
    aud_str path, target;
} vcs_link;

/* Where a repository lies. All paths are real (no links, absolute) and NUL-terminated. */
typedef struct vcs_place {
    aud_str top;    /* of the work tree; empty for a bare repository */
    aud_str dot;    /* ".git" in the work tree, file or folder; empty for a bare repository */
    aud_str gitdir; /* HEAD and index */
    aud_str common; /* objects, refs and config: differs in a linked work tree */
} vcs_place;

struct aud_vcs {
    aud_arena arena;
    vcs_mode mode;
    aud_place place;
    bool follow_links;
    aud_str name, prefix, rev;
    aud_str objects; /* further ones, NUL-terminated; may be empty */
    aud_str index;   /* that is staged, NUL-terminated; empty: the repository's own */
    bool staged;     /* its trees are in memory alone, with `repo` */
    aud_str root;    /* real path of the opened folder, or of the opened file's; disk modes only */
    int root_fd;     /* of it */
    aud_str only;    /* the opened file's name in `root`; empty for a folder */
    vcs_place git;
    bool partial;     /* objects may be left with a promisor */
    bool git_started; /* libgit2 counts its users */
    struct git_repository *repo;
    unsigned char tree[20]; /* of the revision, at the repository's root */
    AUD_VEC(aud_entry) entries;
    size_t num_sorted;       /* those that can be looked up */
    AUD_VEC(vcs_link) links; /* sorted by path, as the entries are */
    const aud_entry *given;  /* what the caller sees: all, or the one */
    size_t num_given;
    bool listed;
};

/* listing.c: entries as the walks find them. */
AUD_NODISCARD aud_status aud_listing_file(aud_vcs *vcs, aud_str path, aud_error *err);
AUD_NODISCARD aud_status aud_listing_blob(aud_vcs *vcs, aud_str path, const unsigned char id[20],
                                          aud_error *err);
AUD_NODISCARD aud_status aud_listing_gap(aud_vcs *vcs, aud_str path, aud_gap_kind gap,
                                         aud_error *err, const char *format, ...) AUD_PRINTF(5, 6);
AUD_NODISCARD aud_status aud_listing_link(aud_vcs *vcs, aud_str path, aud_str target,
                                          aud_error *err);
/* Sorts, and makes gaps of the links whose target is not listed. */
AUD_NODISCARD aud_status aud_listing_finish(aud_vcs *vcs, aud_error *err);
const aud_entry *aud_listing_find(const aud_vcs *vcs, aud_str path);
typedef enum link_end { LINK_FILE, LINK_FOLDER, LINK_OUTSIDE, LINK_LOOP, LINK_NOTHING } link_end;
/* Follows the links of the tree; `out` is the path reached, NUL-terminated. */
link_end aud_listing_resolve(const aud_vcs *vcs, aud_str path, char out[VCS_PATH_MAX + 1]);

/* glob.c: the files below or beside the folder of `path` that a pattern fits; as aud_input.glob. */
AUD_NODISCARD aud_status aud_vcs_glob(const aud_vcs *vcs, aud_str path, aud_str pattern,
                                      aud_arena *arena, aud_str **out, size_t *out_num,
                                      aud_error *err);
/* Takes "." and ".." out of a path; false if it climbs above the top. */
bool aud_path_normalise(aud_str path, char out[VCS_PATH_MAX + 1]);

/* disk.c: folders and files on disk. Names come sorted as whole paths sort. */
typedef enum name_type { NAME_FILE, NAME_FOLDER, NAME_LINK, NAME_OTHER } name_type;
typedef struct disk_name {
    const char *name;
    uint8_t type; /* name_type */
} disk_name;
typedef struct disk_names {
    AUD_VEC(disk_name) list;
    aud_arena arena;
} disk_names;
/* AUD_E_DENIED, AUD_E_NOT_FOUND, AUD_E_IO, each with the system's words. "" is the root itself. */
AUD_NODISCARD aud_status aud_disk_names(int root_fd, aud_str path, bool follow, disk_names *out,
                                        aud_error *err);
void aud_disk_names_clear(disk_names *names);
/* Opens a regular file for reading, never a pipe or device; not through a link unless `follow`. */
AUD_NODISCARD aud_status aud_disk_open(int root_fd, aud_str path, bool follow, int *out_fd,
                                       uint64_t *out_size, aud_error *err);
AUD_NODISCARD aud_status aud_disk_read(int root_fd, aud_str path, bool follow, size_t max,
                                       aud_arena *arena, aud_str *out, aud_error *err);
/* Reads up to `max` bytes at `from`; fewer only at the end of the file. */
AUD_NODISCARD aud_status aud_disk_fill(int fd, uint64_t from, char *into, size_t max,
                                       size_t *out_len, aud_error *err);
/* "a" and "b" to "a/b"; false if it is longer than a path may be. */
bool aud_path_join(char out[VCS_PATH_MAX + 1], aud_str folder, aud_str name, size_t *out_len);
aud_str aud_path_folder(aud_str path);             /* "a/b/c" -> "a/b", "a" -> "" */
bool aud_path_below(aud_str path, aud_str folder); /* strictly below; "" holds everything */
bool aud_path_has_dot_git(aud_str path);           /* a part of it is ".git" */
aud_status aud_status_of_errno(int number);

/* git_place.c: finds the repository of a folder without libgit2; out->gitdir empty if none. */
AUD_NODISCARD aud_status aud_git_find(const char *folder, aud_arena *arena, vcs_place *out,
                                      aud_error *err);
/* git_trust.c: AUD_E_DENIED unless the repository is ours, or named in safe.directory. */
AUD_NODISCARD aud_status aud_git_trusted(const vcs_place *place, aud_error *err);
/* git_config.c: the few keys of a configuration that tell what a repository is. */
typedef aud_status (*aud_git_config_each)(void *ctx, aud_str section, aud_str key, aud_str value,
                                          aud_error *err);
AUD_NODISCARD aud_status aud_git_config_scan(aud_str text, aud_git_config_each each, void *ctx,
                                             aud_error *err);
/* Refuses what cannot be read (SHA-256, reftable where refs are needed), sets `partial`. */
AUD_NODISCARD aud_status aud_git_format(aud_vcs *vcs, bool needs_refs, aud_error *err);

/* git_repo.c: starts libgit2, opens the repository, resolves the revision. */
AUD_NODISCARD aud_status aud_git_open(aud_vcs *vcs, aud_str rev, aud_error *err);
void aud_git_close(aud_vcs *vcs);
bool aud_git_is_shallow(const aud_vcs *vcs);
AUD_NODISCARD aud_status aud_git_odb(const aud_vcs *vcs, struct git_odb **out, aud_error *err);
/*
 * git_memory.c: libgit2's blocks, before it starts; then for the calling thread: no block over
 * `max_block` bytes until the end, which tells whether one was refused.
 */
AUD_NODISCARD int aud_git_memory_setup(void);
void aud_git_memory_limit(size_t max_block);
AUD_NODISCARD bool aud_git_memory_end(void);

/* One object no larger than wanted, its bytes held against its id. `type` is libgit2's number. */
typedef struct git_wanted {
    const unsigned char *id;
    int type;
    uint64_t max;
} git_wanted;
AUD_NODISCARD aud_status aud_git_object(const aud_vcs *vcs, struct git_odb *odb,
                                        const git_wanted *wanted, aud_buf *scratch,
                                        struct git_odb_object **out, aud_str *out_bytes,
                                        aud_error *err);

/* git_tree.c */
AUD_NODISCARD aud_status aud_git_list(aud_vcs *vcs, aud_error *err);
/*
 * Lists of both only what differs; `*out_told` false, and nothing listed, where trees alone do not
 * tell it: links are in play, something is gone that a link may lead to, a tree is broken.
 */
AUD_NODISCARD aud_status aud_git_pair(aud_vcs *now, aud_vcs *then, bool *out_told, aud_error *err);
/* AUD_E_NOT_FOUND if the revision has no such path. */
typedef struct git_found {
    unsigned char id[20];
    uint32_t mode;
} git_found;
AUD_NODISCARD aud_status aud_git_find_path(aud_vcs *vcs, aud_str path, git_found *out,
                                           aud_error *err);
AUD_NODISCARD aud_status aud_git_read_path(aud_vcs *vcs, aud_str path, size_t max, aud_arena *arena,
                                           aud_str *out, aud_error *err);
bool aud_git_mode_is_folder(uint32_t mode);
bool aud_git_mode_is_link(uint32_t mode);
bool aud_git_mode_is_submodule(uint32_t mode);

/* git_history.c: who made a commit, and whether it carries a signature, which nobody verified. */
enum { AUD_GIT_AUTHOR_MAX = 512 };
void aud_git_author(const struct git_commit *commit, char out[AUD_GIT_AUTHOR_MAX]);
bool aud_git_is_signed(const struct git_commit *commit);

/* git_work.c, folder.c */
AUD_NODISCARD aud_status aud_work_list(aud_vcs *vcs, aud_error *err);
AUD_NODISCARD aud_status aud_folder_list(aud_vcs *vcs, aud_error *err);

#endif
