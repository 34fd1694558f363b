/* tests/vcs/test_disk_sources.c - work trees and plain folders as they lie on disk. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/vcs/scratch.h"

/* Scratch folders may lie in a repository; a plain folder must not. */
static char *plain_folder(void)
{
    char template[] = "/tmp/aud_vcs_XXXXXX";
    char *made = mkdtemp(template);
    char *own = test_malloc(sizeof template);

    assert_non_null(made);
    memcpy(own, made, sizeof template);
    return own;
}

static void remove_plain(char *folder)
{
    scratch_run(folder, "chmod -R u+rwx .; rm -rf \"$PWD\"");
    test_free(folder);
}

/* ---- work trees ---- */

static void test_work_trees_list_what_git_lists(void **state)
{
    static const struct {
        const char *name, *script;
    } cases[] = {
        {"tracked, changed and untracked", "printf x > a; printf y > new"},
        {"a tracked file that is gone", "rm a d/b"},
        {"names to ignore", "printf '*.key\\nbuild/\\n' > .gitignore; mkdir build e; touch e/x.key "
                            "build/x k.key e/y"},
        {"a pattern from the top", "printf '/x\\ny/z\\n' > .gitignore; mkdir y e e/y; touch x y/z "
                                   "e/x e/y/z"},
        {"an ignored file that is tracked", "printf 'a\\nd\\n' > .gitignore; touch d/new"},
        {"negated rules",
         "printf '*.pem\\n!keep.pem\\n' > .gitignore; touch keep.pem drop.pem d/keep.pem"},
        {"a file in an ignored folder cannot come back",
         "printf 'o/\\n!o/x\\n' > .gitignore; mkdir o; touch o/x"},
        {"the nearest file decides",
         "printf '*.pem\\n' > .gitignore; printf '!*.pem\\n' > d/.gitignore; touch x.pem d/x.pem"},
        {"the repository's exclude file", "printf 'secret*\\n' > .git/info/exclude; touch secret1 "
                                          "d/secret2 other"},
        {"two stars", "printf '**/t/**/x\\nq/**\\n' > .gitignore; mkdir -p p/t/u q/r; touch p/t/x "
                      "p/t/u/x q/y q/r/z t; rm t; mkdir t; touch t/x"},
        {"blanks and escapes",
         "printf 'one \\ntwo\\\\ \\n\\\\#x\\n\\\\!y\\n#z\\n' > .gitignore; touch one 'two ' "
         "'#x' '!y' '#z'"},
        {"line ends of Windows", "printf '*.o\\r\\nsub/\\r\\n' > .gitignore; touch x.o; mkdir sub; "
                                 "touch sub/y"},
        {"classes", "printf '[a-c]x\\n[!a]y\\n' > .gitignore; touch ax dx ay by"},
        {"a folder by its name or by a file's",
         "printf 'n\\n' > .gitignore; mkdir n d/m; touch n/x "
         "d/n d/m/y"},
        {"only folders",
         "printf 'n/\\n' > .gitignore; mkdir e; touch n e/n; mkdir e/m; touch e/m/n"},
        {"everything but", "printf '/*\\n!/d\\n' > .gitignore; touch q d/new"},
        {"an index of version 4", "git update-index --index-version 4; printf a > .gitignore"},
        {"an index without a checksum",
         "git -c index.skipHash=true update-index --force-write-index"
         " || true"},
        {"paths added but not committed",
         "printf 'n*\\n' > .gitignore; touch n1 n2; git add -f n1; "
         "git add -N -f n2"},
        {"a sparse checkout", "git sparse-checkout set --no-cone d || git sparse-checkout set d"},
        {"a sparse index", "git sparse-checkout set --cone --sparse-index d; printf d >.gitignore"},
        {"a conflict", "git checkout -qb o; printf o > a; git commit -qam o; git checkout -q main; "
                       "printf m > a; git commit -qam m; git merge o || printf a > .gitignore"},
        {"names that need quotes", "touch 'a b' 'q\"q' 't\tt'; mkdir 'ä'; touch 'ä/ö'"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = scratch_folder("work");
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        const aud_entry *entries;
        aud_error err = {0};
        aud_buf want;
        aud_str rest, line;
        size_t num, at = 0;
        char path[4096];

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "git init -q .; mkdir d d/deep; printf a > a; printf b > d/b; "
                            "printf c > d/deep/c; git add .; git commit -qm 1");
        scratch_run(folder, cases[i].script);
        /* what git calls cached may be gone from the disk */
        scratch_run(folder, "git ls-files -zco --exclude-per-directory=.gitignore "
                            "--exclude-from=.git/info/exclude | sort -zu | "
                            "xargs -0 sh -c 'for f; do test -e \"$f\" && printf \"%s\\n\" \"$f\"; "
                            "done; true' - > .git/want");
        (void)snprintf(path, sizeof path, "%s/.git/want", folder);
        aud_test_read(path, &want);
        if (scratch_open(folder, "", "", &vcs, &err) != AUD_OK ||
            aud_vcs_list(vcs, &entries, &num, &err) != AUD_OK) {
            fail_msg("%s", err.message);
        }
        rest = aud_buf_str(&want);
        while (aud_str_split(&rest, '\n', &line)) {
            if (line.len == 0) {
                continue;
            }
            if (at == num || !aud_str_eq(entries[at].path, line)) {
                fail_msg("wanted '%.*s', got '%.*s'", AUD_ARG(line),
                         AUD_ARG(at == num ? AUD_LIT("the end") : entries[at].path));
            }
            assert_int_equal(entries[at].kind, AUD_ENTRY_FILE);
            assert_false(entries[at].has_id);
            at++;
        }
        assert_int_equal(at, num);
        assert_true(num > 0);
        aud_buf_clear(&want);
        test_free(folder);
    }
}

