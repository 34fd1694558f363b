/* tests/vcs/test_git_revisions.c - git repositories at a revision: what is read, what is refused.
 */
#include <unistd.h>

#include "tests/vcs/scratch.h"

/* Three commits on main, a tag on the second, a folder, a link inside. */
static const char *const history =
    "git init -q .; mkdir -p certs/old; printf one > certs/a.pem; printf old > certs/old/o.pem; "
    "printf top > z; ln -s a.pem certs/link; git add .; git commit -qm 1; "
    "printf two > certs/a.pem; git commit -qam 2; git tag -a v2 -m v2; "
    "printf three > certs/a.pem; git rm -q certs/old/o.pem; git commit -qam 3; git branch side";

static char *repository(const char *name)
{
    char *folder = scratch_folder(name);

    scratch_run(folder, history);
    return folder;
}

static void test_any_revision_is_read(void **state)
{
    static const struct {
        const char *rev, *want;
    } cases[] = {
        {"HEAD", "three"},       {"HEAD~2", "one"},      {"v2", "two"},     {"v2^", "one"},
        {"refs/tags/v2", "two"}, {"main", "three"},      {"side", "three"}, {"HEAD^^", "one"},
        {"@", "three"},          {"v2^{commit}", "two"},
    };
    char *folder = repository("any_revision");

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

        print_message("case: %s\n", cases[i].rev);
        assert_int_equal(scratch_open(folder, "", cases[i].rev, &vcs, NULL), AUD_OK);
        assert_string_equal(scratch_read(vcs, "certs/a.pem", AUD_OK), cases[i].want);
        assert_int_equal(aud_vcs_rev(vcs).len, 40);
        assert_string_equal(aud_vcs_kind(vcs), "git");
        assert_int_equal(aud_vcs_place(vcs), AUD_PLACE_GIT);
    }
    test_free(folder);
}

static void test_short_ids_and_remote_branches_are_read(void **state)
{
    char *folder = repository("short_ids");
    char *clone = scratch_folder("short_ids_clone");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *full = NULL;
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *part = NULL;
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *remote = NULL;
    char id[9];

    (void)state;
    assert_int_equal(scratch_open(folder, "", "HEAD", &full, NULL), AUD_OK);
    (void)snprintf(id, sizeof id, "%.*s", 8, aud_vcs_rev(full).ptr);
    assert_int_equal(scratch_open(folder, "", id, &part, NULL), AUD_OK);
    assert_true(aud_str_eq(aud_vcs_rev(full), aud_vcs_rev(part)));
    scratch_run(clone, "git clone -q ../short_ids .");
    assert_int_equal(scratch_open(clone, "", "origin/main", &remote, NULL), AUD_OK);
    assert_true(aud_str_eq(aud_vcs_rev(full), aud_vcs_rev(remote)));
    test_free(folder);
    test_free(clone);
}

static void test_a_revision_lists_its_files_in_order(void **state)
{
    char *folder = repository("lists");

    (void)state;
    scratch_expect(folder, "", "HEAD~1", "certs/a.pem certs/old/o.pem z");
    scratch_expect(folder, "", "HEAD", "certs/a.pem z");
    scratch_expect(folder, "certs", "HEAD~1", "a.pem old/o.pem");
    scratch_expect(folder, "certs/a.pem", "HEAD~1", "a.pem");
    scratch_expect(folder, "certs/link", "HEAD~1", "a.pem");
    test_free(folder);
}

static void test_paths_that_only_the_revision_has_are_found(void **state)
{
    char *folder = repository("gone");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

    (void)state;
    scratch_expect(folder, "certs/old", "HEAD~1", "o.pem");
    scratch_expect(folder, "certs/old/o.pem", "HEAD~1", "o.pem");
    assert_int_equal(scratch_open(folder, "certs/old", "HEAD~1", &vcs, NULL), AUD_OK);
    assert_true(aud_str_eq(aud_vcs_prefix(vcs), AUD_LIT("certs/old")));
    aud_vcs_freep(&vcs);
    assert_int_equal(scratch_open(folder, "certs/old", "HEAD", &vcs, NULL), AUD_E_NOT_FOUND);
    assert_int_equal(scratch_open(folder, "../gone/never", "HEAD", &vcs, NULL), AUD_E_NOT_FOUND);
    assert_int_equal(scratch_open(folder, "z/x", "HEAD", &vcs, NULL), AUD_E_NOT_FOUND);
    test_free(folder);
}

