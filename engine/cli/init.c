/* engine/cli/init.c - a starter configuration, and the pipeline file of the forge at hand. */
#include "engine/cli/cli.h"
#include "engine/cli/starters.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct forge_kind {
    const char *name;
    const char *signs[3]; /* what its repositories hold */
    const char *remote;   /* part of a remote's address */
    const char *starter, *path;
    const char *next; /* what is left to do */
} forge_kind;

static const forge_kind kinds[] = {
    {"github",
     {".github", NULL},
     "github",
     "github/certaudit.yml",
     ".github/workflows/certaudit.yml",
     "name your copy of certaudit in the 'uses:' line of the workflow"},
    {"gitlab",
     {".gitlab-ci.yml", ".gitlab", NULL},
     "gitlab",
     "gitlab/certaudit.yml",
     ".gitlab/certaudit.yml",
     "add 'include: [{local: .gitlab/certaudit.yml}]' to .gitlab-ci.yml, and name your image"},
    {"azure",
     {"azure-pipelines.yml", NULL},
     "dev.azure.com",
     "azure/certaudit.yml",
     "azure-pipelines-certaudit.yml",
     "make a pipeline of this file, and name your image"},
    {"jenkins",
     {"Jenkinsfile", NULL},
     NULL,
     "jenkins/Jenkinsfile",
     "Jenkinsfile.certaudit",
     "make a pipeline of this file, or take its stage into your Jenkinsfile"},
};

/* Folders that seldom hold what a team answers for, each with the reason to leave it out. */
static const struct {
    const char *folder, *reason;
} excludes[] = {
    {"vendor", "other projects' code, with their test certificates"},
    {"third_party", "other projects' code, with their test certificates"},
    {"node_modules", "other projects' code, with their test certificates"},
    {"testdata", "test certificates, never deployed"},
    {"tests/fixtures", "test certificates, never deployed"},
};

static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* Goes to the top of the repository one stands in, where the configuration belongs. */
static bool go_to_top(void)
{
    char folder[PATH_MAX];

    while (!is_there(".git")) {
        if (getcwd(folder, sizeof folder) == NULL || strcmp(folder, "/") == 0 || chdir("..") != 0) {
            return false;
        }
    }
    return true;
}

static bool has_remote(aud_args *args, const char *part)
{
    aud_str text;

    return part != NULL &&
           aud_file_read(AUD_LIT(".git/config"), 1 << 20, &args->arena, &text, NULL) == AUD_OK &&
           aud_str_has(text, aud_str_of(part));
}

static const forge_kind *find_kind(aud_args *args)
{
    for (size_t i = 0; i < AUD_COUNT(kinds); i++) {
        for (size_t k = 0; kinds[i].signs[k] != NULL; k++) {
            if (is_there(kinds[i].signs[k])) {
                return &kinds[i];
            }
        }
    }
    for (size_t i = 0; i < AUD_COUNT(kinds); i++) {
        if (has_remote(args, kinds[i].remote)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static aud_str starter(const char *name)
{
    for (size_t i = 0; i < aud_num_starters; i++) {
        if (strcmp(aud_starters[i].name, name) == 0) {
            return (aud_str){(const char *)aud_starters[i].text, aud_starters[i].len};
        }
    }
    return (aud_str){NULL, 0};
}

static aud_status make_folders(const char *path, aud_error *err)
{
    char folder[PATH_MAX];

    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
            return aud_fail(err, AUD_E_IO, "cannot make the folder '%s'", folder);
        }
    }
    return AUD_OK;
}

/* Never over a file that is there: O_EXCL decides, not a look beforehand. */
static aud_status write_new(const char *path, aud_str text, aud_out *out, aud_error *err)
{
    int fd;
    bool whole;

    AUD_TRY(make_folders(path, err));
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST) {
        aud_out_printf(out, "kept   %s\n", path);
        return AUD_OK;
    }
    if (fd < 0) {
        return aud_fail(err, AUD_E_IO, "cannot write '%s'", path);
    }
    whole = write(fd, text.ptr, text.len) == (ssize_t)text.len;
    whole = close(fd) == 0 && whole;
    if (!whole) {
        return aud_fail(err, AUD_E_IO, "cannot write '%s'", path);
    }
    aud_out_printf(out, "wrote  %s\n", path);
    return AUD_OK;
}

/* The starter, with an exclude and its reason for every folder of that kind that is there. */
static aud_status configuration(aud_args *args, aud_str *out, aud_error *err)
{
    const aud_str none = AUD_LIT("    exclude: []\n");
    const aud_str text = starter("certaudit.yaml");
    const size_t at = aud_str_find(text, none, 0);
    aud_str lines = AUD_LIT("    exclude:\n");
    size_t num = 0;

    for (size_t i = 0; i < AUD_COUNT(excludes); i++) {
        if (is_there(excludes[i].folder)) {
            AUD_TRY(aud_arena_printf(&args->arena, &lines, err,
                                     "%.*s      - {path: \"%s/**\", reason: \"%s\"}\n",
                                     AUD_ARG(lines), excludes[i].folder, excludes[i].reason));
            num++;
        }
    }
    if (num == 0 || at == SIZE_MAX) {
        *out = text;
        return AUD_OK;
    }
    return aud_arena_printf(&args->arena, out, err, "%.*s%.*s%.*s", (int)at, text.ptr,
                            AUD_ARG(lines), AUD_ARG(aud_str_sub(text, at + none.len, text.len)));
}

static const forge_kind *named_kind(aud_str name)
{
    for (size_t i = 0; i < AUD_COUNT(kinds); i++) {
        if (aud_str_eq(name, aud_str_of(kinds[i].name))) {
            return &kinds[i];
        }
    }
    return NULL;
}

static aud_status init(aud_args *args, const forge_kind *kind, aud_out *out, aud_error *err)
{
    aud_str text;

    AUD_TRY(configuration(args, &text, err));
    AUD_TRY(write_new("certaudit.yaml", text, out, err));
    if (kind == NULL) {
        aud_out_text(out, "\nNo forge was recognised: 'certaudit init github|gitlab|azure|jenkins' "
                          "writes its pipeline file.\n");
    } else {
        AUD_TRY(write_new(kind->path, starter(kind->starter), out, err));
        aud_out_printf(out, "\nNext: %s.\n", kind->next);
    }
    aud_out_text(out,
                 "Try 'certaudit check', then commit both by themselves: a change is judged by "
                 "the rules of the\nbranch that it goes to.\n");
    return AUD_OK;
}

int aud_command_init(aud_args *args, aud_out *out)
{
    const forge_kind *kind = NULL;
    aud_error err = {0};

    if (args->operands.len > 1) {
        aud_say("certaudit: usage: certaudit init [github|gitlab|azure|jenkins]");
        return AUD_EXIT_USAGE;
    }
    if (args->operands.len == 1 && (kind = named_kind(args->operands.items[0])) == NULL) {
        aud_say("certaudit: no forge '%.*s': it is github, gitlab, azure or jenkins",
                AUD_ARG(args->operands.items[0]));
        return AUD_EXIT_USAGE;
    }
    if (!go_to_top()) {
        aud_say("certaudit: this is no git repository: run 'git init' first, or go into one");
        return AUD_EXIT_USAGE;
    }
    if (init(args, kind != NULL ? kind : find_kind(args), out, &err) != AUD_OK) {
        aud_complain(&err);
        return AUD_EXIT_OUTPUT;
    }
    return AUD_EXIT_CLEAN;
}
