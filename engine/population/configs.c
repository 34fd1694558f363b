/* engine/population/configs.c - server configuration: parts that were judged in their whole, and
 * the certificates that a configuration names. */
#include "engine/population/endpoints.h"

#include "engine/base/text.h"

#include <stdlib.h>

static int order_files(const void *left, const void *right)
{
    const covered_file *a = left, *b = right;
    const int order = aud_str_cmp(a->source, b->source);

    return order != 0 ? order : aud_str_cmp(a->path, b->path);
}

void aud_configs_drop_covered(raw_sighting *raws, size_t *num_raws, covered_file *covered,
                              size_t num_covered)
{
    size_t kept = 0;

    if (num_covered == 0) {
        return;
    }
    qsort(covered, num_covered, sizeof *covered, order_files);
    for (size_t i = 0; i < *num_raws; i++) {
        const covered_file own = {raws[i].where.source, raws[i].where.path};

        if (!raws[i].partial ||
            bsearch(&own, covered, num_covered, sizeof own, order_files) == NULL) {
            raws[kept++] = raws[i];
        }
    }
    *num_raws = kept;
}