static void test_file_and_folder_names_sort_as_whole_paths(void **state)
{
    char *folder = scratch_folder("order");

    (void)state;
    scratch_run(folder, "git init -q .; mkdir a a-; touch a.b a/x a-/y a0; git add .; "
                        "git commit -qm 1");
    scratch_expect(folder, "", "HEAD", "a-/y a.b a/x a0");
    scratch_expect(folder, "", "", "a-/y a.b a/x a0");
    test_free(folder);
}

/* ---- kinds of repositories ---- */

static void test_repositories_of_every_build_give_the_same(void **state)
{
    static const struct {
        const char *name, *script, *inner, *rev;
    } cases[] = {
        {"a bare repository is read at HEAD", "git clone -q --bare origin bare", "bare", ""},
        {"a bare repository at a revision", "git clone -q --bare origin bare", "bare", "main"},
        {"a repository with all in packs", "git clone -q origin c; cd c; git gc -q", "c", "HEAD"},
        {"packed references",
         "git clone -q --bare origin c; cd c; git pack-refs --all; git repack -qad", "c", "main"},
        {"a linked work tree", "git -C origin worktree add -q ../linked main~0 --detach", "linked",
         "HEAD"},
        {"objects borrowed from another repository", "git clone -q --shared origin shared",
         "shared", "HEAD"},
        {"a .git file",
         "git init -q --separate-git-dir=apart tree; cd tree; "
         "git pull -q ../origin main",
         "tree", "HEAD"},
        {"the .git folder itself", ":", "origin/.git", ""},
        {"a multi-pack index",
         "git clone -q --bare origin c; cd c; git repack -qad; "
         "git multi-pack-index write",
         "c", "HEAD"},
    };
    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = scratch_folder("builds");
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        aud_error err = {0};

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "mkdir origin");
        {
            char origin[4096];
            (void)snprintf(origin, sizeof origin, "%s/origin", folder);
            scratch_run(origin, history);
        }
        scratch_run(folder, cases[i].script);
        if (scratch_open(folder, cases[i].inner, cases[i].rev, &vcs, &err) != AUD_OK) {
            fail_msg("%s", err.message);
        }
        assert_string_equal(scratch_read(vcs, "certs/a.pem", AUD_OK), "three");
        test_free(folder);
    }
}

static void test_no_configuration_changes_what_is_read(void **state)
{
    static const struct {
        const char *name, *script;
    } cases[] = {
        {"line ends", "git config core.autocrlf true; git config core.eol crlf"},
        {"attributes and filters",
         "printf '* text eol=crlf filter=f ident\\n' > .git/info/attributes; "
         "git config filter.f.smudge 'touch SMUDGED'; git config filter.f.required true"},
        {"another work tree", "git config core.worktree /etc"},
        {"a work tree's own configuration",
         "git config core.repositoryformatversion 1; git config extensions.worktreeConfig true; "
         "git config --worktree core.bare true"},
        {"claims to be bare", "git config core.bare true"},
        {"an include of a pipe", "mkfifo .git/pipe; printf '[include]\\npath = pipe\\n' "
                                 ">> .git/config"},
        {"nonsense", "printf '[[[\\n=\\n' >> .git/config"},
        {"no configuration at all", "rm .git/config"},
        {"hooks", "printf '#!/bin/sh\\ntouch HOOKED\\n' > .git/hooks/post-checkout; "
                  "chmod +x .git/hooks/*; git config core.fsmonitor 'touch HOOKED'"},
        {"replaced objects", "git replace $(git rev-parse HEAD:certs/a.pem) "
                             "$(git rev-parse HEAD~2:certs/a.pem)"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = repository("configurations");

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, cases[i].script);
        for (int disk = 0; disk < 2; disk++) {
            AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
            aud_error err = {0};

            if (scratch_open(folder, "", disk != 0 ? "" : "HEAD", &vcs, &err) != AUD_OK) {
                fail_msg("%s", err.message);
            }
            assert_string_equal(scratch_read(vcs, "certs/a.pem", AUD_OK), "three");
        }
        assert_int_not_equal(scratch_try(folder, "ls SMUDGED HOOKED"), 0);
        scratch_expect(folder, "", "HEAD", "certs/a.pem z");
        scratch_expect(folder, "", "", "certs/a.pem z");
        test_free(folder);
    }
}

