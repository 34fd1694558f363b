/* engine/ingest/sslscan_xml.c - reports of sslscan, as `sslscan --xml=FILE` writes them.
 *
 * document[title="SSLScan Results"] > ssltest[host, sniname, port] > protocol, renegotiation,
 * compression, heartbleed, cipher, group, certificates > certificate (1.x: directly in ssltest).
 *
 * What the report does not tell stays unknown: the time of the scan, whether STARTTLS was used (but
 * for an attribute `starttls`), whose order of suites wins; the chain, unless more than the leaf is
 * in it; the suites of SSLv2 and SSLv3, of which 2.x lists only the versions. A target that could
 * not be reached stands as <error> in the document, without attributes.
 */
#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/ingest/endpoint.h"
#include "engine/ingest/names.h"
#include "engine/tree/xml.h"

enum { MAX_TEXT = 1 << 20, MAX_VERSION = 64 };

/* The element whose text is being gathered. */
typedef enum wanted { NOTHING, BLOB, SUBJECT, NOT_AFTER, ERROR_TEXT } wanted;

typedef struct report {
    const aud_reading *reading;
    aud_endpoint endpoint;
    char version[MAX_VERSION];
    bool begun;      /* the root is sslscan's */
    bool in_test;    /* between <ssltest> and its end */
    bool sound;      /* the test's host and port could be read */
    bool in_cert;    /* inside <certificate> */
    bool short_cert; /* type="short": the leaf once more, without bytes */
    bool refused;    /* a failure that is not the document's: of the sink, or memory */
    size_t results;  /* tests and errors met */
    wanted wanted;
    uint32_t line; /* of the wanted element */
    aud_buf text;
} report;

static bool is(aud_str a, const char *b)
{
    return aud_str_eq(a, aud_str_of(b));
}

/* Whatever a call of ours could not do ends the reading; the document is not to blame. */
static aud_status keep(report *r, aud_status st)
{
    r->refused = r->refused || st != AUD_OK;
    return st;
}

/* --- dates ------------------------------------------------------------------------------------ */

static bool two_parts(aud_str text, char separator, aud_str *out_first, aud_str *out_rest)
{
    *out_rest = aud_str_trim(text);
    return aud_str_split(out_rest, separator, out_first) && out_rest->ptr != NULL;
}

static bool number_in(aud_str text, uint64_t least, uint64_t most, int *out)
{
    uint64_t number = 0;

    if (!aud_parse_u64(text, &number) || number < least || number > most) {
        return false;
    }
    *out = (int)number;
    return true;
}

static int month_of(aud_str name)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    for (int i = 0; i < 12; i++) {
        if (is(name, months[i])) {
            return i + 1;
        }
    }
    return 0;
}

/* "Nov  1 00:00:00 2026 GMT", as OpenSSL prints an ASN1_TIME. */
static bool openssl_date(aud_str text, int64_t *out)
{
    aud_str month, day, clock, year, hour, minute, zone;
    int d, y, h, m, s;

    if (!two_parts(text, ' ', &month, &text) || !two_parts(text, ' ', &day, &text) ||
        !two_parts(text, ' ', &clock, &text) || !two_parts(text, ' ', &year, &zone) ||
        !two_parts(clock, ':', &hour, &clock) || !two_parts(clock, ':', &minute, &clock)) {
        return false;
    }
    if (month_of(month) == 0 || !is(aud_str_trim(zone), "GMT") || !number_in(day, 1, 31, &d) ||
        !number_in(year, 1, 9999, &y) || !number_in(hour, 0, 23, &h) ||
        !number_in(minute, 0, 59, &m) || !number_in(clock, 0, 59, &s)) {
        return false;
    }
    *out = aud_instant_of(y, month_of(month), d, h, m, s);
    return true;
}

/* --- elements of a test ----------------------------------------------------------------------- */

