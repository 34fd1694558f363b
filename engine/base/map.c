/* engine/base/map.c - uthash, once: a failed allocation is an error here, never an exit. */
#include "engine/base/map.h"

#include "engine/base/memory.h"

#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, len, hash) HASH_FNV(key, len, hash)
#define uthash_malloc(size) aud_alloc(size)
#define uthash_free(block, size) aud_free(block)
#define uthash_nonfatal_oom(entry) ((entry)->value = NULL)
#include <uthash.h>

typedef struct map_entry {
    void *value;
    size_t key_len;
    UT_hash_handle hh;
    char key[];
} map_entry;

struct aud_map {
    map_entry *entries;
};

aud_status aud_map_new(aud_map **out, aud_error *err)
{
    aud_map *map = aud_alloc_zero(1, sizeof *map);

    if (map == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    *out = map;
    return AUD_OK;
}

void aud_map_free(aud_map *map)
{
    map_entry *entry, *next;

    if (map == NULL) {
        return;
    }
    HASH_ITER(hh, map->entries, entry, next)
    {
        HASH_DEL(map->entries, entry);
        aud_free(entry);
    }
    aud_free(map);
}

void aud_map_freep(aud_map **map)
{
    aud_map_free(*map);
    *map = NULL;
}

static map_entry *find(const aud_map *map, aud_str key)
{
    map_entry *entry = NULL;

    HASH_FIND(hh, map->entries, key.len == 0 ? "" : key.ptr, key.len, entry);
    return entry;
}

void *aud_map_get(const aud_map *map, aud_str key)
{
    map_entry *entry = find(map, key);

    return entry == NULL ? NULL : entry->value;
}

/* NOLINTNEXTLINE(readability-function-size): HASH_ADD is a page of code */
aud_status aud_map_put(aud_map *map, aud_str key, void *value, aud_error *err)
{
    map_entry *entry = find(map, key);

    if (entry != NULL) {
        entry->value = value;
        return AUD_OK;
    }
    if (key.len > UINT32_MAX) {
        return aud_fail(err, AUD_E_LIMIT, "a key of more than 4 GiB");
    }
    entry = aud_alloc(sizeof *entry + key.len);
    if (entry == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    entry->value = value;
    entry->key_len = key.len;
    if (key.len > 0) {
        memcpy(entry->key, key.ptr, key.len);
    }
    HASH_ADD_KEYPTR(hh, map->entries, entry->key, entry->key_len, entry);
    if (entry->value == NULL) { /* uthash could not grow and left it out */
        aud_free(entry);
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    return AUD_OK;
}

size_t aud_map_count(const aud_map *map)
{
    return HASH_COUNT(map->entries);
}
