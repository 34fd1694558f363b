/* engine/model/approval.h - whose signature stands behind a certificate. */
#ifndef AUD_MODEL_APPROVAL_H
#define AUD_MODEL_APPROVAL_H

#include "engine/base/base.h"

/* Answer to a policy's approval(subject, params.allow). */
typedef enum aud_approval_status {
    AUD_APPROVAL_PROVED,      /* signatures lead to an approved CA, every issuer may sign */
    AUD_APPROVAL_DECLARED,    /* a record's declared issuer is the name of an approved CA */
    AUD_APPROVAL_IS_APPROVED, /* it is itself an approved CA */
    AUD_APPROVAL_NOT,         /* signatures lead to a CA that is not approved */
    AUD_APPROVAL_SELF_SIGNED, /* a self-signed leaf */
    AUD_APPROVAL_FORGED,      /* names an approved issuer whose key does not verify it */
    AUD_APPROVAL_NO_CA,       /* an issuer on the way is not allowed to sign certificates */
    AUD_APPROVAL_UNKNOWN, /* an issuer's certificate is not at hand, or cannot be verified here */
    AUD_NUM_APPROVALS
} aud_approval_status;

typedef struct aud_approval {
    aud_approval_status status;
    aud_str anchor; /* name of the approved CA, or of the issuer at which the way ends */
    aud_str reason; /* a sentence for the message */
} aud_approval;

#endif