typedef struct element {
    const aud_xml_attr *attrs;
    size_t num_attrs;
    uint32_t line;
} element;

static aud_str attr(const element *el, const char *name)
{
    return aud_xml_attr_get(el->attrs, el->num_attrs, name);
}

/* "1" and "0"; anything else tells nothing. */
static aud_tri flag(aud_str text)
{
    return is(text, "1") ? AUD_TRI_YES : is(text, "0") ? AUD_TRI_NO : AUD_TRI_UNKNOWN;
}

static void worst(aud_tri *fact, aud_tri more)
{
    *fact = more > *fact ? more : *fact;
}

static aud_status on_protocol(report *r, const element *el, aud_error *err)
{
    const aud_tri enabled = flag(attr(el, "enabled"));
    aud_protocol protocol;
    char name[16];

    AUD_UNUSED(err);
    const aud_str type = attr(el, "type"), version = attr(el, "version");
    const int len = snprintf(name, sizeof(name), "%.*sv%.*s", AUD_ARG(type), AUD_ARG(version));
    r->endpoint.protocols_told = true;
    if (len < 0 || (size_t)len >= sizeof(name) ||
        !aud_protocol_find((aud_str){name, (size_t)len}, &protocol)) {
        r->endpoint.odd_protocol = r->endpoint.odd_protocol || enabled != AUD_TRI_NO;
        return AUD_OK;
    }
    if (enabled == AUD_TRI_UNKNOWN) {
        return AUD_OK; /* not told: not tested */
    }
    r->endpoint.tested |= 1u << protocol;
    if (enabled == AUD_TRI_YES) {
        r->endpoint.offered |= 1u << protocol;
    }
    return AUD_OK;
}

/*
 * Number and name must agree: a report that contradicts itself tells no suite. SSLv2's numbers have
 * names of later suites beside them.
 */
static const aud_suite *suite_of(aud_str name, aud_str id)
{
    const aud_suite *by_name = aud_suite_find(name);
    const aud_suite *by_id = id.len > 0 ? aud_suite_find(id) : NULL;

    if (by_id && by_name && by_id != by_name && aud_suite_code(by_id) <= 0xffff) {
        return NULL;
    }
    return by_id ? by_id : by_name;
}

static aud_status on_cipher(report *r, const element *el, aud_error *err)
{
    const aud_str status = attr(el, "status"), name = attr(el, "cipher");
    aud_protocol protocol;
    uint64_t dh_bits = 0;

    if (is(status, "rejected") || is(status, "failed") || is(status, "not accepted")) {
        return AUD_OK;
    }
    const bool accepted = is(status, "accepted") || is(status, "preferred");
    const aud_suite *suite = accepted ? suite_of(name, attr(el, "id")) : NULL;
    const unsigned protocols =
        aud_protocol_find(attr(el, "sslversion"), &protocol) ? 1u << protocol : 0;
    r->endpoint.odd_protocol = r->endpoint.odd_protocol || protocols == 0;
    if (!aud_parse_u64(attr(el, "dhebits"), &dh_bits)) {
        dh_bits = 0;
    }
    return aud_endpoint_suite_add(&r->endpoint, suite, name, protocols, dh_bits, err);
}

static aud_status on_group(report *r, const element *el, aud_error *err)
{
    aud_str name = aud_str_trim(attr(el, "name"));
    const size_t cut = aud_str_find(name, AUD_LIT(" ("), 0);

    /* "secp256r1 (NIST P-256)"; sslscan tries every group that it knows */
    name = cut == SIZE_MAX ? name : aud_str_sub(name, 0, cut);
    r->endpoint.groups_whole = true;
    return name.len > 0 ? aud_endpoint_group_add(&r->endpoint, name, err) : AUD_OK;
}

