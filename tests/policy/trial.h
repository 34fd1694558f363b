/* tests/policy/trial.h - one policy on one subject made of chosen facts. */
#ifndef AUD_TESTS_TRIAL_H
#define AUD_TESTS_TRIAL_H

#include "engine/policy/policy.h"
#include "tests/support/support.h"

/* A policy around `body`, the inside of check(subject, params). */
#define TRIAL_HEAD                                                                                 \
    "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "                 \
    "severities = { 'low' }, cite = { doc = 'D' }, remediation = 'R', "
#define TRIAL_CHECK(body) TRIAL_HEAD "check = function(cert, params) " body " end }"

typedef struct trial {
    aud_policy_set *set;
    aud_judge *judge;
    aud_arena arena;
    aud_bag_builder builder, key;
    aud_opinion opinion; /* the last one; borrowed from the judge */
    size_t num_opinions;
    aud_error err;
} trial;

static const int trial_ca_list = 7; /* what the host below resolves every list to */

static inline aud_status trial_resolve(void *ctx, const aud_node *value, const void **out,
                                       aud_error *err)
{
    AUD_UNUSED(ctx);
    if (value->len == 0) {
        return aud_fail(err, AUD_E_USAGE, "an empty list");
    }
    *out = &trial_ca_list;
    return AUD_OK;
}

static inline aud_status trial_approve(void *ctx, aud_object subject, const void *ca_list,
                                       aud_arena *arena, aud_approval *out, aud_error *err)
{
    AUD_UNUSED(ctx);
    AUD_UNUSED(subject);
    if (ca_list != &trial_ca_list) {
        return aud_fail(err, AUD_E_FORMAT, "another list");
    }
    *out = (aud_approval){.status = AUD_APPROVAL_NOT};
    AUD_UNUSED(arena);
    out->anchor = AUD_LIT("CN=Stray CA");
    out->reason = AUD_LIT("leads to a CA that is not approved");
    return AUD_OK;
}

static const aud_policy_host trial_host = {.ca_list = trial_resolve, .approval = trial_approve};

static inline aud_status trial_take(void *ctx, const aud_opinion *opinion, aud_error *err)
{
    trial *t = ctx;

    AUD_UNUSED(err);
    t->opinion = *opinion;
    t->num_opinions++;
    return AUD_OK;
}

/* Loads one text as "t/one" under a configuration in YAML, which may be NULL. */
static inline aud_status trial_load(trial *t, const char *text, const char *params)
{
    const aud_policy_text texts[] = {
        {.id = AUD_LIT("t/one"), .path = AUD_LIT("t/one.lua"), .text = aud_str_of(text)}};
    aud_policy_load load = {.texts = texts, .num_texts = 1, .host = &trial_host};

    memset(t, 0, sizeof *t);
    aud_arena_init(&t->arena, AUD_ARENA_NO_MAX);
    aud_bag_begin(&t->builder, &aud_type_certificate, &t->arena);
    aud_bag_begin(&t->key, &aud_type_key, &t->arena);
    if (params != NULL) {
        assert_int_equal(aud_node_parse(aud_str_of(params), &t->arena, &load.params, &t->err),
                         AUD_OK);
    }
    return aud_policy_set_new(&load, &t->set, &t->err);
}

static inline void trial_judge_at(trial *t, int64_t at)
{
    const aud_bag *bag = NULL, *key = NULL;

    if (t->judge == NULL) {
        assert_int_equal(aud_judge_new(t->set, at, &t->judge, &t->err), AUD_OK);
    }
    assert_int_equal(aud_bag_build(&t->key, &key, NULL), AUD_OK);
    aud_bag_set(&t->builder, AUD_F_certificate_key, aud_object_of(&aud_type_key, aud_bag_get, key));
    assert_int_equal(aud_bag_build(&t->builder, &bag, NULL), AUD_OK);
    assert_int_equal(aud_judge_subject(t->judge, AUD_KIND_CERTIFICATE,
                                       (aud_object){&aud_type_certificate, aud_bag_get, bag},
                                       trial_take, t, &t->err),
                     AUD_OK);
}

static inline void trial_close(trial *t)
{
    aud_judge_freep(&t->judge);
    aud_policy_set_freep(&t->set);
    aud_free(t->builder.facts.items);
    aud_free(t->key.facts.items);
    aud_arena_clear(&t->arena);
}

/* The facts that most trials are about. */
static inline void trial_facts(trial *t)
{
    static const char *const names[] = {"www.example.com", "example.com"};
    aud_value *list = aud_arena_array(&t->arena, 2, sizeof *list);

    for (size_t i = 0; i < 2; i++) {
        list[i] = aud_string(aud_str_of(names[i]));
    }
    aud_bag_set(&t->builder, AUD_F_certificate_dns_names, aud_list_of(list, 2));
    aud_bag_set(&t->builder, AUD_F_certificate_subject, aud_string(AUD_LIT("CN=www.example.com")));
    aud_bag_set(&t->builder, AUD_F_certificate_role, aud_string(AUD_LIT("leaf")));
    aud_bag_set(&t->builder, AUD_F_certificate_version, aud_int(3));
    aud_bag_set(&t->builder, AUD_F_certificate_is_ca, aud_bool(false));
    aud_bag_set(&t->builder, AUD_F_certificate_path_length, aud_absent());
    aud_bag_set(&t->builder, AUD_F_certificate_not_before, aud_time(AUD_TEST_NOW - 864000));
    aud_bag_set(&t->builder, AUD_F_certificate_not_after, aud_time(AUD_TEST_NOW + 864000));
    aud_bag_set(&t->key, AUD_F_key_algorithm, aud_string(AUD_LIT("RSA")));
    aud_bag_set(&t->key, AUD_F_key_bits, aud_int(1024));
}

/* Loads, fills in the usual facts, judges once. */
static inline void trial_run(trial *t, const char *text, const char *params)
{
    size_t num = 0;
    aud_status st = trial_load(t, text, params);

    if (st != AUD_OK) {
        fail_msg("does not load: %s", t->err.message);
    }
    const aud_policy_error *errors = aud_policy_set_errors(t->set, &num);
    if (num > 0) {
        fail_msg("does not load: line %u: %.*s", errors[0].line, AUD_ARG(errors[0].message));
    }
    trial_facts(t);
    trial_judge_at(t, AUD_TEST_NOW);
}

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        aud_str got_ = (got);                                                                      \
        if (!aud_str_eq(got_, aud_str_of(want))) {                                                 \
            fail_msg("'%.*s' is not '%s'", AUD_ARG(got_), (want));                                 \
        }                                                                                          \
    } while (0)
#define assert_has(got, want)                                                                      \
    do {                                                                                           \
        aud_str got_ = (got);                                                                      \
        if (!aud_str_has(got_, aud_str_of(want))) {                                                \
            fail_msg("'%.*s' does not hold '%s'", AUD_ARG(got_), (want));                          \
        }                                                                                          \
    } while (0)

#endif
