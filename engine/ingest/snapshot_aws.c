/* engine/ingest/snapshot_aws.c - what aws-cli 1 and 2 print of certificates: ACM and IAM.
 *
 * Dates are ISO 8601 with the offset of whoever ran it, or seconds with a fraction (aws-cli 1).
 * A list of ACM holds RSA keys up to 2048 bits alone unless more is asked for; nothing in it says
 * so. `NextToken` is the sign of --max-items, and of one page of the API.
 */
#include "engine/ingest/snapshot.h"

static const aud_snap_more more[] = {{"NextToken", false}, {"Marker", false}, {NULL, false}};

/* --- ACM -------------------------------------------------------------------------------------- */

static const aud_snap_row acm_rows[] = {
    {"CertificateArn", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"Subject", AUD_INV_SUBJECT, AUD_SNAP_TEXT, NULL},
    {"DomainName", AUD_INV_NAME, AUD_SNAP_TEXT, NULL},
    {"SubjectAlternativeNames[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"SubjectAlternativeNameSummaries[]", AUD_INV_DNS_NAMES, AUD_SNAP_TEXT, NULL},
    {"Serial", AUD_INV_SERIAL, AUD_SNAP_TEXT, NULL},
    {"Issuer", AUD_INV_ISSUER, AUD_SNAP_TEXT, NULL},
    {"NotBefore", AUD_INV_NOT_BEFORE, AUD_SNAP_DATE, NULL},
    {"NotAfter", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"KeyAlgorithm", AUD_INV_KEY_ALGORITHM, AUD_SNAP_KEY, NULL},
    {"SignatureAlgorithm", AUD_INV_SIGNATURE_ALGORITHM, AUD_SNAP_TEXT, NULL},
    {"Status", AUD_INV_STATUS, AUD_SNAP_TEXT, NULL},
    {"InUseBy[]", AUD_INV_LOCATIONS, AUD_SNAP_TEXT, NULL},
    {"Tags", AUD_INV_OWNERS, AUD_SNAP_TAGS, "tag"},
    {"Certificate", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"CertificateChain", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
};

static const aud_snap_word acm_status[] = {
    {"VALIDATION_TIMED_OUT", "failed"},
};

/* Amazon renews what it has issued while somebody uses it; what was imported nobody renews. */
static aud_status acm_renewal(aud_snap *s, const aud_node *record, aud_error *err)
{
    const aud_str eligible = aud_snap_text(record, "RenewalEligibility");
    const char *method = NULL;

    if (aud_snap_is(record, "Type", "IMPORTED")) {
        method = "manual (imported into ACM)";
    } else if (aud_str_eq(eligible, AUD_LIT("ELIGIBLE"))) {
        method = "automated (ACM managed renewal)";
    } else if (aud_str_eq(eligible, AUD_LIT("INELIGIBLE"))) {
        method = "manual (not eligible for ACM managed renewal)";
    }
    return method ? aud_inventory_add(&s->inv, AUD_INV_RENEWAL_METHOD, aud_str_of(method),
                                      record->line, err)
                  : AUD_OK;
}

static aud_status acm_record(aud_snap *s, const aud_node *record, aud_error *err)
{
    aud_snap_begin(s, record);
    AUD_TRY(aud_snap_apply(s, record, acm_rows, AUD_COUNT(acm_rows), err));
    AUD_TRY(acm_renewal(s, record, err));
    return aud_snap_end(s, record, err);
}

const aud_snapshot aud_snapshot_aws_acm = {
    .name = "aws_acm",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"CertificateSummaryList", "Certificate", NULL},
    .needs = (const char *const[]){"CertificateArn", "Certificate", NULL},
    .status = acm_status,
    .num_status = AUD_COUNT(acm_status),
    .more = more,
    .record = acm_record,
    .marks =
        (const char *const[]){"CertificateSummaryList", "Certificate CertificateArn DomainName",
                              "Certificate=-----BEGIN CertificateChain", NULL},
};

/* --- IAM -------------------------------------------------------------------------------------- */

static const aud_snap_row iam_rows[] = {
    {"Arn", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"ServerCertificateMetadata.Arn", AUD_INV_ID, AUD_SNAP_TEXT, NULL},
    {"Expiration", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"ServerCertificateMetadata.Expiration", AUD_INV_NOT_AFTER, AUD_SNAP_DATE, NULL},
    {"Tags", AUD_INV_OWNERS, AUD_SNAP_TAGS, "tag"},
    {"CertificateBody", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    {"CertificateChain", AUD_INV_CERTIFICATE, AUD_SNAP_TEXT, NULL},
    /* IAM only keeps what somebody has uploaded */
    {"Arn", AUD_INV_RENEWAL_METHOD, AUD_SNAP_IF_ANY, "manual (uploaded to IAM)"},
    {"ServerCertificateMetadata.Arn", AUD_INV_RENEWAL_METHOD, AUD_SNAP_IF_ANY,
     "manual (uploaded to IAM)"},
};

const aud_snapshot aud_snapshot_aws_iam = {
    .name = "aws_iam",
    .use = AUD_USE_LISTED,
    .lists = (const char *const[]){"ServerCertificateMetadataList", "ServerCertificate", NULL},
    .needs = (const char *const[]){"Arn", "ServerCertificateMetadata", NULL},
    .rows = iam_rows,
    .num_rows = AUD_COUNT(iam_rows),
    .more = more,
    .marks = (const char *const[]){"ServerCertificateMetadataList",
                                   "ServerCertificate CertificateBody", NULL},
};