static aud_status on_renegotiation(report *r, const element *el, aud_error *err)
{
    const aud_tri supported = flag(attr(el, "supported")), secure = flag(attr(el, "secure"));

    AUD_UNUSED(err);
    if (supported == AUD_TRI_NO) {
        r->endpoint.secure_renegotiation = AUD_TRI_YES; /* none is offered */
    } else if (supported == AUD_TRI_YES) {
        r->endpoint.secure_renegotiation = secure;
    }
    return AUD_OK;
}

static aud_status on_compression(report *r, const element *el, aud_error *err)
{
    AUD_UNUSED(err);
    worst(&r->endpoint.compression, flag(attr(el, "supported")));
    return AUD_OK;
}

/* <fallback supported="1" />: TLS_FALLBACK_SCSV is honoured. */
static aud_status on_fallback(report *r, const element *el, aud_error *err)
{
    AUD_UNUSED(err);
    worst(&r->endpoint.fallback_scsv, flag(attr(el, "supported")));
    return AUD_OK;
}

static aud_status on_heartbleed(report *r, const element *el, aud_error *err)
{
    const aud_tri vulnerable = flag(attr(el, "vulnerable"));

    return vulnerable == AUD_TRI_UNKNOWN
               ? AUD_OK
               : aud_endpoint_attack_add(
                     &r->endpoint, "heartbleed",
                     vulnerable == AUD_TRI_YES ? AUD_ATTACK_WORKS : AUD_ATTACK_FAILS, err);
}

static aud_status on_certificate(report *r, const element *el, aud_error *err)
{
    AUD_UNUSED(err);
    r->in_cert = true;
    r->short_cert = is(attr(el, "type"), "short");
    return AUD_OK;
}

static void want(report *r, wanted what, uint32_t line)
{
    r->wanted = what;
    r->line = line;
    r->text.len = 0;
}

static aud_status inside_test(report *r, aud_str name, const element *el, aud_error *err)
{
    static const struct {
        const char *name;
        aud_status (*on)(report *r, const element *el, aud_error *err);
    } elements[] = {
        {"protocol", on_protocol},
        {"cipher", on_cipher},
        {"group", on_group},
        {"renegotiation", on_renegotiation},
        {"compression", on_compression},
        {"heartbleed", on_heartbleed},
        {"fallback", on_fallback},
        {"certificate", on_certificate},
    };

    if (r->in_cert) {
        if (is(name, "certificate-blob")) {
            want(r, BLOB, el->line);
        } else if (is(name, "subject")) {
            want(r, SUBJECT, el->line);
        } else if (is(name, "not-valid-after")) {
            want(r, NOT_AFTER, el->line);
        }
        return AUD_OK;
    }
    for (size_t i = 0; i < AUD_COUNT(elements); i++) {
        if (is(name, elements[i].name)) {
            return keep(r, elements[i].on(r, el, err));
        }
    }
    return AUD_OK;
}

/* --- the document ----------------------------------------------------------------------------- */

static aud_status begin_test(report *r, const element *el, aud_error *err)
{
    const aud_str host = attr(el, "host"), sni = attr(el, "sniname");
    aud_endpoint *e = &r->endpoint;

    aud_endpoint_begin(e);
    e->line = el->line;
    r->in_test = true;
    r->in_cert = false;
    r->results++;
    r->sound = aud_is_host(host) && (sni.len == 0 || aud_is_host(sni)) &&
               aud_port_parse(attr(el, "port"), &e->port);
    if (!r->sound) {
        return keep(r, aud_reading_gap(r->reading, AUD_GAP_BROKEN, el->line, err,
                                       "a target without a readable host and port; scan again"));
    }
    AUD_TRY(keep(r, aud_host_fold(host, &e->arena, &e->host, err)));
    if (sni.len > 0) {
        e->sni_told = true;
        AUD_TRY(keep(r, aud_host_fold(sni, &e->arena, &e->sni, err)));
    }
    if (attr(el, "starttls").len > 0) {
        e->starttls_told = true;
        AUD_TRY(keep(r, aud_host_fold(attr(el, "starttls"), &e->arena, &e->starttls, err)));
    }
    return AUD_OK;
}

