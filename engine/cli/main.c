/* engine/cli/main.c - the program. */
#include "engine/cli/cli.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    aud_error err = {0};
    int code;

#ifdef __GLIBC__
    /* libraries take and leave small blocks by the million: do not fetch them page by page; there
     * are no other threads yet */
    (void)mallopt(M_TOP_PAD, 4 << 20);         /* NOLINT(concurrency-mt-unsafe) */
    (void)mallopt(M_TRIM_THRESHOLD, 64 << 20); /* NOLINT(concurrency-mt-unsafe) */
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);  /* NOLINT(concurrency-mt-unsafe) */
#endif
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that left is a failed write, exit 5 */
    if (aud_out_open_fd(STDOUT_FILENO, &out, &err) != AUD_OK) {
        aud_complain(&err);
        return AUD_EXIT_OUTPUT;
    }
    code = aud_cli(argc, argv, out);
    if (aud_out_finish(out, &err) != AUD_OK) {
        aud_complain(&err);
        return code == AUD_EXIT_USAGE ? code : AUD_EXIT_OUTPUT;
    }
    return code;
}
