/* engine/base/base.h - what every file of the project starts from: status, error, string view. */
#ifndef AUD_BASE_BASE_H
#define AUD_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define AUD_NODISCARD __attribute__((warn_unused_result))
#define AUD_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define AUD_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AUD_UNUSED(name) ((void)(name))

typedef enum aud_status {
    AUD_OK = 0,
    AUD_END,           /* not an error: an iteration has no more to give */
    AUD_E_NOMEM,       /* an allocation failed */
    AUD_E_FORMAT,      /* the bytes are not what they claim to be */
    AUD_E_LIMIT,       /* a maximum was reached */
    AUD_E_IO,          /* the operating system refused */
    AUD_E_NOT_FOUND,   /* the named thing is not there */
    AUD_E_DENIED,      /* it is there, and we may or must not read it */
    AUD_E_USAGE,       /* the caller or the configuration asked for nonsense */
    AUD_E_UNSUPPORTED, /* known, and not read by this program */
    AUD_E_PASSWORD,    /* encrypted, and no password fits */
    AUD_E_POLICY,      /* a policy does not load or broke while it ran */
    AUD_E_CANCELLED,   /* another worker failed first */
} aud_status;

/* A message with its place. Fixed size: reporting that memory ran out needs no memory. */
typedef struct aud_error {
    aud_status status;
    uint32_t line; /* 1-based; 0 is unknown */
    char path[256];
    char message[768];
} aud_error;

/* A view of bytes, not terminated, not owned. {NULL, 0} is the empty string. */
typedef struct aud_str {
    const char *ptr;
    size_t len;
} aud_str;

#define AUD_LIT(text) ((aud_str){(text), sizeof(text) - 1})
#define AUD_LIT_INIT(text)                                                                         \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    } /* for static tables */
/* for printf's "%.*s" */
#define AUD_ARG(str)                                                                               \
    (int)((str).len > 0x7fffffff ? 0x7fffffff : (str).len), ((str).ptr ? (str).ptr : "")

/* The only macro that returns. */
#define AUD_TRY(expression)                                                                        \
    do {                                                                                           \
        aud_status aud_try_status_ = (expression);                                                 \
        if (aud_try_status_ != AUD_OK) {                                                           \
            return aud_try_status_;                                                                \
        }                                                                                          \
    } while (0)

/* AUD_CLEANUP(fn) T *x = NULL; calls fn(&x) when x leaves its scope. */
#define AUD_CLEANUP(function) __attribute__((cleanup(function)))

/* Hands a handle on: gives its value and leaves NULL behind. */
#define AUD_MOVE(pointer)                                                                          \
    __extension__({                                                                                \
        __typeof__(pointer) aud_moved_ = (pointer);                                                \
        (pointer) = NULL;                                                                          \
        aud_moved_;                                                                                \
    })

/*
 * Records the message in `err` (which may be NULL) and returns `status`; clears path and line.
 * Messages are lower case, have no full stop, and put the thing in quotes.
 */
aud_status aud_fail(aud_error *err, aud_status status, const char *format, ...) AUD_PRINTF(3, 4);
#ifdef __clang_analyzer__ /* which sees one file at a time, and not that the status comes back */
#define aud_fail(err, status, ...) ((void)aud_fail((err), (status), __VA_ARGS__), (status))
#endif

/* Adds the place, once: does nothing if `err` is NULL or already has a path. */
void aud_error_place(aud_error *err, aud_str path, uint32_t line);

/* The status in words, for logs; static. */
const char *aud_status_name(aud_status status);

aud_str aud_str_of(const char *text); /* NULL gives the empty string */
bool aud_str_eq(aud_str a, aud_str b);
bool aud_str_ieq(aud_str a, aud_str b); /* ASCII letters folded */
int aud_str_cmp(aud_str a, aud_str b);  /* by bytes, shorter first */
bool aud_str_starts(aud_str s, aud_str prefix);
bool aud_str_ends(aud_str s, aud_str suffix);
bool aud_str_has(aud_str s, aud_str needle);
/* Offset of the first occurrence at or after `from`, or SIZE_MAX. */
size_t aud_str_find(aud_str s, aud_str needle, size_t from);
aud_str aud_str_sub(aud_str s, size_t from, size_t len); /* clamped */
aud_str aud_str_trim(aud_str s);                         /* ASCII blanks, tabs, line ends */
/* Cuts `*rest` at the first `separator`; false when `*rest` is exhausted (ptr NULL). */
bool aud_str_split(aud_str *rest, char separator, aud_str *out_part);

#endif
