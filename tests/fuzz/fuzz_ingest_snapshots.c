/* tests/fuzz/fuzz_ingest_snapshots.c - any bytes as one of the formats of snapshots.def, which the
 * first byte chooses. */
#include "tests/fuzz/fuzz_ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const formats[] = {
#define AUD_SNAPSHOT(name, spec) #name,
#include "engine/ingest/snapshots.def"
#undef AUD_SNAPSHOT
    };

    return size == 0 ? 0 : fuzz_reader(data + 1, size - 1, formats[data[0] % AUD_COUNT(formats)]);
}
