/* tests/base/test_services.c - files that appear whole, the map, the pool. */
#include "engine/base/map.h"
#include "engine/base/out.h"
#include "engine/base/pool.h"
#include "tests/support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

static size_t files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t num = 0;

    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        num += d->d_name[0] != '.';
    }
    (void)closedir(dir);
    return num;
}

static void test_file_appears_whole(void **state)
{
    const char *folder = aud_test_scratch("out");
    char path[4096];
    aud_arena arena;
    aud_out *out = NULL;
    aud_str got;
    (void)state;

    aud_arena_init(&arena, AUD_ARENA_NO_MAX);
    (void)snprintf(path, sizeof path, "%s/deep/er/report.txt", folder);
    assert_int_equal(aud_out_open_file(aud_str_of(path), &out, NULL), AUD_OK);
    for (int i = 0; i < 20000; i++) {
        aud_out_printf(out, "%d,", i);
    }
    aud_out_int(out, INT64_MIN);
    assert_int_not_equal(access(path, F_OK), 0); /* not before it is finished */
    assert_int_equal(aud_out_finish(out, NULL), AUD_OK);
    assert_int_equal(aud_file_read(aud_str_of(path), 1 << 20, &arena, &got, NULL), AUD_OK);
    assert_true(got.len == aud_out_count(out));
    assert_true(aud_str_ends(got, AUD_LIT("19999,-9223372036854775808")));
    aud_out_close(out);

    assert_int_equal(aud_out_open_file(aud_str_of(path), &out, NULL), AUD_OK);
    aud_out_text(out, "never finished");
    aud_out_close(out);
    (void)snprintf(path, sizeof path, "%s/deep/er", folder);
    assert_int_equal(files_in(path), 1); /* the part is gone, the old one stands */

    assert_int_equal(aud_file_read(aud_str_of(folder), 10, &arena, &got, NULL), AUD_E_IO);
    assert_int_equal(aud_out_open_file(AUD_LIT("/proc/nowhere/x"), &out, NULL), AUD_E_IO);
    assert_int_equal(aud_out_open_file(AUD_LIT(""), &out, NULL), AUD_E_USAGE);
    aud_arena_clear(&arena);
}

static void test_first_failure_sticks(void **state)
{
    aud_buf buf;
    aud_out *out = NULL;
    aud_error err = {0};
    (void)state;

    aud_buf_init(&buf, 10);
    assert_int_equal(aud_out_open_buf(&buf, &out, NULL), AUD_OK);
    aud_out_text(out, "more than ten bytes");
    assert_int_equal(aud_out_finish(out, &err), AUD_E_LIMIT);
    aud_out_close(out);
    aud_buf_clear(&buf);
}

static void test_map(void **state)
{
    aud_map *map = NULL;
    int values[1000];
    char key[32];
    (void)state;

    assert_int_equal(aud_map_new(&map, NULL), AUD_OK);
    for (int i = 0; i < 1000; i++) {
        aud_str k = {key, (size_t)snprintf(key, sizeof key, "key %d", i)};

        assert_int_equal(aud_map_put(map, k, &values[i], NULL), AUD_OK);
    }
    assert_int_equal(aud_map_put(map, AUD_LIT("key 7"), &values[0], NULL), AUD_OK);
    assert_int_equal(aud_map_put(map, AUD_LIT(""), &values[1], NULL), AUD_OK);
    assert_int_equal(aud_map_count(map), 1001);
    assert_ptr_equal(aud_map_get(map, AUD_LIT("key 7")), &values[0]);
    assert_ptr_equal(aud_map_get(map, AUD_LIT("key 999")), &values[999]);
    assert_ptr_equal(aud_map_get(map, AUD_LIT("")), &values[1]);
    assert_null(aud_map_get(map, AUD_LIT("key 1000")));
    aud_map_freep(&map);

    for (uint64_t n = 1; n < 12; n++) { /* a failed allocation is an error, never an exit */
        aud_status st;

        aud_alloc_fail_at(n);
        st = aud_map_new(&map, NULL);
        for (int i = 0; st == AUD_OK && i < 3; i++) {
            key[0] = (char)('a' + i);
            st = aud_map_put(map, (aud_str){key, 1}, &values[i], NULL);
        }
        aud_alloc_fail_at(0);
        assert_true(st == AUD_OK || st == AUD_E_NOMEM);
        aud_map_freep(&map);
    }
}

typedef struct sums {
    unsigned char seen[1003];
    size_t fail_from;
} sums;

static aud_status mark(void *ctx, unsigned worker, size_t begin, size_t end, aud_error *err)
{
    sums *s = ctx;

    assert_true(worker < 4);
    for (size_t i = begin; i < end; i++) {
        if (i >= s->fail_from) {
            return aud_fail(err, AUD_E_FORMAT, "item %zu", i);
        }
        s->seen[i]++;
    }
    return AUD_OK;
}

static void test_pool(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        sums s = {.fail_from = SIZE_MAX};
        aud_error err = {0};

        assert_int_equal(aud_pool_run(threads, AUD_COUNT(s.seen), 10, mark, &s, &err), AUD_OK);
        for (size_t i = 0; i < AUD_COUNT(s.seen); i++) {
            assert_int_equal(s.seen[i], 1);
        }
        s.fail_from = 501; /* the lowest failure, on any number of threads */
        assert_int_equal(aud_pool_run(threads, AUD_COUNT(s.seen), 10, mark, &s, &err),
                         AUD_E_FORMAT);
        assert_string_equal(err.message, "item 501");
        assert_int_equal(aud_pool_run(threads, 0, 10, mark, &s, &err), AUD_OK);
    }
    assert_true(aud_pool_cores() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_appears_whole),
        cmocka_unit_test(test_first_failure_sticks),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