static void test_work_trees_name_what_they_do_not_judge(void **state)
{
    static const struct {
        const char *name, *script, *want;
    } cases[] = {
        {"a submodule", "git submodule add -q ./ sub", ".gitmodules a sub!submodule"},
        {"a repository inside, untracked", "git init -q n; touch n/x", "a n!submodule"},
        {"a repository inside, ignored", "git init -q n; touch n/x; printf n > .git/info/exclude",
         "a"},
        {"an empty .git folder makes no repository", "mkdir -p n/.git; touch n/x", "a n/x"},
        {"a repository around tracked files",
         "mkdir n; touch n/t; git add n; git init -q n; "
         "touch n/u",
         "a n!submodule n/t"},
        {"links", "ln -s a in; ln -s /etc out; ln -s none dead",
         "a dead!outward_link out!outward_link"},
        {"a link to what is ignored", "touch key; ln -s key l; printf key > .git/info/exclude",
         "a l!outward_link"},
        {"a pipe", "mkfifo p", "a"},
        {"a tracked file that became a link", "rm a; ln -s /etc/passwd a", "a!outward_link"},
        {"a tracked folder that became a link",
         "mkdir d; touch d/t; git add d; rm -r d; ln -s /etc d", "a d!outward_link"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = scratch_folder("work_gaps");

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "git init -q .; printf a > a; git add a; git commit -qm 1");
        scratch_run(folder, cases[i].script);
        scratch_expect(folder, "", "", cases[i].want);
        test_free(folder);
    }
}

static void test_a_folder_inside_a_work_tree_is_judged_alone(void **state)
{
    char *folder = scratch_folder("inside");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

    (void)state;
    scratch_run(folder, "git init -q .; mkdir -p d/e out; touch a d/b d/e/c d/e/x.o out/o; "
                        "printf '*.o\\nout\\n' > .gitignore; printf '!x.o\\n' > d/e/.gitignore; "
                        "git add .; git commit -qm 1; touch d/e/y.o");
    scratch_expect(folder, "d", "", "b e/.gitignore e/c e/x.o");
    scratch_expect(folder, "d/e", "", ".gitignore c x.o");
    assert_int_equal(scratch_open(folder, "d/e", "", &vcs, NULL), AUD_OK);
    assert_true(aud_str_eq(aud_vcs_prefix(vcs), AUD_LIT("d/e")));
    assert_int_equal(aud_vcs_rev(vcs).len, 0);
    assert_string_equal(aud_vcs_kind(vcs), "git");
    assert_int_equal(aud_vcs_place(vcs), AUD_PLACE_GIT);
    aud_vcs_freep(&vcs);
    /* named outright, an ignored folder or file is wanted */
    scratch_expect(folder, "out", "", "o");
    scratch_expect(folder, "d/e/y.o", "", "y.o");
    assert_int_equal(scratch_open(folder, "d/e/y.o", "", &vcs, NULL), AUD_OK);
    assert_true(aud_str_eq(aud_vcs_prefix(vcs), AUD_LIT("d/e")));
    assert_int_equal(aud_vcs_place(vcs), AUD_PLACE_GIT);
    test_free(folder);
}

