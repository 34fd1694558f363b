/* engine/vcs/listing.c - the entries of a source as the walks find them, and where links lead. */
#include "engine/vcs/internal.h"

#include <stdarg.h>
#include <stdio.h>

static aud_status add(aud_vcs *vcs, aud_entry *entry, aud_str path, aud_error *err)
{
    if (vcs->entries.len + vcs->links.len >= VCS_ENTRIES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds more than %zu files", VCS_ENTRIES_MAX);
    }
    AUD_TRY(aud_arena_dup(&vcs->arena, path, &entry->path, err));
    return AUD_VEC_PUSH(&vcs->entries, *entry, err);
}

aud_status aud_listing_file(aud_vcs *vcs, aud_str path, aud_error *err)
{
    aud_entry entry = {.size = UINT64_MAX, .kind = AUD_ENTRY_FILE};

    return add(vcs, &entry, path, err);
}

aud_status aud_listing_blob(aud_vcs *vcs, aud_str path, const unsigned char id[20], aud_error *err)
{
    aud_entry entry = {.size = UINT64_MAX, .kind = AUD_ENTRY_FILE, .has_id = true};

    memcpy(entry.id, id, sizeof entry.id);
    return add(vcs, &entry, path, err);
}

aud_status aud_listing_gap(aud_vcs *vcs, aud_str path, aud_gap_kind gap, aud_error *err,
                           const char *format, ...)
{
    aud_entry entry = {.size = UINT64_MAX, .kind = AUD_ENTRY_GAP, .gap = (uint8_t)gap};
    char reason[1024];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    AUD_TRY(aud_arena_dup(&vcs->arena, aud_str_of(reason), &entry.reason, err));
    return add(vcs, &entry, path, err);
}

aud_status aud_listing_link(aud_vcs *vcs, aud_str path, aud_str target, aud_error *err)
{
    vcs_link link;

    if (vcs->entries.len + vcs->links.len >= VCS_ENTRIES_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "holds more than %zu files", VCS_ENTRIES_MAX);
    }
    AUD_TRY(aud_arena_dup(&vcs->arena, path, &link.path, err));
    AUD_TRY(aud_arena_dup(&vcs->arena, target, &link.target, err));
    return AUD_VEC_PUSH(&vcs->links, link, err);
}

static int compare_entries(const void *a, const void *b)
{
    const aud_entry *x = a, *y = b;
    int order = aud_str_cmp(x->path, y->path);

    return order != 0 ? order : (int)x->kind - (int)y->kind;
}

static int compare_links(const void *a, const void *b)
{
    const vcs_link *x = a, *y = b;

    return aud_str_cmp(x->path, y->path);
}

/* The walks come in order but for hostile trees and gaps added behind. */
static void sort_entries(aud_vcs *vcs)
{
    for (size_t i = 1; i < vcs->entries.len; i++) {
        if (compare_entries(&vcs->entries.items[i - 1], &vcs->entries.items[i]) > 0) {
            qsort(vcs->entries.items, vcs->entries.len, sizeof *vcs->entries.items,
                  compare_entries);
            return;
        }
    }
}

