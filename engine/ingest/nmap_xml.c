/* engine/ingest/nmap_xml.c - reports of nmap, as `nmap -oX FILE` writes them.
 *
 * nmaprun[args, start, version] > host > status, address, hostnames/hostname, ports/port > state,
 * service, script[id] > table and elem, whose order differs between versions.
 *
 * Facts are taken from ssl-cert (the leaf, never the chain), ssl-enum-ciphers, sslv2 and the
 * scripts that try one attack; letters and warnings are nmap's opinions and are passed over. A
 * script that found nothing leaves no element: that SSLv2 was tried shows in `args` alone, TLS 1.3
 * is tried from 7.92 on. The name given by the user is sent as SNI; one from reverse DNS (PTR) is
 * not, and counts for nothing. STARTTLS has no mark: the service tells, or the port.
 */
#include "engine/ingest/nmap_xml.h"

#include "engine/base/instant.h"
#include "engine/base/text.h"
#include "engine/ingest/names.h"

bool aud_nmap_is(aud_str a, const char *b)
{
    return aud_str_eq(a, aud_str_of(b));
}

aud_status aud_nmap_keep(nmap_report *r, aud_status st)
{
    r->refused = r->refused || st != AUD_OK;
    return st;
}

/* --- the run ---------------------------------------------------------------------------------- */

/* "7.92" or later; a version that cannot be read is taken for an old one. */
static bool tries_tls_1_3(aud_str version)
{
    aud_str major, rest = version;
    uint64_t ma = 0, mi = 0;
    size_t digits = 0;

    if (!aud_str_split(&rest, '.', &major) || !aud_parse_u64(major, &ma)) {
        return false;
    }
    while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9') {
        digits++; /* "7.92SVN" */
    }
    return aud_parse_u64(aud_str_sub(rest, 0, digits), &mi) && (ma > 7 || (ma == 7 && mi >= 92));
}

/* Does the expression behind --script name sslv2, or a category that it is in? */
static bool names_sslv2(aud_str scripts)
{
    static const char *const words[] = {"sslv2", "default", "safe", "all", "*", "ssl*", "sslv2*"};
    aud_str word;

    while (aud_str_split(&scripts, ',', &word)) {
        word = aud_str_trim(word);
        if (aud_str_starts(word, AUD_LIT("+"))) {
            word = aud_str_sub(word, 1, word.len);
        }
        for (size_t i = 0; i < AUD_COUNT(words); i++) {
            if (aud_nmap_is(word, words[i])) {
                return true;
            }
        }
    }
    return false;
}

static void read_args(nmap_report *r, aud_str args)
{
    aud_str word;
    bool scripts = false;

    while (aud_str_split(&args, ' ', &word)) {
        if (scripts) {
            r->sslv2_tried = r->sslv2_tried || names_sslv2(word);
            scripts = false;
        } else if (aud_str_starts(word, AUD_LIT("--script="))) {
            r->sslv2_tried = r->sslv2_tried || names_sslv2(aud_str_sub(word, 9, word.len));
        } else if (aud_nmap_is(word, "-sC") || aud_nmap_is(word, "-A")) {
            r->sslv2_tried = true; /* the default scripts */
        }
        scripts = aud_nmap_is(word, "--script");
        r->tls_scripts = r->tls_scripts || aud_str_has(word, AUD_LIT("ssl-"));
    }
}

static aud_status begin_run(nmap_report *r, const nmap_element *el, aud_error *err)
{
    const aud_str version = aud_nmap_attr(el, "version");
    uint64_t start = 0;

    (void)snprintf(r->version, sizeof(r->version), "%.*s", AUD_ARG(version));
    r->endpoint.scanner_version = aud_str_of(r->version);
    r->tls_1_3_tried = tries_tls_1_3(version);
    read_args(r, aud_nmap_attr(el, "args"));
    r->begun = true;
    if (aud_parse_u64(aud_nmap_attr(el, "start"), &start) && start <= INT32_MAX * UINT64_C(64)) {
        r->started = (int64_t)start;
        r->started_told = true;
        return aud_nmap_keep(r, r->reading->sink->taken(r->reading->sink->ctx, r->started, err));
    }
    return AUD_OK;
}

