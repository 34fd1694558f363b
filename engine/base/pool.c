/* engine/base/pool.c - ranges handed out to threads in order. */
#include "engine/base/pool.h"

#include "engine/base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>

enum { MAX_THREADS = 256, STACK_BYTES = 4 << 20 };

/* Processors that a cgroup v2 grants, rounded up; 0 if it does not say. */
static unsigned cgroup_cores(void)
{
    unsigned long long quota, period;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    char line[64] = "", *rest;

    if (file == NULL) {
        return 0;
    }
    rest = fgets(line, sizeof line, file);
    (void)fclose(file);
    if (rest == NULL) {
        return 0;
    }
    quota = strtoull(line, &rest, 10); /* "max" is no number: 0 */
    period = strtoull(rest, NULL, 10);
    if (quota == 0 || period == 0 || quota / period > MAX_THREADS) {
        return 0;
    }
    return (unsigned)((quota + period - 1) / period);
}

unsigned aud_pool_cores(void)
{
    cpu_set_t set;
    unsigned cores = 1, granted = cgroup_cores();

    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        cores = (unsigned)CPU_COUNT(&set);
    }
    return granted > 0 && granted < cores ? granted : cores;
}

typedef struct pool {
    pthread_mutex_t lock;
    size_t num_items, grain, next;
    size_t failed_at; /* begin of the lowest range that failed */
    aud_status status;
    aud_error error;
    aud_pool_work work;
    void *ctx;
} pool;

typedef struct pool_worker {
    pool *pool;
    unsigned number;
    pthread_t thread;
} pool_worker;

/*
 * Ranges are begun in order, so every range below a failed one is already running: it is let go to
 * its end, and the lowest failure is the same on any number of threads.
 */
static bool take_range(pool *p, size_t *begin, size_t *end)
{
    bool got;

    (void)pthread_mutex_lock(&p->lock);
    got = p->failed_at == SIZE_MAX && p->next < p->num_items;
    if (got) {
        *begin = p->next;
        *end = p->grain < p->num_items - p->next ? p->next + p->grain : p->num_items;
        p->next = *end;
    }
    (void)pthread_mutex_unlock(&p->lock);
    return got;
}

static void *run_worker(void *arg)
{
    pool_worker *w = arg;
    pool *p = w->pool;
    size_t begin, end;

    while (take_range(p, &begin, &end)) {
        aud_error error = {0};
        aud_status st = p->work(p->ctx, w->number, begin, end, &error);

        if (st != AUD_OK) {
            (void)pthread_mutex_lock(&p->lock);
            if (begin < p->failed_at) {
                p->failed_at = begin;
                p->status = st;
                p->error = error;
            }
            (void)pthread_mutex_unlock(&p->lock);
        }
    }
    return NULL;
}

aud_status aud_pool_run(unsigned num_threads, size_t num_items, size_t grain, aud_pool_work work,
                        void *ctx, aud_error *err)
{
    pool p = {.num_items = num_items,
              .grain = grain == 0 ? 1 : grain,
              .failed_at = SIZE_MAX,
              .work = work,
              .ctx = ctx};
    pool_worker workers[MAX_THREADS];
    size_t num_ranges = num_items / p.grain + (num_items % p.grain != 0);
    unsigned wanted = num_threads < MAX_THREADS ? num_threads : MAX_THREADS;
    unsigned started = 1;
    pthread_attr_t attributes;

    wanted = num_ranges < wanted ? (unsigned)num_ranges : wanted;
    if (pthread_mutex_init(&p.lock, NULL) != 0) {
        return aud_fail(err, AUD_E_NOMEM, "cannot make a lock");
    }
    workers[0] = (pool_worker){.pool = &p, .number = 0};
    if (wanted > 1 && pthread_attr_init(&attributes) == 0) {
        (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
        for (; started < wanted; started++) {
            workers[started] = (pool_worker){.pool = &p, .number = started};
            if (pthread_create(&workers[started].thread, &attributes, run_worker,
                               &workers[started]) != 0) {
                break; /* fewer threads do the same work */
            }
        }
        (void)pthread_attr_destroy(&attributes);
    }
    (void)run_worker(&workers[0]);
    for (unsigned i = 1; i < started; i++) {
        (void)pthread_join(workers[i].thread, NULL);
    }
    (void)pthread_mutex_destroy(&p.lock);
    if (p.status != AUD_OK && err != NULL) {
        *err = p.error;
    }
    return p.status;
}
