/* tests/policy/test_asks.c - what a policy may ask about, from its text. */
#include "engine/model/subject.h"
#include "engine/policy/asks.h"
#include "tests/support/support.h"

enum { LOOKED_AT = AUD_DEP_CONTEXT | AUD_DEP_POPULATION | AUD_DEP_RENEWAL };

static void test_asks(void **state)
{
    static const struct {
        const char *name, *text;
        unsigned kinds, want; /* bits that are looked at: context, population, renewal */
    } cases[] = {
        {"content alone", "check = function(cert) return cert.version == 3 end",
         1u << AUD_KIND_CERTIFICATE, 0},
        {"where it was seen", "cert.owners", 1u << AUD_KIND_CERTIFICATE, AUD_DEP_CONTEXT},
        {"a name in a string", "is_known(cert, \"same_key\")", 1u << AUD_KIND_CERTIFICATE,
         AUD_DEP_POPULATION},
        {"a part of a path", "is_known(e, 'leaf.superseded')", 1u << AUD_KIND_ENDPOINT,
         AUD_DEP_POPULATION | AUD_DEP_RENEWAL},
        {"a word of a longer name is none", "only_superseded(x) in_user",
         1u << AUD_KIND_CERTIFICATE, 0},
        {"comments do not count", "-- same_key\nreturn 1 -- in_use\n", 1u << AUD_KIND_CERTIFICATE,
         0},
        {"what looks like a comment in a string hides nothing", "x = '--' .. cert.in_use",
         1u << AUD_KIND_CERTIFICATE, AUD_DEP_RENEWAL},
        {"nor in a long one", "x = [[ -- ]] .. cert.in_use", 1u << AUD_KIND_CERTIFICATE,
         AUD_DEP_RENEWAL},
        {"a fact of another kind is none of this one", "leaf chain", 1u << AUD_KIND_CERTIFICATE, 0},
        {"a fact of a kind that nothing leads to", "cert.role == \"leaf\"",
         1u << AUD_KIND_CERTIFICATE, AUD_DEP_CONTEXT},
        {"a fact that is named before what leads to it",
         "local function f(e) return e.chain end "
         "f(cert.listed_at[1])",
         1u << AUD_KIND_CERTIFICATE, AUD_DEP_POPULATION},
        {"the proof of issuance", "approval(cert, params.allow)", 1u << AUD_KIND_REQUEST,
         AUD_DEP_POPULATION},
        {"the population itself", "", 1u << AUD_KIND_POPULATION, AUD_DEP_POPULATION},
    };
    (void)state;
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        print_message("case: %s\n", cases[i].name);
        assert_int_equal(aud_source_asks(aud_str_of(cases[i].text), cases[i].kinds) & LOOKED_AT,
                         cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
