/* engine/model/sighting.c - the order of places. */
#include "engine/model/subject.h"

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

int aud_sighting_cmp(const aud_sighting *a, const aud_sighting *b)
{
    int order = aud_str_cmp(a->source, b->source);

    order = order != 0 ? order : aud_str_cmp(a->path, b->path);
    order = order != 0 ? order : compare(a->line, b->line);
    order = order != 0 ? order : compare(a->member, b->member);
    order = order != 0 ? order : aud_str_cmp(a->record, b->record);
    order = order != 0 ? order : aud_str_cmp(a->host, b->host);
    order = order != 0 ? order : compare(a->port, b->port);
    return order != 0 ? order : compare(a->use, b->use);
}