/* Ends with <finished exit="success"/>, or "error". */
static aud_status on_finished(nmap_report *r, const nmap_element *el, aud_error *err)
{
    if (aud_nmap_attr(el, "exit").len == 0 || aud_nmap_is(aud_nmap_attr(el, "exit"), "success")) {
        return AUD_OK;
    }
    r->gaps++;
    return aud_reading_gap(r->reading, AUD_GAP_BROKEN, el->line, err,
                           "nmap ended with an error, so hosts may be missing; scan again");
}

/* --- a host ----------------------------------------------------------------------------------- */

static void begin_host(nmap_report *r, const nmap_element *el)
{
    uint64_t end = 0;

    r->hosts++;
    r->in_host = true;
    r->down = false;
    r->host_line = el->line;
    r->address[0] = r->name[0] = '\0';
    r->scanned_at = r->started;
    r->scanned_at_told = r->started_told;
    if (aud_parse_u64(aud_nmap_attr(el, "endtime"), &end) && end <= INT32_MAX * UINT64_C(64)) {
        r->scanned_at = (int64_t)end;
        r->scanned_at_told = true;
    }
}

static void copy_text(char *out, size_t size, aud_str text)
{
    (void)snprintf(out, size, "%.*s", AUD_ARG(text));
}

static void in_host(nmap_report *r, aud_str name, const nmap_element *el)
{
    if (aud_nmap_is(name, "status")) {
        r->down = aud_nmap_is(aud_nmap_attr(el, "state"), "down");
    } else if (aud_nmap_is(name, "address")) {
        const aud_str address = aud_nmap_attr(el, "addr");
        if (r->address[0] == '\0' && aud_is_ip(address)) { /* MAC addresses stand there, too */
            copy_text(r->address, sizeof(r->address), address);
        }
    } else if (aud_nmap_is(name, "hostname")) {
        const aud_str host = aud_nmap_attr(el, "name");
        if (aud_nmap_is(aud_nmap_attr(el, "type"), "user") && aud_is_host(host)) {
            copy_text(r->name, sizeof(r->name), host);
        }
    }
}

/* A name that somebody asked for and that did not answer; addresses of a sweep are not missed. */
static aud_status end_host(nmap_report *r, aud_error *err)
{
    aud_sighting where = aud_reading_at(r->reading, r->host_line, AUD_USE_SERVED);

    r->in_host = false;
    if (!r->down || r->name[0] == '\0') {
        return AUD_OK;
    }
    where.host = aud_str_of(r->name);
    r->gaps++;
    return aud_reading_gap_at(r->reading, AUD_GAP_UNREADABLE, &where, err,
                              "%s: nmap found the host down; scan again, with -Pn if it does not "
                              "answer pings",
                              r->name);
}

/* --- a port ----------------------------------------------------------------------------------- */

static aud_status begin_port(nmap_report *r, const nmap_element *el, aud_error *err)
{
    const aud_str host = aud_str_of(r->name[0] != '\0' ? r->name : r->address);
    aud_endpoint *e = &r->endpoint;

    aud_endpoint_begin(e);
    e->line = el->line;
    r->in_port = aud_nmap_is(aud_nmap_attr(el, "protocol"), "tcp");
    r->script = SCRIPT_OTHER;
    r->wanted = NMAP_NOTHING;
    r->tells = r->tls_port = false;
    r->cert_seen = false;
    if (!r->in_port) {
        return AUD_OK;
    }
    if (host.len == 0 || !aud_port_parse(aud_nmap_attr(el, "portid"), &e->port)) {
        r->in_port = false;
        r->gaps++;
        return aud_reading_gap(r->reading, AUD_GAP_BROKEN, el->line, err,
                               "a port without a readable number and address; scan again");
    }
    AUD_TRY(aud_host_fold(host, &e->arena, &e->host, err));
    AUD_TRY(aud_host_fold(aud_str_of(r->address), &e->arena, &e->address, err));
    e->sni = r->name[0] != '\0' ? e->host : (aud_str){NULL, 0};
    e->sni_told = true;
    e->scanned_at = r->scanned_at;
    e->scanned_at_told = r->scanned_at_told;
    return AUD_OK;
}

