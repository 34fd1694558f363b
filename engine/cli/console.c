/* engine/cli/console.c - standard error: diagnostics and progress, neutralised. */
#include "engine/cli/cli.h"

#include "reporters/neutral.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void write_line(aud_str text)
{
    AUD_CLEANUP(aud_buf_clear) aud_buf line = {.max = 1 << 16};

    if (aud_neutral_add(&line, text, NULL) != AUD_OK || aud_buf_add(&line, AUD_LIT("\n"), NULL)) {
        return;
    }
    (void)fwrite(line.ptr, 1, line.len, stderr);
    (void)fflush(stderr);
}

void aud_say(const char *format, ...)
{
    char text[4096];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    write_line(aud_str_of(text));
}

void aud_complain(const aud_error *err)
{
    if (err->path[0] == '\0') {
        aud_say("certaudit: %s", err->message);
    } else if (err->line == 0) {
        aud_say("certaudit: %s: %s", err->path, err->message);
    } else {
        aud_say("certaudit: %s:%u: %s", err->path, err->line, err->message);
    }
}

static double now(void)
{
    struct timespec at = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

void aud_meter_init(aud_meter *meter, const aud_args *args)
{
    *meter = (aud_meter){.stage = -1, .started = now()};
    if (pthread_mutex_init(&meter->lock, NULL) != 0) {
        return;
    }
    meter->redraw = isatty(STDERR_FILENO) == 1 && args->progress != AUD_PROGRESS_PLAIN;
    switch (args->progress) {
    case AUD_PROGRESS_AUTO:
        meter->enabled = meter->redraw && !args->quiet;
        break;
    case AUD_PROGRESS_PLAIN:
        meter->enabled = !args->quiet;
        break;
    case AUD_PROGRESS_NONE:
        break;
    }
}

/* Nothing in the first half second; then ten times a second on a terminal, else every ten seconds.
 */
void aud_meter_step(void *ctx, aud_stage stage, size_t done, size_t total)
{
    static const char *const names[] = {"reading", "linking", "judging"};
    aud_meter *meter = ctx;
    double at;

    if (!meter->enabled) {
        return;
    }
    (void)pthread_mutex_lock(&meter->lock);
    at = now();
    if (at - meter->started > 0.5 && at - meter->shown > (meter->redraw ? 0.1 : 10.0)) {
        unsigned percent = total == 0 ? 100 : (unsigned)((double)done * 100.0 / (double)total);

        meter->shown = at;
        meter->drawn = true;
        (void)fprintf(stderr, meter->redraw ? "\r\033[Kcertaudit: %s %u%%" : "certaudit: %s %u%%\n",
                      names[stage], percent);
        (void)fflush(stderr);
    }
    (void)pthread_mutex_unlock(&meter->lock);
}

void aud_meter_done(aud_meter *meter)
{
    if (meter->enabled && meter->redraw && meter->drawn) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
    }
    (void)pthread_mutex_destroy(&meter->lock);
}