/* ---- refusals ---- */

static void test_refusals_say_what_to_do(void **state)
{
    static const struct {
        const char *name, *script, *inner, *rev;
        aud_status want;
        const char *words; /* in the message */
    } cases[] = {
        {"an unknown revision", ":", "origin", "nope", AUD_E_NOT_FOUND, "no revision 'nope'"},
        {"a shallow clone", "git clone -q --depth 1 file://$PWD/origin s", "s", "HEAD~2",
         AUD_E_NOT_FOUND, "git fetch --unshallow"},
        {"a shallow clone asked for a tag that it lacks",
         "git clone -q --depth 1 --no-tags file://$PWD/origin s", "s", "v2", AUD_E_NOT_FOUND,
         "fetch-depth: 0"},
        {"no commit yet", "git init -q new", "new", "HEAD", AUD_E_NOT_FOUND, "no commit yet"},
        {"no commit yet in a bare repository", "git init -q --bare new", "new", "", AUD_E_NOT_FOUND,
         "no commit yet"},
        {"object ids of SHA-256", "git init -q --object-format=sha256 new", "new", "HEAD",
         AUD_E_UNSUPPORTED, "sha256"},
        {"object ids of SHA-256 on disk", "git init -q --object-format=sha256 new", "new", "",
         AUD_E_UNSUPPORTED, "sha256"},
        {"a future format", "git init -q new; git -C new config core.repositoryformatversion 7",
         "new", "HEAD", AUD_E_UNSUPPORTED, "format version '7'"},
        {"references in another store",
         "git init -q new; git -C new config extensions.refstorage reftable", "new", "HEAD",
         AUD_E_UNSUPPORTED, "git refs migrate"},
        {"no such path", ":", "nowhere", "", AUD_E_NOT_FOUND, "nowhere"},
        {"a tree is no commit", ":", "origin", "HEAD^{tree}", AUD_E_NOT_FOUND, "names no commit"},
        {"a blob is no commit", ":", "origin", "HEAD:z", AUD_E_NOT_FOUND, "names no commit"},
        {"a .git file that leads nowhere", "mkdir lost; echo 'gitdir: ../no' > lost/.git", "lost",
         "HEAD", AUD_E_NOT_FOUND, "git worktree repair"},
        {"a path that the revision lacks", ":", "origin/certs/none", "HEAD", AUD_E_NOT_FOUND,
         "no 'none'"},
        {"a pipe", "mkfifo p", "p", "", AUD_E_UNSUPPORTED, "neither a file nor a folder"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = scratch_folder("refusals");
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        char origin[4096];
        aud_error err = {0};

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "mkdir origin");
        (void)snprintf(origin, sizeof origin, "%s/origin", folder);
        scratch_run(origin, history);
        scratch_run(folder, cases[i].script);
        assert_int_equal(scratch_open(folder, cases[i].inner, cases[i].rev, &vcs, &err),
                         cases[i].want);
        assert_null(vcs);
        if (strstr(err.message, cases[i].words) == NULL) {
            fail_msg("'%s' does not say '%s'", err.message, cases[i].words);
        }
        test_free(folder);
    }
}

static void test_a_revision_outside_of_git_is_refused(void **state)
{
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    char path[] = "/tmp/aud_vcs_XXXXXX";
    aud_error err = {0};

    (void)state;
    assert_non_null(mkdtemp(path));
    assert_int_equal(scratch_open(path, "", "HEAD", &vcs, &err), AUD_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "in no git repository"));
    assert_int_equal(rmdir(path), 0);
}