static void test_a_damaged_index_is_an_error(void **state)
{
    static const struct {
        const char *name, *script;
        aud_status want;
    } cases[] = {
        {"cut", "head -c 40 .git/index > i; mv i .git/index", AUD_E_FORMAT},
        {"empty", ": > .git/index", AUD_E_FORMAT},
        {"nonsense", "printf 'nonsense nonsense nonsense nonsense' > .git/index", AUD_E_FORMAT},
        {"a count that lies",
         "{ printf 'DIRC\\0\\0\\0\\002\\377\\377\\377\\377'; "
         "tail -c +13 .git/index; } > i; mv i .git/index",
         AUD_E_FORMAT},
        {"a future version",
         "{ printf 'DIRC\\0\\0\\0\\011'; tail -c +9 .git/index; } > i; "
         "mv i .git/index",
         AUD_E_UNSUPPORTED},
        {"a split index", "git update-index --split-index; touch q; git add q", AUD_E_UNSUPPORTED},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = scratch_folder("index");
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        const aud_entry *entries;
        size_t num;

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "git init -q .; touch a b; git add .");
        scratch_run(folder, cases[i].script);
        assert_int_equal(scratch_open(folder, "", "", &vcs, NULL), AUD_OK);
        assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), cases[i].want);
        test_free(folder);
    }
}

/* ---- plain folders ---- */

static void test_plain_folders_are_walked_through_links(void **state)
{
    static const struct {
        const char *name, *script, *want;
    } cases[] = {
        {"files and folders", "mkdir -p in/d; touch in/a in/d/b", "a d/b"},
        {"an empty folder", ":", ""},
        {"several links to a file inside count once",
         "touch in/real.pem; ln -s real.pem in/0a1b.0; ln -s real.pem in/1.0", "real.pem"},
        {"several links to a file outside count once",
         "touch out/real.pem; ln -s ../out/real.pem in/b.0; ln -s ../out/real.pem in/a.0", "a.0"},
        {"a link to a folder outside", "mkdir -p out/x; touch out/x/f; ln -s ../out in/l", "l/x/f"},
        {"two links to a folder outside", "touch out/f; ln -s ../out in/l; ln -s ../out in/k",
         "k/f"},
        {"a folder and a file in it, both linked",
         "touch out/f; ln -s ../out in/l; ln -s ../out/f in/k", "k"},
        {"a link to itself", "ln -s l in/l", "l!outward_link"},
        {"a link to nothing", "ln -s none in/l", "l!outward_link"},
        {"a link to the folder itself", "touch in/a; ln -s . in/l", "a"},
        {"a link to the folder above", "touch in/a; ln -s .. in/l", "a l!outward_link"},
        {"a link to the root", "ln -s / in/l", "l!outward_link"},
        {"a circle outside", "mkdir out/d; touch out/f; ln -s .. out/d/up; ln -s ../out in/l",
         "l/f"},
        {"a link back inside from outside",
         "touch in/a out/f; ln -s ../in out/back; "
         "ln -s ../out in/l",
         "a l/f"},
        {"links to links", "touch out/f; ln -s f out/g; ln -s ../out/g in/l", "l"},
        {"a link to a link has a name of its own only if nothing else leads there",
         "mkdir in/d; touch out/f out/g; ln -s ../out/f in/real.pem; ln -s real.pem in/0a1b.0; "
         "ln -s ../real.pem in/d/0.0; ln -s 2.0 in/1.0; ln -s ../out/g in/2.0",
         "2.0 real.pem"},
        {"a link to a link to a folder outside",
         "mkdir out/d; touch out/d/f; ln -s l in/a; ln -s ../out/d in/l", "l/f"},
        {"pipes and sockets are passed over",
         "touch in/a; mkfifo in/p out/p; ln -s p in/l; "
         "ln -s ../out/p in/m; ln -s /dev/zero in/z",
         "a"},
        {"a repository inside", "mkdir in/n; git init -q in/n; touch in/n/x", "n/x"},
        {"hard links are files of their own", "touch in/a; ln in/a in/b", "a b"},
    };

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        char *folder = plain_folder();
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

        print_message("case: %s\n", cases[i].name);
        scratch_run(folder, "mkdir in out");
        scratch_run(folder, cases[i].script);
        scratch_expect(folder, "in", "", cases[i].want);
        assert_int_equal(scratch_open(folder, "in", "", &vcs, NULL), AUD_OK);
        assert_string_equal(aud_vcs_kind(vcs), "folder");
        assert_int_equal(aud_vcs_place(vcs), AUD_PLACE_FOLDER);
        remove_plain(folder);
    }
}

