/* tests/fuzz/fuzz_ingest_certbot.c - any bytes as what the format insists they are. */
#include "tests/fuzz/fuzz_ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_reader(data, size, "certbot");
}
