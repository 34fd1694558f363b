/* tests/vcs/test_inputs.c - what a reader gets: head, chunks, the whole, neighbours, on threads. */
#include <pthread.h>

#include "tests/vcs/scratch.h"

enum { HEAD = 64 << 10 };

/* Files of many lengths; byte number i of each is i % 251. */
static const size_t lengths[] = {0, 1, 1000, HEAD - 1, HEAD, HEAD + 1, (256 << 10) + HEAD, 1000003};

static char byte_at(size_t i)
{
    return (char)(i % 251);
}

static void write_file(const char *folder, const char *name, size_t len)
{
    char path[4096];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    for (size_t i = 0; i < len; i++) {
        assert_int_not_equal(fputc(byte_at(i), file), EOF);
    }
    assert_int_equal(fclose(file), 0);
}

static char *files(const char *name)
{
    char *folder = scratch_folder(name);

    for (size_t i = 0; i < AUD_COUNT(lengths); i++) {
        char file[32];

        (void)snprintf(file, sizeof file, "%zu", i);
        write_file(folder, file, lengths[i]);
    }
    scratch_run(folder, "git init -q .; git add .; git commit -qm 1; git gc -q");
    return folder;
}

static void check_bytes(aud_str bytes, size_t from)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != byte_at(from + i)) {
            fail_msg("byte %zu is wrong", from + i);
        }
    }
}

static void check_chunks(aud_input *input, size_t len)
{
    size_t seen = 0;
    aud_str chunk;
    aud_status st;

    while ((st = input->next(input, &chunk, NULL)) == AUD_OK) {
        assert_true(chunk.len > 0);
        check_bytes(chunk, seen);
        seen += chunk.len;
    }
    assert_int_equal(st, AUD_END);
    assert_int_equal(seen, len);
    assert_int_equal(input->next(input, &chunk, NULL), AUD_END);
}

static void check_input(aud_input *input, size_t len)
{
    aud_str whole, chunk;

    assert_int_equal(input->size, len);
    assert_int_equal(input->head.len, len < HEAD ? len : HEAD);
    check_bytes(input->head, 0);
    assert_true(aud_str_eq(input->source, AUD_LIT("src")));
    check_chunks(input, len);
    assert_int_equal(input->rewind(input, NULL), AUD_OK);
    check_chunks(input, len);
    assert_int_equal(input->whole(input, len, &whole, NULL), AUD_OK);
    assert_int_equal(whole.len, len);
    check_bytes(whole, 0);
    if (len > 0) {
        assert_int_equal(input->whole(input, len - 1, &whole, NULL), AUD_E_LIMIT);
        /* the whole in between does not disturb the chunks */
        assert_int_equal(input->rewind(input, NULL), AUD_OK);
        assert_int_equal(input->next(input, &chunk, NULL), AUD_OK);
        assert_int_equal(input->whole(input, len, &whole, NULL), AUD_OK);
        check_bytes(whole, 0);
        while (input->next(input, &chunk, NULL) == AUD_OK) {
            assert_true(chunk.len > 0);
        }
    }
    assert_null(input->close);
}

static void test_inputs_of_every_length(void **state)
{
    char *folder = files("lengths");

    (void)state;
    for (int disk = 0; disk < 2; disk++) {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
        const aud_entry *entries;
        size_t num;

        assert_int_equal(scratch_open(folder, "", disk != 0 ? "" : "HEAD", &vcs, NULL), AUD_OK);
        assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
        assert_int_equal(num, AUD_COUNT(lengths));
        assert_int_equal(aud_vcs_reader_new(vcs, &reader, NULL), AUD_OK);
        /* up and down again: the buffers of a reader are used again */
        for (size_t k = 0; k < 2 * num; k++) {
            size_t i = k < num ? k : 2 * num - 1 - k;
            aud_input *input = NULL;

            print_message("case: %zu bytes %s\n", lengths[i], disk != 0 ? "on disk" : "in git");
            assert_int_equal(aud_vcs_read(reader, &entries[i], &input, NULL), AUD_OK);
            assert_int_equal(entries[i].has_id, disk == 0);
            assert_int_equal(input->rev.len, disk != 0 ? 0 : 40);
            check_input(input, lengths[i]);
        }
        aud_vcs_reader_freep(&reader);
    }
    test_free(folder);
}