static void test_the_owner_of_a_repository_counts(void **state)
{
    char *folder = repository("foreign");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    aud_error err = {0};
    char path[4096];

    (void)state;
    if (geteuid() != 0) {
        print_message("skipped: needs root to give a repository away\n");
        test_free(folder);
        skip();
    }
    scratch_run(folder, "chown -R 12345 .; mkdir ../foreign_home 2>/dev/null || true; "
                        "rm -f ../foreign_home/.gitconfig");
    (void)snprintf(path, sizeof path, "%s_home", folder);
    assert_int_equal(setenv("HOME", path, 1), 0);
    assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
    for (int disk = 0; disk < 2; disk++) {
        assert_int_equal(scratch_open(folder, "", disk != 0 ? "" : "HEAD", &vcs, &err),
                         AUD_E_DENIED);
        assert_non_null(strstr(err.message, "git config --global --add safe.directory"));
        assert_non_null(strstr(err.message, folder));
    }
    /* who called sudo is trusted with what is theirs */
    assert_int_equal(setenv("SUDO_UID", "12345", 1), 0);
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, &err), AUD_OK);
    aud_vcs_freep(&vcs);
    assert_int_equal(setenv("SUDO_UID", "54321", 1), 0);
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, &err), AUD_E_DENIED);
    assert_int_equal(unsetenv("SUDO_UID"), 0);
    /* so is what the user's own configuration names */
    scratch_run(folder, "printf '[safe]\\n\\tdirectory = /else # x\\n\\tdirectory = \"%s\"\\n' "
                        "\"$PWD\" > ../foreign_home/.gitconfig");
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, &err), AUD_OK);
    aud_vcs_freep(&vcs);
    assert_int_equal(scratch_open(folder, "certs", "", &vcs, &err), AUD_OK);
    aud_vcs_freep(&vcs);
    /* and an empty value takes it back */
    scratch_run(folder, "printf '[safe]\\n\\tdirectory =\\n' >> ../foreign_home/.gitconfig");
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, &err), AUD_E_DENIED);
    scratch_run(folder, "printf '[safe]\\n\\tdirectory = *\\n' > ../foreign_home/.gitconfig");
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, &err), AUD_OK);
    aud_vcs_freep(&vcs);
    /* the repository cannot vouch for itself */
    scratch_run(folder, "rm ../foreign_home/.gitconfig; "
                        "printf '[safe]\\n\\tdirectory = *\\n' >> .git/config");
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, &err), AUD_E_DENIED);
    test_free(folder);
}

/* ---- gaps and damage ---- */

static void test_what_is_opaque_or_missing_is_a_gap(void **state)
{
    static const struct {
        const char *name, *script, *want;
    } cases[] = {
        {"a submodule", "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub",
         "certs/a.pem sub!submodule z"},
        {"links out of the tree",
         "ln -s /etc/passwd abs; ln -s ../x up; ln -s certs/../../x deep; git add .",
         "abs!outward_link certs/a.pem deep!outward_link up!outward_link z"},
        {"a link that leaves the tree where one inside would fit",
         "ln -s ../z up; ln -s /z abs; git add .",
         "abs!outward_link certs/a.pem up!outward_link z"},
        {"a link out of the tree through a link", "ln -s . here; ln -s here/../y via; git add .",
         "certs/a.pem via!outward_link z"},
        {"a link to a folder, to a link, and to the top",
         "ln -s certs c; ln -s c d; ln -s . e; ln -s d/link f; git add .", "certs/a.pem z"},
        {"a dangling link", "ln -s certs/none n; git add .", "certs/a.pem n!outward_link z"},
        {"links in a circle", "ln -s b a; ln -s a b; git add .",
         "a!outward_link b!outward_link certs/a.pem z"},
        {"a link into a submodule",
         "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub; ln -s sub/x l; "
         "git add l",
         "certs/a.pem l!outward_link sub!submodule z"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = repository("gaps");

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, cases[i].script);
        scratch_run(folder, "git commit -qm gaps");
        scratch_expect(folder, "", "HEAD", cases[i].want);
        test_free(folder);
    }
}

static void test_a_link_out_of_the_opened_folder_is_a_gap(void **state)
{
    char *folder = repository("gaps");

    (void)state;
    scratch_run(folder, "ln -s ../z certs/up; git add .; git commit -qm up");
    scratch_expect(folder, "", "HEAD", "certs/a.pem z");
    scratch_expect(folder, "certs", "HEAD", "a.pem up!outward_link");
    scratch_expect(folder, "certs", "", "a.pem up!outward_link");
    test_free(folder);
}

