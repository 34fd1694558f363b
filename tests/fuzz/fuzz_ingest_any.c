/* tests/fuzz/fuzz_ingest_any.c - any bytes, by content: the bids, what is closed, certificates. */
#include "tests/fuzz/fuzz_ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_reader(data, size, "");
}