static aud_status on_start(void *ctx, aud_str name, const aud_xml_attr *attrs, size_t num_attrs,
                           unsigned depth, uint32_t line, aud_error *err)
{
    report *r = ctx;
    const element el = {attrs, num_attrs, line};

    if (depth == 0) {
        const aud_str version = attr(&el, "version");
        if (!is(name, "document") || !aud_str_starts(attr(&el, "title"), AUD_LIT("SSLScan"))) {
            return aud_fail(err, AUD_E_FORMAT, "no report of sslscan");
        }
        r->begun = true;
        (void)snprintf(r->version, sizeof(r->version), "%.*s", AUD_ARG(version));
        r->endpoint.scanner_version = aud_str_of(r->version);
        return AUD_OK;
    }
    if (depth == 1 && is(name, "ssltest")) {
        return begin_test(r, &el, err);
    }
    if (depth == 1 && is(name, "error")) {
        want(r, ERROR_TEXT, line);
        return AUD_OK;
    }
    return r->in_test && r->sound ? inside_test(r, name, &el, err) : AUD_OK;
}

static aud_status on_text(void *ctx, aud_str text, aud_error *err)
{
    report *r = ctx;

    if (r->wanted == NOTHING) {
        return AUD_OK;
    }
    if (text.len > MAX_TEXT - r->text.len) {
        return aud_fail(err, AUD_E_LIMIT, "a value longer than %d bytes", MAX_TEXT);
    }
    return keep(r, aud_buf_add(&r->text, text, err));
}

static aud_status end_blob(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;

    AUD_TRY(aud_endpoint_pem(e, r->reading, aud_buf_str(&r->text), r->line, err));
    e->chain_whole = e->chain.len > 1 && !e->chain_broken;
    return AUD_OK;
}

/* The leaf as the report describes it; the short form repeats it and is in every version. */
static aud_status end_declared(report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;
    const aud_str text = aud_str_trim(aud_buf_str(&r->text));

    if (r->wanted == NOT_AFTER) {
        if (!e->declared_not_after_told || r->short_cert) {
            e->declared_not_after_told = openssl_date(text, &e->declared_not_after);
        }
        return AUD_OK;
    }
    if (e->declared_subject.len == 0 || r->short_cert) {
        return aud_endpoint_text(e, text, &e->declared_subject, err);
    }
    return AUD_OK;
}

/* "Could not open a connection to host NAME (ADDRESS) on port 443 ..." */
static bool failed_target(aud_str text, aud_str *out_host, uint16_t *out_port)
{
    const aud_str before_host = AUD_LIT(" host "), before_port = AUD_LIT(" port ");
    const size_t host = aud_str_find(text, before_host, 0);
    const size_t port = host == SIZE_MAX ? SIZE_MAX : aud_str_find(text, before_port, host);
    size_t len = 0;

    if (port == SIZE_MAX) {
        return false;
    }
    aud_str rest = aud_str_sub(text, port + before_port.len, text.len);
    while (len < rest.len && rest.ptr[len] >= '0' && rest.ptr[len] <= '9') {
        len++;
    }
    aud_str tail = aud_str_sub(text, host + before_host.len, text.len);
    return aud_port_parse(aud_str_sub(rest, 0, len), out_port) &&
           aud_str_split(&tail, ' ', out_host) && aud_is_host(*out_host);
}