static void test_missing_and_damaged_objects_are_told_apart(void **state)
{
    static const char *const path_of =
        "f() { id=$(git rev-parse $1); echo .git/objects/$(echo $id | cut -c1-2)/$(echo $id | "
        "cut -c3-); }; ";
    char *folder = repository("missing");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    char script[1024];

    (void)state;
    (void)snprintf(script, sizeof script, "%s rm -f $(f HEAD:certs/a.pem)", path_of);
    scratch_run(folder, script);
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, NULL), AUD_OK);
    (void)scratch_read(vcs, "certs/a.pem", AUD_E_NOT_FOUND);
    assert_string_equal(scratch_read(vcs, "z", AUD_OK), "top");
    aud_vcs_freep(&vcs);

    /* another blob of the same length in its place */
    (void)snprintf(script, sizeof script,
                   "%s printf tap | git hash-object -w --stdin; "
                   "cp -f .git/objects/$(printf tap | git hash-object --stdin | sed 's,..,&/,') "
                   "$(f HEAD:z)",
                   path_of);
    scratch_run(folder, script);
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, NULL), AUD_OK);
    (void)scratch_read(vcs, "z", AUD_E_FORMAT);
    aud_vcs_freep(&vcs);

    (void)snprintf(script, sizeof script, "%s chmod +w $(f HEAD:z); printf x > $(f HEAD:z)",
                   path_of);
    scratch_run(folder, script);
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, NULL), AUD_OK);
    (void)scratch_read(vcs, "z", AUD_E_FORMAT);
    aud_vcs_freep(&vcs);

    (void)snprintf(script, sizeof script, "%s rm -f $(f HEAD:certs)", path_of);
    scratch_run(folder, script);
    scratch_expect(folder, "", "HEAD", "certs!unreadable z");
    test_free(folder);
}

static void test_a_partial_clone_says_that_it_is_one(void **state)
{
    char *folder = repository("partial");
    char *clone = scratch_folder("partial_clone");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
    const aud_entry *entries;
    aud_input *input = NULL;
    aud_error err = {0};
    size_t num;

    (void)state;
    scratch_run(folder, "git config uploadpack.allowFilter true");
    scratch_run(clone, "git clone -q --filter=blob:none --no-checkout file://$PWD/../partial .");
    assert_int_equal(scratch_open(clone, "", "main", &vcs, &err), AUD_OK);
    assert_int_equal(aud_vcs_list(vcs, &entries, &num, &err), AUD_OK);
    /* the link's target cannot be read either */
    assert_int_equal(num, 3);
    assert_int_equal(aud_vcs_reader_new(vcs, &reader, &err), AUD_OK);
    assert_int_equal(aud_vcs_read(reader, &entries[0], &input, &err), AUD_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "promisor"));
    assert_int_equal(entries[1].kind, AUD_ENTRY_GAP);
    assert_int_equal(entries[1].gap, AUD_GAP_UNREADABLE);
    aud_vcs_reader_freep(&reader);
    test_free(folder);
    test_free(clone);
}

static void test_trees_that_no_git_writes_are_gaps(void **state)
{
    static const struct {
        const char *name, *entry, *want;
    } cases[] = {
        {"a name of two dots", "100644 ..", "t!broken z"},
        {"a name of one dot", "100644 .", "t!broken z"},
        {"a name with a slash", "100644 a/b", "t!broken z"},
        {"a folder named .git", "40000 .git", "t!broken z"},
        {"an empty name", "100644 ", "t!broken z"},
        {"no mode", "x", "t!broken z"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = scratch_folder("trees");
        char script[1024];

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "git init -q .; printf top > z; git add .; git commit -qm 1");
        (void)snprintf(
            script, sizeof script,
            "blob=$(git rev-parse HEAD:z); "
            "bad=$(printf '%s\\0AAAAAAAAAAAAAAAAAAAA' | "
            "git hash-object -t tree -w --stdin --literally); "
            "top=$(printf '040000 tree %%s\\tt\\n100644 blob %%s\\tz\\n' $bad $blob | git mktree); "
            "git update-ref refs/heads/main $(git commit-tree -m bad $top)",
            cases[i].entry);
        scratch_run(folder, script);
        scratch_expect(folder, "", "main", cases[i].want);
        test_free(folder);
    }
}