static void test_links_of_plain_folders_may_be_left_alone(void **state)
{
    char *folder = plain_folder();
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    const aud_vcs_options options = {.path = aud_str_of(folder), .name = AUD_LIT("src")};
    char got[256];

    (void)state;
    scratch_run(folder, "touch a; ln -s a l");
    assert_int_equal(aud_vcs_open(&options, &vcs, NULL), AUD_OK);
    scratch_listing(vcs, got, sizeof got);
    assert_string_equal(got, "a l!outward_link");
    remove_plain(folder);
}

static void test_single_files_are_sources(void **state)
{
    char *folder = plain_folder();
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

    (void)state;
    scratch_run(folder, "printf body > a; touch b; ln -s a l");
    assert_int_equal(scratch_open(folder, "a", "", &vcs, NULL), AUD_OK);
    assert_string_equal(aud_vcs_kind(vcs), "file");
    assert_string_equal(scratch_read(vcs, "a", AUD_OK), "body");
    aud_vcs_freep(&vcs);
    assert_int_equal(scratch_open(folder, "l", "", &vcs, NULL), AUD_OK);
    assert_string_equal(scratch_read(vcs, "l", AUD_OK), "body");
    remove_plain(folder);
}

static void test_what_may_not_be_read_is_told(void **state)
{
    char *folder = plain_folder();
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;

    (void)state;
    if (geteuid() == 0 && seteuid(65534) != 0) {
        print_message("skipped: root may read everything\n");
        remove_plain(folder);
        skip();
    }
    if (geteuid() == 65534) {
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(chown(folder, 65534, (gid_t)-1), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/closed", folder);
        assert_int_equal(mkdir(path, 0), 0);
        (void)snprintf(path, sizeof path, "%s/secret", folder);
        assert_int_equal(close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0)), 0);
    }
    scratch_expect(folder, "", "", "closed!unreadable secret");
    assert_int_equal(scratch_open(folder, "", "", &vcs, NULL), AUD_OK);
    (void)scratch_read(vcs, "secret", AUD_E_DENIED);
    aud_vcs_freep(&vcs);
    assert_int_equal(scratch_open(folder, "closed", "", &vcs, NULL), AUD_E_DENIED);
    assert_int_equal(seteuid(getuid()), 0);
    remove_plain(folder);
}

static void test_paths_deeper_than_the_system_allows_are_gaps(void **state)
{
    char *folder = plain_folder();
    char name[201] = "";
    int at;

    (void)state;
    memset(name, '0', sizeof name - 1);
    at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < 30; i++) {
        int below;

        assert_int_equal(mkdirat(at, name, 0777), 0);
        below = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(below >= 0);
        assert_int_equal(close(at), 0);
        at = below;
    }
    assert_int_equal(close(at), 0);
    scratch_run(folder, "touch a");
    {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        const aud_entry *entries;
        size_t num;

        assert_int_equal(scratch_open(folder, "", "", &vcs, NULL), AUD_OK);
        assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
        assert_int_equal(num, 2);
        assert_int_equal(entries[0].kind, AUD_ENTRY_GAP);
        assert_int_equal(entries[0].gap, AUD_GAP_LIMIT);
    }
    remove_plain(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_work_trees_list_what_git_lists),
        cmocka_unit_test(test_work_trees_name_what_they_do_not_judge),
        cmocka_unit_test(test_a_folder_inside_a_work_tree_is_judged_alone),
        cmocka_unit_test(test_a_damaged_index_is_an_error),
        cmocka_unit_test(test_plain_folders_are_walked_through_links),
        cmocka_unit_test(test_links_of_plain_folders_may_be_left_alone),
        cmocka_unit_test(test_single_files_are_sources),
        cmocka_unit_test(test_what_may_not_be_read_is_told),
        cmocka_unit_test(test_paths_deeper_than_the_system_allows_are_gaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