/* What nmap speaks before the handshake, by the service it takes the port for. */
static void on_service(nmap_report *r, const nmap_element *el)
{
    static const struct {
        const char *service, *starttls;
    } upgraded[] = {
        {"smtp", "smtp"},        {"submission", "smtp"},
        {"imap", "imap"},        {"pop3", "pop3"},
        {"ftp", "ftp"},          {"ldap", "ldap"},
        {"lmtp", "lmtp"},        {"mysql", "mysql"},
        {"nntp", "nntp"},        {"postgresql", "postgres"},
        {"ms-sql-s", "tds"},     {"vnc", "vnc"},
        {"xmpp-client", "xmpp"}, {"xmpp-server", "xmpp-server"},
        {"sieve", "sieve"},
    };
    static const char *const tls[] = {"https", "imaps", "pop3s", "smtps", "ldaps",
                                      "ftps",  "nntps", "ircs",  "sips",  "telnets"};
    const aud_str name = aud_nmap_attr(el, "name");

    if (aud_nmap_is(aud_nmap_attr(el, "tunnel"), "ssl")) {
        r->tells = r->endpoint.spoke_tls = true; /* version detection got through a handshake */
        r->endpoint.starttls_told = true;
        return;
    }
    for (size_t i = 0; i < AUD_COUNT(upgraded); i++) {
        if (aud_nmap_is(name, upgraded[i].service)) {
            r->endpoint.starttls = aud_str_of(upgraded[i].starttls);
        }
    }
    for (size_t i = 0; i < AUD_COUNT(tls); i++) {
        if (aud_nmap_is(name, tls[i])) {
            r->endpoint.starttls_told = true;
            r->tls_port = true;
        }
    }
}

static void on_state(nmap_report *r, const nmap_element *el)
{
    r->open = aud_nmap_is(aud_nmap_attr(el, "state"), "open");
}

static aud_status end_port(nmap_report *r, aud_error *err)
{
    aud_endpoint *e = &r->endpoint;

    r->in_port = false;
    if (e->protocols_told && r->sslv2_tried) {
        e->tested |= 1u << AUD_SSL_2;
    }
    if (r->tells) {
        r->results++;
        return aud_endpoint_emit(e, r->reading, err);
    }
    /* nmap tries its scripts on such a port whatever it finds: silence is a failure */
    if (r->open && r->tls_port && r->tls_scripts) {
        r->gaps++;
        return aud_endpoint_gap(e, r->reading, AUD_GAP_UNREADABLE, e->line,
                                "nmap got no result of TLS from this port; scan again", err);
    }
    return AUD_OK;
}

/* --- the document ----------------------------------------------------------------------------- */

enum { DEPTH_HOST = 1, DEPTH_PORT = 3, DEPTH_SCRIPT = 4 };

static aud_status on_start(void *ctx, aud_str name, const aud_xml_attr *attrs, size_t num_attrs,
                           unsigned depth, uint32_t line, aud_error *err)
{
    nmap_report *r = ctx;
    const nmap_element el = {attrs, num_attrs, line};

    if (depth == 0) {
        return aud_nmap_is(name, "nmaprun") ? begin_run(r, &el, err)
                                            : aud_fail(err, AUD_E_FORMAT, "no report of nmap");
    }
    if (depth == DEPTH_HOST && aud_nmap_is(name, "host")) {
        begin_host(r, &el);
    } else if (depth == 2 && aud_nmap_is(name, "finished")) {
        return aud_nmap_keep(r, on_finished(r, &el, err));
    }
    if (!r->in_host) {
        return AUD_OK;
    }
    if (!r->in_port) {
        in_host(r, name, &el);
        return depth == DEPTH_PORT && aud_nmap_is(name, "port")
                   ? aud_nmap_keep(r, begin_port(r, &el, err))
                   : AUD_OK;
    }
    if (depth == DEPTH_SCRIPT && aud_nmap_is(name, "state")) {
        on_state(r, &el);
    } else if (depth == DEPTH_SCRIPT && aud_nmap_is(name, "service")) {
        on_service(r, &el);
    } else if (depth == DEPTH_SCRIPT && aud_nmap_is(name, "script")) {
        return aud_nmap_keep(r, aud_nmap_script(r, &el, err));
    } else if (depth > DEPTH_SCRIPT) {
        return aud_nmap_keep(r, aud_nmap_inside(r, name, &el, depth - DEPTH_SCRIPT, err));
    }
    return AUD_OK;
}