static void test_a_file_that_changes_meanwhile_is_an_error(void **state)
{
    static const char *const scripts[] = {"printf x >> 7", "head -c 70000 6 > 7", ": > 7"};

    (void)state;
    for (size_t i = 0; i < AUD_COUNT(scripts); i++) {
        char *folder = files("changes");
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
        const aud_entry *entries;
        aud_input *input = NULL;
        aud_status st;
        aud_str chunk;
        size_t num;

        print_message("case: %s\n", scripts[i]);
        assert_int_equal(scratch_open(folder, "", "", &vcs, NULL), AUD_OK);
        assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
        assert_int_equal(aud_vcs_reader_new(vcs, &reader, NULL), AUD_OK);
        assert_int_equal(aud_vcs_read(reader, &entries[7], &input, NULL), AUD_OK);
        scratch_run(folder, scripts[i]);
        while ((st = input->next(input, &chunk, NULL)) == AUD_OK) {
        }
        assert_int_equal(st, AUD_E_IO);
        assert_int_equal(input->whole(input, 1 << 30, &chunk, NULL), AUD_E_IO);
        aud_vcs_reader_freep(&reader);
        test_free(folder);
    }
}

/* ---- neighbours ---- */

static void test_neighbours_stay_inside(void **state)
{
    static const struct {
        const char *from, *relative;
        aud_status want;
        const char *path; /* of the neighbour */
    } cases[] = {
        {"d/main", "side", AUD_OK, "d/side"},
        {"d/main", "./e/../side", AUD_OK, "d/side"},
        {"d/main", "../top", AUD_OK, "top"},
        {"d/main", "link", AUD_OK, "top"},
        {"d/main", "up/top", AUD_OK, "top"},
        {"d/main", "none", AUD_E_NOT_FOUND, NULL},
        {"d/main", "e", AUD_E_NOT_FOUND, NULL},
        {"d/main", "", AUD_E_NOT_FOUND, NULL},
        {"d/main", "/etc/passwd", AUD_E_DENIED, NULL},
        {"d/main", "../../outside", AUD_E_DENIED, NULL},
        {"d/main", "../../../../../../../../../../../../etc/passwd", AUD_E_DENIED, NULL},
        {"d/main", "out", AUD_E_DENIED, NULL},
        {"d/main", "circle", AUD_E_NOT_FOUND, NULL},
    };
    char *folder = scratch_folder("neighbours");

    (void)state;
    scratch_run(folder,
                "touch outside; mkdir r; cd r; git init -q .; mkdir -p d/e; printf m > d/main; "
                "printf s > d/side; touch d/e/x; printf t > top; ln -s ../top d/link; "
                "ln -s .. d/up; ln -s ../../outside d/out; ln -s circle d/circle; git add .; "
                "git commit -qm 1");
    for (int disk = 0; disk < 2; disk++) {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
        const aud_entry *entries, *from = NULL;
        size_t num;

        assert_int_equal(scratch_open(folder, "r", disk != 0 ? "" : "HEAD", &vcs, NULL), AUD_OK);
        assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
        assert_int_equal(aud_vcs_reader_new(vcs, &reader, NULL), AUD_OK);
        for (size_t i = 0; i < num; i++) {
            from = aud_str_eq(entries[i].path, AUD_LIT("d/main")) ? &entries[i] : from;
        }
        assert_non_null(from);
        for (size_t i = 0; i < AUD_COUNT(cases); i++) {
            aud_input *input = NULL, *other = NULL;
            aud_str whole;
            aud_status st;

            print_message("case: %s %s\n", disk != 0 ? "disk" : "git", cases[i].relative);
            assert_int_equal(aud_vcs_read(reader, from, &input, NULL), AUD_OK);
            st = input->open(input, aud_str_of(cases[i].relative), &other, NULL);
            if (disk != 0 && strcmp(cases[i].relative, "circle") == 0) {
                assert_int_not_equal(st, AUD_OK); /* the system has a word of its own for it */
                continue;
            }
            assert_int_equal(st, cases[i].want);
            if (st != AUD_OK) {
                assert_null(other);
                continue;
            }
            assert_true(aud_str_eq(other->path, aud_str_of(cases[i].path)));
            assert_int_equal(other->whole(other, 10, &whole, NULL), AUD_OK);
            assert_int_equal(whole.ptr[0], strrchr(cases[i].path, 's') != NULL ? 's' : 't');
            /* the file it was opened from is still there */
            assert_int_equal(input->whole(input, 10, &whole, NULL), AUD_OK);
            assert_int_equal(whole.ptr[0], 'm');
            other->close(other);
        }
        aud_vcs_reader_freep(&reader);
    }
    test_free(folder);
}

