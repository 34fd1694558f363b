/* engine/vcs/vcs.h - git repositories at a revision, work trees and plain folders, behind one face.
 *
 * Nothing is checked out; hooks, filters, attributes and every configuration (system, user,
 * repository) are ignored: nothing in them may change what is read.
 */
#ifndef AUD_VCS_VCS_H
#define AUD_VCS_VCS_H

#include "engine/base/memory.h"
#include "engine/model/input.h"
#include "engine/model/subject.h"

typedef struct aud_vcs aud_vcs;
typedef struct aud_vcs_reader aud_vcs_reader;

typedef enum aud_entry_kind {
    AUD_ENTRY_FILE,
    AUD_ENTRY_GAP, /* submodule, outward link, missing object ...: `gap` and `reason` say it */
} aud_entry_kind;

typedef struct aud_entry {
    aud_str path;  /* inside the source, '/' between parts; sorted by it */
    uint64_t size; /* bytes; UINT64_MAX where only reading tells */
    uint8_t kind;  /* aud_entry_kind */
    uint8_t gap;   /* aud_gap_kind */
    bool has_id;   /* `id` is the blob's: equal ids are equal bytes */
    unsigned char id[20];
    aud_str reason;
} aud_entry;

/* The revision that the next commit would be: what `git add` put into the index. */
#define AUD_REV_STAGED AUD_LIT(":staged")

typedef struct aud_vcs_options {
    aud_str path;      /* file, folder, work tree, bare repository */
    aud_str rev;       /* any revision; empty: what lies on disk (a bare repository: HEAD) */
    aud_str inside;    /* of a bare repository: the folder or file to read; empty: all */
    aud_str index;     /* file that AUD_REV_STAGED means; empty: the repository's own */
    aud_str objects;   /* a folder of further git objects: those of a push; may be empty */
    aud_str name;      /* of the source */
    bool follow_links; /* plain folders; inside git never out of the tree */
    /* Where a git work tree's `.` starts: a folder inside one judges only what is below it. */
} aud_vcs_options;

/*
 * Opens the source and resolves the revision.
 * Errors, each with the fix in its message:
 *   AUD_E_NOT_FOUND   no such path; no such revision (shallow clones are told apart); unborn HEAD
 *   AUD_E_DENIED      repository owned by another user (git's safe.directory), no permission
 *   AUD_E_UNSUPPORTED SHA-256 repositories
 * Threads: open and list from one thread; readers are one a thread.
 */
AUD_NODISCARD aud_status aud_vcs_open(const aud_vcs_options *options, aud_vcs **out,
                                      aud_error *err);
void aud_vcs_freep(aud_vcs **vcs);

const char *aud_vcs_kind(const aud_vcs *vcs); /* "git", "folder", "file" */
aud_str aud_vcs_rev(const aud_vcs *vcs);      /* commit id in hex; empty for what lies on disk */
/* AUD_PLACE_GIT for any file of a git repository (also untracked), else AUD_PLACE_FOLDER. */
aud_place aud_vcs_place(const aud_vcs *vcs);
/* Path of the opened folder inside its repository ("" at the top): what CODEOWNERS needs. */
aud_str aud_vcs_prefix(const aud_vcs *vcs);

/* All entries, sorted by path; owned by `vcs`. An unreadable folder is a gap entry. */
AUD_NODISCARD aud_status aud_vcs_list(aud_vcs *vcs, const aud_entry **out, size_t *out_num,
                                      aud_error *err);

/*
 * Whether entries differ: by path, or by what is read there. `a` and `b` of one repository.
 */
bool aud_entry_differs(const aud_entry *a, const aud_entry *b);
/*
 * Lists of two revisions of one repository only the entries that differ; the work follows the
 * difference where trees tell it, else both are listed and compared. Before aud_vcs_list of either.
 * `*out_narrowed` false, and nothing done: they are no two such revisions.
 */
AUD_NODISCARD aud_status aud_vcs_narrow(aud_vcs *now, aud_vcs *then, bool *out_narrowed,
                                        aud_error *err);

AUD_NODISCARD aud_status aud_vcs_reader_new(aud_vcs *vcs, aud_vcs_reader **out, aud_error *err);
void aud_vcs_reader_freep(aud_vcs_reader **reader);
/*
 * Opens one entry's bytes; the input is the reader's own and holds until the next open. Blobs are
 * verified against their id. AUD_E_NOT_FOUND: the object is missing, AUD_E_LIMIT: over 1 GiB in
 * git.
 */
AUD_NODISCARD aud_status aud_vcs_read(aud_vcs_reader *reader, const aud_entry *entry,
                                      aud_input **out, aud_error *err);
/* Whole bytes of a path at the source's revision, for CODEOWNERS and configuration. */
AUD_NODISCARD aud_status aud_vcs_read_path(aud_vcs *vcs, aud_str path_in_repository, size_t max,
                                           aud_arena *arena, aud_str *out, aud_error *err);

#endif
