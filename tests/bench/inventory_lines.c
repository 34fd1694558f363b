/* tests/bench/inventory_lines.c - an inventory of many JSON lines, its cost to cJSON alone, and to
 * a command.
 *
 *   lines make N            the inventory, to standard output
 *   lines parse FILE        seconds to parse the same lines with cJSON alone, the best of three
 *   lines run COMMAND...    seconds and peak memory in KiB of a command; its exit code is told
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec at = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int make(long num)
{
    (void)puts(
        "{\"schema\": \"certaudit/inventory/1\", \"generated_at\": \"2026-01-01T00:00:00Z\", "
        "\"complete\": true}");
    for (long i = 0; i < num; i++) {
        (void)printf(
            "{\"id\": \"inv-%07ld\", \"subject\": \"CN=host%ld.example.org\", \"dns_names\": "
            "[\"host%ld.example.org\", \"www.host%ld.example.org\"], \"issuer\": \"CN=Example "
            "Issuing CA %ld,O=Example\", \"serial\": \"%08lx\", \"not_before\": "
            "\"2025-12-01T00:00:00Z\", \"not_after\": \"2026-01-15T00:00:00Z\", "
            "\"key_algorithm\": \"%s\", \"key_bits\": %d, \"owner\": \"team-%ld\", "
            "\"environment\": \"prod\", \"renewal\": \"acme\"}\n",
            i, i, i, i, i % 20, i + 1, i % 2 ? "EC" : "RSA", i % 2 ? 256 : 2048, i % 300);
    }
    return 0;
}

static char *read_whole(const char *path, size_t *out_len)
{
    FILE *file = fopen(path, "rbe");
    long size = -1;
    char *text = NULL;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
        rewind(file);
    }
    text = size < 0 ? NULL : malloc((size_t)size + 1);
    if (text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size) {
        text[size] = '\0';
        *out_len = (size_t)size;
    } else {
        free(text);
        text = NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return text;
}

/* A negative number of seconds: a line that is no JSON. */
static double parse_once(const char *text, size_t len)
{
    const double begin = now();

    for (const char *line = text; line < text + len;) {
        const char *end = memchr(line, '\n', (size_t)(text + len - line));
        cJSON *value;

        end = end == NULL ? text + len : end;
        value = cJSON_ParseWithLength(line, (size_t)(end - line));
        if (value == NULL) {
            return -1;
        }
        cJSON_Delete(value);
        line = end + 1;
    }
    return now() - begin;
}

static int parse(const char *path)
{
    size_t len = 0;
    char *text = read_whole(path, &len);
    double best = -1;

    for (int i = 0; text != NULL && i < 3; i++) {
        const double spent = parse_once(text, len);

        best = best < 0 || spent < best ? spent : best;
    }
    free(text);
    (void)printf("%.4f\n", best);
    return best < 0;
}

static int run(char **command)
{
    const double begin = now();
    struct rusage usage = {0};
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) != NULL &&
            freopen("/dev/null", "w", stderr) != NULL) {
            (void)execvp(command[0], command);
        }
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        return 1;
    }
    (void)printf("%.4f %ld %d\n", now() - begin, usage.ru_maxrss, WEXITSTATUS(status));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "make") == 0) {
        return make(strtol(argv[2], NULL, 10));
    }
    if (argc == 3 && strcmp(argv[1], "parse") == 0) {
        return parse(argv[2]);
    }
    if (argc > 2 && strcmp(argv[1], "run") == 0) {
        return run(argv + 2);
    }
    (void)fprintf(stderr, "usage: lines make N | parse FILE | run COMMAND...\n");
    return 2;
}