static void test_neighbours_on_disk_never_reach_into_git(void **state)
{
    char *folder = scratch_folder("dot_git");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
    const aud_entry *entries;
    aud_input *input = NULL, *other = NULL;
    size_t num;

    (void)state;
    scratch_run(folder, "git init -q .; touch a; ln -s .git/config l");
    assert_int_equal(scratch_open(folder, "", "", &vcs, NULL), AUD_OK);
    assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
    assert_int_equal(aud_vcs_reader_new(vcs, &reader, NULL), AUD_OK);
    assert_int_equal(aud_vcs_read(reader, &entries[0], &input, NULL), AUD_OK);
    assert_int_equal(input->open(input, AUD_LIT(".git/config"), &other, NULL), AUD_E_DENIED);
    assert_int_equal(input->open(input, AUD_LIT("l"), &other, NULL), AUD_E_DENIED);
    aud_vcs_reader_freep(&reader);
    test_free(folder);
}

static void test_circles_of_neighbours_end(void **state)
{
    char *folder = scratch_folder("circles");
    AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
    AUD_CLEANUP(aud_vcs_reader_freep) aud_vcs_reader *reader = NULL;
    const aud_entry *entries;
    aud_input *open[100] = {NULL};
    aud_status st = AUD_OK;
    size_t num, depth;

    (void)state;
    scratch_run(folder, "git init -q .; printf 'include a' > a; git add .; git commit -qm 1");
    assert_int_equal(scratch_open(folder, "", "HEAD", &vcs, NULL), AUD_OK);
    assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
    assert_int_equal(aud_vcs_reader_new(vcs, &reader, NULL), AUD_OK);
    assert_int_equal(aud_vcs_read(reader, &entries[0], &open[0], NULL), AUD_OK);
    for (depth = 1; depth < AUD_COUNT(open); depth++) {
        st = open[depth - 1]->open(open[depth - 1], AUD_LIT("a"), &open[depth], NULL);
        if (st != AUD_OK) {
            break;
        }
    }
    assert_int_equal(st, AUD_E_LIMIT);
    while (depth-- > 1) {
        open[depth]->close(open[depth]);
    }
    aud_vcs_reader_freep(&reader);
    test_free(folder);
}

/* ---- threads ---- */

typedef struct job {
    aud_vcs *vcs;
    const aud_entry *entries;
    size_t num, first;
    size_t bytes;
} job;

static void *read_all(void *argument)
{
    job *j = argument;
    aud_vcs_reader *reader = NULL;

    if (aud_vcs_reader_new(j->vcs, &reader, NULL) != AUD_OK) {
        return NULL;
    }
    for (size_t i = 0; i < j->num; i++) {
        aud_input *input = NULL;
        aud_str whole;

        if (aud_vcs_read(reader, &j->entries[(i + j->first) % j->num], &input, NULL) == AUD_OK &&
            input->whole(input, 1 << 20, &whole, NULL) == AUD_OK) {
            j->bytes += whole.len;
        }
    }
    aud_vcs_reader_freep(&reader);
    return NULL;
}

static void test_readers_work_side_by_side(void **state)
{
    char *folder = scratch_folder("threads");

    (void)state;
    scratch_run(folder, "git init -q .; n=0; while test $n -lt 300; do mkdir -p d$((n%7)); "
                        "printf 'content %04d' $n > d$((n%7))/$n; n=$((n+1)); done; git add .; "
                        "git commit -qm 1; git gc -q");
    for (int disk = 0; disk < 2; disk++) {
        AUD_CLEANUP(aud_vcs_freep) aud_vcs *vcs = NULL;
        job jobs[4] = {0};
        pthread_t threads[4];
        const aud_entry *entries;
        size_t num;

        assert_int_equal(scratch_open(folder, "", disk != 0 ? "" : "HEAD", &vcs, NULL), AUD_OK);
        assert_int_equal(aud_vcs_list(vcs, &entries, &num, NULL), AUD_OK);
        assert_int_equal(num, 300);
        for (size_t i = 0; i < AUD_COUNT(jobs); i++) {
            jobs[i] = (job){.vcs = vcs, .entries = entries, .num = num, .first = i * 71};
            assert_int_equal(pthread_create(&threads[i], NULL, read_all, &jobs[i]), 0);
        }
        for (size_t i = 0; i < AUD_COUNT(jobs); i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            assert_int_equal(jobs[i].bytes, 300 * strlen("content 0000"));
        }
    }
    test_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inputs_of_every_length),
        cmocka_unit_test(test_a_file_that_changes_meanwhile_is_an_error),
        cmocka_unit_test(test_neighbours_stay_inside),
        cmocka_unit_test(test_neighbours_on_disk_never_reach_into_git),
        cmocka_unit_test(test_circles_of_neighbours_end),
        cmocka_unit_test(test_readers_work_side_by_side),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