/* ---- paths of the repository ---- */

static void test_a_path_is_read_from_the_top_of_the_repository(void **state)
{
    static const struct {
        const char *path;
        size_t max;
        aud_status want;
    } cases[] = {
        {"z", 100, AUD_OK},
        {"certs/a.pem", 100, AUD_OK},
        {"certs/a.pem", 2, AUD_E_LIMIT},
        {"certs", 100, AUD_E_NOT_FOUND},
        {"none", 100, AUD_E_NOT_FOUND},
        {"z/none", 100, AUD_E_NOT_FOUND},
        {"certs/link", 100, AUD_E_NOT_FOUND},
        {"certs/../z", 100, AUD_E_NOT_FOUND},
        {"/etc/passwd", 100, AUD_E_NOT_FOUND},
        {"../read_path/z", 100, AUD_E_NOT_FOUND},
    };
    char *folder = repository("read_path");

    (void)state;
    for (int disk = 0; disk < 2; disk++) {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        AUD_CLEANUP(aud_arena_clear) aud_arena arena;

        aud_arena_init(&arena, AUD_ARENA_NO_MAX);
        assert_int_equal(scratch_open(folder, "certs", disk != 0 ? "" : "HEAD", &vcs, NULL),
                         AUD_OK);
        for (size_t i = 0; i < AUD_COUNT(cases); i++) {
            aud_str text;

            print_message("case: %s %s\n", disk != 0 ? "disk" : "HEAD", cases[i].path);
            assert_int_equal(aud_vcs_read_path(vcs, aud_str_of(cases[i].path), cases[i].max, &arena,
                                               &text, NULL),
                             cases[i].want);
        }
    }
    test_free(folder);
}

static void test_running_out_of_memory_is_told(void **state)
{
    char *folder = repository("memory");
    size_t failed = 0;

    (void)state;
    for (uint64_t n = 1; n < 500; n++) {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
        const aud_entry *entries;
        aud_input *input;
        size_t num;
        aud_status st;

        aud_alloc_fail_at(n);
        st = scratch_open(folder, "", "HEAD", &vcs, NULL);
        st = st != AUD_OK ? st : aud_vcs_list(vcs, &entries, &num, NULL);
        st = st != AUD_OK ? st : aud_vcs_reader_new(vcs, &reader, NULL);
        st = st != AUD_OK ? st : aud_vcs_read(reader, &entries[0], &input, NULL);
        aud_alloc_fail_at(0);
        if (st == AUD_OK) {
            assert_true(failed > 5);
            assert_int_equal(num, 2);
            aud_vcs_reader_freep(&reader);
            test_free(folder);
            return;
        }
        assert_int_equal(st, AUD_E_NOMEM);
        failed++;
        aud_vcs_reader_freep(&reader);
    }
    fail_msg("it never succeeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_revision_is_read),
        cmocka_unit_test(test_short_ids_and_remote_branches_are_read),
        cmocka_unit_test(test_a_revision_lists_its_files_in_order),
        cmocka_unit_test(test_paths_that_only_the_revision_has_are_found),
        cmocka_unit_test(test_file_and_folder_names_sort_as_whole_paths),
        cmocka_unit_test(test_repositories_of_every_build_give_the_same),
        cmocka_unit_test(test_no_configuration_changes_what_is_read),
        cmocka_unit_test(test_refusals_say_what_to_do),
        cmocka_unit_test(test_a_revision_outside_of_git_is_refused),
        cmocka_unit_test(test_the_owner_of_a_repository_counts),
        cmocka_unit_test(test_what_is_opaque_or_missing_is_a_gap),
        cmocka_unit_test(test_a_link_out_of_the_opened_folder_is_a_gap),
        cmocka_unit_test(test_missing_and_damaged_objects_are_told_apart),
        cmocka_unit_test(test_a_partial_clone_says_that_it_is_one),
        cmocka_unit_test(test_trees_that_no_git_writes_are_gaps),
        cmocka_unit_test(test_a_path_is_read_from_the_top_of_the_repository),
        cmocka_unit_test(test_running_out_of_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
