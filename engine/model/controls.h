/* engine/model/controls.h - the catalogue of controls that policies point into (controls.def). */
#ifndef AUD_MODEL_CONTROLS_H
#define AUD_MODEL_CONTROLS_H

#include "engine/base/base.h"

/* Changes whenever a line of the catalogue does. */
#define AUD_CONTROLS_EDITION "2026-11"

typedef struct aud_framework {
    aud_str id;   /* "pci_dss_4.0.1" */
    aud_str name; /* "PCI DSS 4.0.1" */
} aud_framework;

typedef struct aud_control {
    aud_str framework;      /* "pci_dss_4.0.1" */
    aud_str id;             /* "pci_dss_4.0.1:4.2.1" */
    aud_str clause;         /* "4.2.1", as the document has it */
    aud_str title;          /* short, in own words, no full stop */
    aud_str requirement;    /* in own words, sentences */
    aud_str does_not_prove; /* what this program's evidence leaves open, sentences */
} aud_control;

/* The catalogue, in its own order: frameworks one after the other, clauses as documents go. */
extern const aud_control aud_controls[];
extern const size_t aud_num_controls;
extern const aud_framework aud_frameworks[];
extern const size_t aud_num_frameworks;

/* NULL if the catalogue has no such entry. */
const aud_control *aud_control_find(aud_str id);
const aud_framework *aud_framework_find(aud_str id);

/*
 * "pci_dss_4.0.1:4.2.1" cut at its first colon, whether or not the catalogue has it; without a
 * colon the framework is empty.
 */
void aud_control_cut(aud_str id, aud_str *out_framework, aud_str *out_clause);

#endif
