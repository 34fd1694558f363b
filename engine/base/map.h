/* engine/base/map.h - a map from byte strings to pointers (uthash, which never exits here). */
#ifndef AUD_BASE_MAP_H
#define AUD_BASE_MAP_H

#include "engine/base/base.h"

typedef struct aud_map aud_map;

AUD_NODISCARD aud_status aud_map_new(aud_map **out, aud_error *err);
void aud_map_free(aud_map *map); /* the values are the caller's */
void aud_map_freep(aud_map **map);
void *aud_map_get(const aud_map *map, aud_str key); /* NULL when absent */
/* Copies the key; a value there already is replaced. `value` is not NULL. */
AUD_NODISCARD aud_status aud_map_put(aud_map *map, aud_str key, void *value, aud_error *err);
size_t aud_map_count(const aud_map *map);

#endif
