/* reporters/reporter.h - what a reporter is. It renders one finished result and decides nothing. */
#ifndef AUD_REPORTERS_REPORTER_H
#define AUD_REPORTERS_REPORTER_H

#include "engine/base/out.h"
#include "engine/model/result.h"

/* Options as given by -o FORMAT,key=value=PATH. */
typedef struct aud_option {
    aud_str key, value;
} aud_option;

typedef struct aud_report_env {
    const aud_option *options; /* already checked against the reporter's list */
    size_t num_options;
    bool color;         /* the stream is a terminal that shows colour */
    unsigned width;     /* columns of the terminal; 0 if it is none */
    aud_severity least; /* --min-severity: display only */
} aud_report_env;

typedef struct aud_reporter {
    const char *name;      /* "junit" */
    const char *title;     /* for --help: "JUnit XML" */
    const char *extension; /* "xml" */
    /* "profile=github", "cases=all|failing": one string an option, NULL-terminated; may be NULL.
     * "key=a|b" lists the values allowed, first is the default; "key=" takes any. */
    const char *const *options;
    bool lists; /* the population, for `inventory`; not what was judged, for `check` */
    /* Writes the report. Sorted input comes out in order; nothing is dropped without a note. */
    aud_status (*write)(const aud_result *result, const aud_report_env *env, aud_out *out,
                        aud_error *err);
} aud_reporter;

/* Declared from reporters.def: one line AUD_REPORTER(name) a file. */
#define AUD_REPORTER(name) extern const aud_reporter aud_reporter_##name;
#include "reporters/reporters.def"
#undef AUD_REPORTER

/* The reporters of a command: those that list the population, or the others. NULL if none has the
 * name. */
const aud_reporter *aud_reporter_find(aud_str name, bool lists);
/* All of both. */
const aud_reporter *const *aud_reporter_all(size_t *out_num);
/* Value of an option, or the default that the reporter's list gives first, or empty. */
aud_str aud_reporter_option(const aud_reporter *reporter, const aud_report_env *env,
                            const char *key);

#endif
