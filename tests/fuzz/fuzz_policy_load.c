/* tests/fuzz/fuzz_policy_load.c - any text as a policy, as the inside of a check, and
 * as the pack.lua beside one. */
#include "engine/policy/policy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_BODY = 8192, AT = 1767225600 };

static aud_status take(void *ctx, const aud_opinion *opinion, aud_error *err)
{
    const aud_verdict *last = ctx;

    AUD_UNUSED(err);
    AUD_UNUSED(last);
    if (opinion->broke && opinion->verdict != AUD_V_UNDECIDED) {
        abort();
    }
    return AUD_OK;
}

/* `pack` may be empty: none. */
static void load_and_judge(aud_str text, aud_str pack)
{
    static const char *const names[] = {"www.example.com", "example.com"};
    aud_value list[2] = {aud_string(aud_str_of(names[0])), aud_string(aud_str_of(names[1]))};
    const aud_fact key_facts[] = {{AUD_F_key_algorithm, aud_string(AUD_LIT("RSA"))},
                                  {AUD_F_key_bits, aud_int(1024)}};
    const aud_bag key = {&aud_type_key, key_facts, AUD_COUNT(key_facts)};
    const aud_fact facts[] = {
        {AUD_F_certificate_version, aud_int(3)},
        {AUD_F_certificate_subject, aud_string(AUD_LIT("CN=www.example.com"))},
        {AUD_F_certificate_not_after, aud_time(AT + 86400)},
        {AUD_F_certificate_key, aud_object_of(&aud_type_key, aud_bag_get, &key)},
        {AUD_F_certificate_dns_names, aud_list_of(list, 2)},
        {AUD_F_certificate_path_length, aud_absent()},
    };
    const aud_bag bag = {&aud_type_certificate, facts, AUD_COUNT(facts)};
    const aud_policy_text texts[] = {{AUD_LIT("f/one"), AUD_LIT("f"), text},
                                     {AUD_LIT("f/pack"), AUD_LIT("p"), pack}};
    const aud_policy_load load = {.texts = texts, .num_texts = pack.len > 0 ? 2 : 1};
    AUD_CLEANUP(aud_policy_set_freep) aud_policy_set *set = NULL;
    AUD_CLEANUP(aud_judge_freep) aud_judge *judge = NULL;
    size_t num = 0;

    if (aud_policy_set_new(&load, &set, NULL) != AUD_OK) {
        abort();
    }
    (void)aud_policy_set_infos(set, &num);
    if (num == 0) {
        return;
    }
    if (aud_judge_new(set, AT, &judge, NULL) != AUD_OK) {
        abort();
    }
    for (int i = 0; i < 2; i++) {
        if (aud_judge_subject(judge, AUD_KIND_CERTIFICATE,
                              (aud_object){&aud_type_certificate, aud_bag_get, &bag}, take, NULL,
                              NULL) != AUD_OK) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] =
        "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "
        "cite = { doc = 'D' }, remediation = 'R', check = function(cert, params) ";
    static const char user[] =
        "return policy { title = 'T', applies_to = 'certificate', severity = 'high', "
        "cite = { doc = 'D' }, remediation = 'R', check = function(cert) for _, f in "
        "pairs(shared) do if type(f) == 'function' then f(cert) end end return pass() end }";
    static char text[sizeof head + MAX_BODY + 8];

    if (size > MAX_BODY) {
        return 0;
    }
    load_and_judge((aud_str){(const char *)data, size}, (aud_str){NULL, 0});
    load_and_judge(aud_str_of(user), (aud_str){(const char *)data, size});
    memcpy(text, head, sizeof head - 1);
    if (size > 0) {
        memcpy(text + sizeof head - 1, data, size);
    }
    memcpy(text + sizeof head - 1 + size, " end }", 6);
    load_and_judge((aud_str){text, sizeof head - 1 + size + 6}, (aud_str){NULL, 0});
    return 0;
}
