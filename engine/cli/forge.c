/* engine/cli/forge.c - which CI system this is, and which reports it reads (-o auto). */
#include "engine/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct forge {
    const char *variable, *value; /* a NULL value: it need only be set */
    const char *name;
    const char *outputs[5]; /* as behind -o; "%" stands for the folder */
} forge;

static const forge forges[] = {
    {"GITHUB_ACTIONS",
     "true",
     "GitHub Actions",
     {"github=-", "sarif,profile=github=%certaudit.sarif", "markdown=%certaudit.md", NULL}},
    {"GITLAB_CI",
     "true",
     "GitLab",
     {"text=-", "codequality=%gl-code-quality-report.json",
      "junit,dialect=gitlab=%certaudit.junit.xml", "html=%certaudit.html", NULL}},
    {"TF_BUILD",
     NULL,
     "Azure Pipelines",
     {"text=-", "junit=%certaudit.junit.xml", "sarif=%certaudit.sarif", "html=%certaudit.html",
      NULL}},
    {"JENKINS_URL",
     NULL,
     "Jenkins",
     {"text=-", "junit=%certaudit.junit.xml", "sarif=%certaudit.sarif", "html=%certaudit.html",
      NULL}},
};

static const char *environment(const char *name)
{
    return getenv(name); /* NOLINT(concurrency-mt-unsafe): one thread so far */
}

static const forge *detect(void)
{
    for (size_t i = 0; i < AUD_COUNT(forges); i++) {
        const char *value = environment(forges[i].variable);

        if (value != NULL && value[0] != '\0' &&
            (forges[i].value == NULL || strcmp(value, forges[i].value) == 0)) {
            return &forges[i];
        }
    }
    return NULL;
}

static aud_status add(aud_args *args, const char *output, aud_str folder, aud_error *err)
{
    aud_str text = aud_str_of(output), left, kept;
    const size_t at = aud_str_find(text, AUD_LIT("%"), 0);

    if (at == SIZE_MAX) {
        return aud_args_output(args, text, err);
    }
    left = aud_str_sub(text, 0, at);
    AUD_TRY(aud_arena_printf(&args->arena, &kept, err, "%.*s%.*s%s%.*s", AUD_ARG(left),
                             AUD_ARG(folder),
                             folder.len == 0 || aud_str_ends(folder, AUD_LIT("/")) ? "" : "/",
                             AUD_ARG(aud_str_sub(text, at + 1, text.len))));
    return aud_args_output(args, kept, err);
}

/* GitHub shows the Markdown of this file on the page of the run. */
static aud_status add_summary(aud_args *args, aud_error *err)
{
    const char *path = environment("GITHUB_STEP_SUMMARY");
    aud_str text;

    if (path == NULL || path[0] == '\0') {
        return AUD_OK;
    }
    AUD_TRY(aud_arena_printf(&args->arena, &text, err, "markdown=%s", path));
    return aud_args_output(args, text, err);
}

aud_status aud_forge_outputs(aud_args *args, aud_str folder, aud_error *err)
{
    const forge *found = detect();

    if (found == NULL) {
        return aud_args_output(args, AUD_LIT("text=-"), err);
    }
    for (size_t i = 0; found->outputs[i] != NULL; i++) {
        AUD_TRY(add(args, found->outputs[i], folder, err));
    }
    return strcmp(found->variable, "GITHUB_ACTIONS") == 0 ? add_summary(args, err) : AUD_OK;
}
