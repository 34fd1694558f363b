/* reporters/registry.c - the table of reporters, made from reporters.def. */
#include "reporters/reporter.h"

static const aud_reporter *const table[] = {
#define AUD_REPORTER(name) &aud_reporter_##name,
#include "reporters/reporters.def"
#undef AUD_REPORTER
};

const aud_reporter *const *aud_reporter_all(size_t *out_num)
{
    *out_num = AUD_COUNT(table);
    return table;
}

const aud_reporter *aud_reporter_find(aud_str name, bool lists)
{
    for (size_t i = 0; i < AUD_COUNT(table); i++) {
        if (table[i]->lists == lists && aud_str_eq(aud_str_of(table[i]->name), name)) {
            return table[i];
        }
    }
    return NULL;
}

/* The first value that "key=a|b" lists, or empty. */
static aud_str default_of(const aud_reporter *reporter, aud_str key)
{
    for (const char *const *option = reporter->options; option != NULL && *option != NULL;
         option++) {
        aud_str values = aud_str_of(*option);
        aud_str name = {NULL, 0};
        aud_str first = {NULL, 0};

        if (aud_str_split(&values, '=', &name) && aud_str_eq(name, key)) {
            return aud_str_split(&values, '|', &first) ? first : (aud_str){NULL, 0};
        }
    }
    return (aud_str){NULL, 0};
}

aud_str aud_reporter_option(const aud_reporter *reporter, const aud_report_env *env,
                            const char *key)
{
    aud_str name = aud_str_of(key);

    /* given twice, the last one counts, as on a command line */
    for (size_t i = env->num_options; i > 0; i--) {
        if (aud_str_eq(env->options[i - 1].key, name)) {
            return env->options[i - 1].value;
        }
    }
    return default_of(reporter, name);
}
