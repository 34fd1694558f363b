/* engine/pki/pem_text.h - a text that is searched for PEM, and where it lies in the input. */
#ifndef AUD_PKI_PEM_TEXT_H
#define AUD_PKI_PEM_TEXT_H

#include "engine/base/base.h"

/* Either as it stands in the input, `step` bytes a character, or decoded from a run of base64 that
 * stands in another text. Offsets are asked for in ascending order. */
typedef struct pem_text {
    aud_str text;
    bool tail_open; /* a placeholder follows it */
    /* as it stands */
    uint64_t base;
    unsigned step;
    uint32_t line; /* at `counted`; 0 means that lines are not counted */
    size_t counted;
    /* decoded */
    struct pem_text *outer;
    size_t run_begin; /* in the outer text */
    aud_str run;
    size_t digit, raw; /* where in the run the digit of that number lies */
} pem_text;

uint32_t pem_text_line(pem_text *t, size_t at);
/* Offset in the input; `is_end` is for the end of a span. */
uint64_t pem_text_offset(pem_text *t, size_t at, bool is_end);

/* Base64 of "-----BEGIN" in [from, to), whatever stands before it in its group; SIZE_MAX if none.
 */
size_t pem_find_wrapped(aud_str text, size_t from, size_t to);
/* Where the base64 that begins at `at` ends: lines of digits alone are part of it. */
size_t pem_run_end(aud_str text, size_t at);
/* The digits of a run, whole groups; `out` has room for run.len + 1. Gives their number. */
size_t pem_run_digits(aud_str run, char *out);

/* UTF-16 as one byte a character, what is not ASCII as DEL; `out` has room for half the bytes. */
size_t pem_narrow(aud_str wide, char *out);

#endif