static aud_status end_error(report *r, aud_error *err)
{
    const aud_str text = aud_str_trim(aud_buf_str(&r->text));
    aud_sighting where = aud_reading_at(r->reading, r->line, AUD_USE_SERVED);

    /* with --targets, 2.0 says so at the end of every report */
    if (r->results > 0 && aud_str_starts(text, AUD_LIT("Targets file "))) {
        return AUD_OK;
    }
    r->results++;
    if (!failed_target(text, &where.host, &where.port)) {
        return aud_reading_gap_at(r->reading, AUD_GAP_UNREADABLE, &where, err,
                                  "sslscan could not scan a target; see the report, scan again");
    }
    return aud_reading_gap_at(r->reading, AUD_GAP_UNREADABLE, &where, err,
                              "%.*s port %u: sslscan could not connect; scan again",
                              AUD_ARG(where.host), where.port);
}

static aud_status end_test(report *r, aud_error *err)
{
    r->in_test = false;
    return r->sound ? aud_endpoint_emit(&r->endpoint, r->reading, err) : AUD_OK;
}

static aud_status on_end(void *ctx, aud_str name, unsigned depth, uint32_t line, aud_error *err)
{
    report *r = ctx;
    aud_status st = AUD_OK;

    AUD_UNUSED(line);
    switch (r->wanted) {
    case NOTHING:
        break;
    case BLOB:
        st = end_blob(r, err);
        break;
    case SUBJECT:
    case NOT_AFTER:
        st = end_declared(r, err);
        break;
    case ERROR_TEXT:
        st = end_error(r, err);
        break;
    }
    r->wanted = NOTHING;
    if (is(name, "certificate")) {
        r->in_cert = false;
    } else if (st == AUD_OK && depth == 1 && r->in_test) {
        st = end_test(r, err);
    }
    return keep(r, st);
}

/* The document broke off or is malformed: what came before stands, the rest is a gap. */
static aud_status broken(report *r, aud_status st, const aud_error *why, aud_error *err)
{
    const aud_gap_kind kind = st == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN;

    if (!r->in_test || !r->sound) {
        return aud_reading_gap(r->reading, kind, why->line, err,
                               "the report breaks off here: %s; scan again", why->message);
    }
    AUD_TRY(aud_endpoint_emit_certs(&r->endpoint, r->reading, err));
    return aud_endpoint_gap(&r->endpoint, r->reading, kind, why->line,
                            "the report breaks off in the middle of this target; scan again", err);
}

static void report_clear(report *r)
{
    aud_endpoint_clear(&r->endpoint);
    aud_buf_clear(&r->text);
}

static aud_status sslscan_read(aud_input *input, const aud_read_options *options,
                               aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(report_clear) report r = {.reading = &reading};
    const aud_xml_handler handler = {&r, on_start, on_end, on_text};
    aud_error why = {0};

    aud_endpoint_init(&r.endpoint);
    aud_buf_init(&r.text, MAX_TEXT);
    r.endpoint.scanner = "sslscan";
    const aud_status st = aud_xml_read(input, &handler, &why);
    if (st == AUD_OK && r.results == 0) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "the report holds no target; scan again");
    }
    if (st != AUD_OK && !r.refused && r.begun && (st == AUD_E_FORMAT || st == AUD_E_LIMIT)) {
        return broken(&r, st, &why, err);
    }
    if (st != AUD_OK && err) {
        *err = why;
    }
    return st;
}

/* The root's name and title stand in the first lines, behind declaration and comments. */
static unsigned sslscan_sniff(aud_str head)
{
    const aud_str start = aud_str_trim(aud_str_sub(head, 0, 4096));
    const aud_str mark = AUD_LIT("title=\"SSLScan Results\"");

    return start.len > 0 && (start.ptr[0] == '<' || start.ptr[0] == '\xef') &&
                   aud_str_has(start, AUD_LIT("<document ")) && aud_str_has(start, mark)
               ? 8u * (unsigned)mark.len
               : 0;
}

const aud_adapter aud_adapter_sslscan_xml = {
    .name = "sslscan_xml",
    .spec = "sslscan 1.11 to 2.1, --xml",
    .max_bytes = UINT64_C(1) << 30,
    .structured = true,
    .sniff = sslscan_sniff,
    .read = sslscan_read,
};