/* First entry whose path is not before `path`. */
static size_t lower_bound(const aud_vcs *vcs, aud_str path)
{
    size_t low = 0, high = vcs->num_sorted;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (aud_str_cmp(vcs->entries.items[middle].path, path) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const aud_entry *aud_listing_find(const aud_vcs *vcs, aud_str path)
{
    size_t at = lower_bound(vcs, path);

    return at < vcs->num_sorted && aud_str_eq(vcs->entries.items[at].path, path)
               ? &vcs->entries.items[at]
               : NULL;
}

static const vcs_link *find_link(const aud_vcs *vcs, aud_str path)
{
    const vcs_link key = {.path = path};

    return vcs->links.len == 0 ? NULL
                               : bsearch(&key, vcs->links.items, vcs->links.len,
                                         sizeof *vcs->links.items, compare_links);
}

/* `done` is terminated and has room for one '/' more. */
static bool is_folder(const aud_vcs *vcs, char *done, size_t len)
{
    size_t at;
    bool found;

    if (len == 0) {
        return true;
    }
    if (len >= VCS_PATH_MAX) {
        return false;
    }
    done[len] = '/';
    at = lower_bound(vcs, (aud_str){done, len + 1});
    found =
        at < vcs->num_sorted && aud_path_below(vcs->entries.items[at].path, (aud_str){done, len});
    done[len] = '\0';
    return found;
}

/* Puts the link's target before what is still to go; false if that gets too long. */
static bool unfold(char *rest, size_t size, aud_str target, aud_str behind)
{
    char kept[VCS_PATH_MAX * 2 + 2];
    int len = snprintf(kept, sizeof kept, "%.*s/%.*s", AUD_ARG(target), AUD_ARG(behind));

    if (len < 0 || (size_t)len >= sizeof kept || (size_t)len >= size) {
        return false;
    }
    memcpy(rest, kept, (size_t)len + 1);
    return true;
}

link_end aud_listing_resolve(const aud_vcs *vcs, aud_str path, char out[VCS_PATH_MAX + 1])
{
    char rest[VCS_PATH_MAX * 2 + 2];
    size_t len = 0;
    unsigned hops = 0;
    aud_str left, part;

    out[0] = '\0';
    if (path.len > VCS_PATH_MAX) {
        return LINK_NOTHING;
    }
    memcpy(rest, path.len > 0 ? path.ptr : "", path.len);
    left = (aud_str){rest, path.len};
    while (aud_str_split(&left, '/', &part)) {
        const vcs_link *link;

        if (part.len == 0 || aud_str_eq(part, AUD_LIT("."))) {
            continue;
        }
        if (aud_str_eq(part, AUD_LIT(".."))) {
            if (len == 0) {
                return LINK_OUTSIDE;
            }
            len = aud_path_folder((aud_str){out, len}).len;
            out[len] = '\0';
            continue;
        }
        if (!aud_path_join(out, (aud_str){out, len}, part, &len)) {
            return LINK_NOTHING;
        }
        link = find_link(vcs, (aud_str){out, len});
        if (link == NULL) {
            continue;
        }
        if (++hops > VCS_LINK_HOPS) {
            return LINK_LOOP;
        }
        if (aud_str_starts(link->target, AUD_LIT("/"))) {
            return LINK_OUTSIDE;
        }
        len = aud_path_folder((aud_str){out, len}).len;
        out[len] = '\0';
        if (!unfold(rest, sizeof rest, link->target, left)) {
            return LINK_NOTHING;
        }
        left = aud_str_of(rest);
    }
    if (aud_listing_find(vcs, (aud_str){out, len}) != NULL) {
        return LINK_FILE;
    }
    return is_folder(vcs, out, len) ? LINK_FOLDER : LINK_NOTHING;
}

static aud_status judge_link(aud_vcs *vcs, const vcs_link *link, aud_error *err)
{
    char end[VCS_PATH_MAX + 1];

    switch (aud_listing_resolve(vcs, link->path, end)) {
    case LINK_FILE:
    case LINK_FOLDER:
        return AUD_OK; /* judged at its own path */
    case LINK_OUTSIDE:
        return aud_listing_gap(vcs, link->path, AUD_GAP_LINK, err,
                               "is a symbolic link that leaves the tree, to '%.*s'",
                               AUD_ARG(link->target));
    case LINK_LOOP:
        return aud_listing_gap(vcs, link->path, AUD_GAP_LINK, err,
                               "is a symbolic link in a circle of links");
    case LINK_NOTHING:
        break;
    }
    return aud_listing_gap(vcs, link->path, AUD_GAP_LINK, err,
                           "is a symbolic link to '%.*s', which is not among the files here",
                           AUD_ARG(link->target));
}

aud_status aud_listing_finish(aud_vcs *vcs, aud_error *err)
{
    sort_entries(vcs);
    vcs->num_sorted = vcs->entries.len;
    if (vcs->links.len > 1) {
        qsort(vcs->links.items, vcs->links.len, sizeof *vcs->links.items, compare_links);
    }
    /* the new gaps wait behind the sorted part, in which the next links are looked up */
    for (size_t i = 0; i < vcs->links.len; i++) {
        AUD_TRY(judge_link(vcs, &vcs->links.items[i], err));
    }
    sort_entries(vcs);
    vcs->num_sorted = vcs->entries.len;
    return AUD_OK;
}