static aud_status on_text(void *ctx, aud_str text, aud_error *err)
{
    nmap_report *r = ctx;

    if (r->wanted == NMAP_NOTHING) {
        return AUD_OK;
    }
    if (text.len > r->text.max - r->text.len) {
        return aud_fail(err, AUD_E_LIMIT, "a value longer than %zu bytes", r->text.max);
    }
    return aud_nmap_keep(r, aud_buf_add(&r->text, text, err));
}

static aud_status on_end(void *ctx, aud_str name, unsigned depth, uint32_t line, aud_error *err)
{
    nmap_report *r = ctx;

    AUD_UNUSED(line);
    if (r->in_port && depth > DEPTH_SCRIPT) {
        return aud_nmap_keep(r, aud_nmap_end(r, depth - DEPTH_SCRIPT, err));
    }
    if (r->in_port && depth == DEPTH_SCRIPT && aud_nmap_is(name, "script")) {
        return aud_nmap_keep(r, aud_nmap_script_end(r, err));
    }
    if (r->in_port && depth == DEPTH_PORT) {
        return aud_nmap_keep(r, end_port(r, err));
    }
    return r->in_host && depth == DEPTH_HOST ? aud_nmap_keep(r, end_host(r, err)) : AUD_OK;
}

/* The document broke off or is malformed: what came before stands, the rest is a gap. */
static aud_status broken(nmap_report *r, aud_status st, const aud_error *why, aud_error *err)
{
    const aud_gap_kind kind = st == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN;

    if (r->in_port && r->tells) {
        AUD_TRY(aud_endpoint_emit_certs(&r->endpoint, r->reading, err));
        return aud_endpoint_gap(&r->endpoint, r->reading, kind, why->line,
                                "the report breaks off in the middle of this port, and what "
                                "follows is missing; scan again",
                                err);
    }
    return aud_reading_gap(r->reading, kind, why->line, err,
                           "the report breaks off here, and hosts that were not finished are "
                           "missing: %s; scan again",
                           why->message);
}

static void report_clear(nmap_report *r)
{
    aud_endpoint_clear(&r->endpoint);
    aud_buf_clear(&r->text);
}

static aud_status nmap_read(aud_input *input, const aud_read_options *options,
                            aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(report_clear) nmap_report r = {.reading = &reading};
    const aud_xml_handler handler = {&r, on_start, on_end, on_text};
    aud_error why = {0};

    aud_endpoint_init(&r.endpoint);
    aud_buf_init(&r.text, (size_t)1 << 20);
    r.endpoint.scanner = "nmap";
    const aud_status st = aud_xml_read(input, &handler, &why);
    if (st == AUD_OK && r.hosts == 0 && r.gaps == 0) {
        return aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                               "the report holds no host; scan again");
    }
    if (st != AUD_OK && !r.refused && r.begun && (st == AUD_E_FORMAT || st == AUD_E_LIMIT)) {
        return broken(&r, st, &why, err);
    }
    if (st != AUD_OK && err) {
        *err = why;
    }
    return st;
}

/* The root stands behind a DOCTYPE, a style sheet and a comment that holds the command line. */
static unsigned nmap_sniff(aud_str head)
{
    const aud_str start = aud_str_trim(aud_str_sub(head, 0, 16384));
    const aud_str mark = AUD_LIT("<nmaprun ");

    return start.len > 0 && (start.ptr[0] == '<' || start.ptr[0] == '\xef') &&
                   aud_str_has(start, mark)
               ? 8u * (unsigned)mark.len
               : 0;
}

const aud_adapter aud_adapter_nmap_xml = {
    .name = "nmap_xml",
    .spec = "nmap 6 to 7.9x, -oX, output versions 1.04 and 1.05",
    .max_bytes = UINT64_C(16) << 30,
    .structured = true,
    .sniff = nmap_sniff,
    .read = nmap_read,
};
