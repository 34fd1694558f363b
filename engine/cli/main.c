/* engine/cli/main.c - the program. */
#include "engine/cli/cli.h"

#include <signal.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;
    aud_error err = {0};
    int code;

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
