/* engine/ingest/snapshot_kubernetes.h - what the readers of Kubernetes objects share. */
#ifndef AUD_INGEST_SNAPSHOT_KUBERNETES_H
#define AUD_INGEST_SNAPSHOT_KUBERNETES_H

#include "engine/ingest/snapshot.h"

/* One object: a manifest, or what the API gave. */
typedef struct aud_k8s_object {
    aud_snap *s;
    const aud_node *node;
    aud_str kind, space, name;
    bool live; /* from a cluster: it has what only the API server writes */
} aud_k8s_object;

/* "SOURCE:namespace/name" in `arena`: what a Secret holds, and a Certificate asks to hold. */
AUD_NODISCARD aud_status aud_k8s_lineage(const aud_k8s_object *o, aud_str name, aud_arena *arena,
                                         aud_str *out, aud_error *err);
/* "Secret namespace/name part" in `arena`. */
AUD_NODISCARD aud_status aud_k8s_id(const aud_k8s_object *o, aud_str part, aud_arena *arena,
                                    aud_str *out, aud_error *err);
/* cert-manager's kinds; AUD_END if the object is none of them. */
AUD_NODISCARD aud_status aud_k8s_cert_manager(const aud_k8s_object *o, aud_error *err);
/* Begins a record under that id, with the owners among labels and annotations. */
AUD_NODISCARD aud_status aud_k8s_begin(const aud_k8s_object *o, aud_str part, aud_error *err);
/* Keys, CAs and certificates in every text below, but for copies of the object itself. */
AUD_NODISCARD aud_status aud_k8s_scan(const aud_k8s_object *o, const aud_node *node,
                                      aud_error *err);

#endif
