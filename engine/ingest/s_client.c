/* engine/ingest/s_client.c - what `openssl s_client` printed, with or without -showcerts.
 *
 * Read line by line; a file may hold several sessions, each from its CONNECTED on. Taken are the
 * certificates in the order sent, version and suite of the one handshake (never proof that others
 * are not offered), the key exchange, the staple where -status asked for it, and the session's
 * start time. `New, TLSv1.0, Cipher is X` names the version that the suite was defined in: the
 * session's is in the SSL-Session block. Names are not parsed, and "Verify return code" is that
 * run's opinion.
 *
 * The text does not tell host and port. They are taken, in this order, from a command line kept in
 * the file ("openssl s_client -connect HOST:PORT -servername NAME -starttls smtp"), from
 * `endpoint:` of the source, or from the file's name, HOST_PORT.txt or HOST:PORT.txt; else it is a
 * gap, and the certificates stand without a holder. Session secrets are passed over.
 */
#include "engine/base/text.h"
#include "engine/ingest/endpoint_cert.h"
#include "engine/ingest/names.h"

enum { MAX_LINE = 16 << 10, MAX_PEM = 256 << 10 };

typedef enum part { OUTSIDE, CHAIN, LEAF, STAPLE } part;

typedef struct capture {
    const aud_reading *reading;
    aud_arena arena; /* of the command line */
    aud_endpoint endpoint;
    aud_buf line, pem;
    uint32_t at, pem_line;
    part part;
    bool in_pem;
    aud_str host, sni, starttls; /* of the command line */
    bool commanded, sni_told, starttls_told;
    uint16_t port;
    /* of the session at hand */
    bool open, connected, refused, finished, no_cipher;
    size_t listed; /* entries of "Certificate chain" */
    bool session_told, newest;
    aud_protocol session;
    aud_str suite;
    int64_t dh_bits;
    aud_tri renegotiation, master_secret, early_data;
    size_t sessions;
} capture;

static bool is(aud_str a, const char *b)
{
    return aud_str_eq(a, aud_str_of(b));
}

/* What follows `mark` at the line's beginning, trimmed. */
static bool behind(aud_str line, const char *mark, aud_str *out)
{
    const aud_str prefix = aud_str_of(mark);

    if (!aud_str_starts(line, prefix)) {
        return false;
    }
    *out = aud_str_trim(aud_str_sub(line, prefix.len, line.len));
    return true;
}

/* --- place ------------------------------------------------------------------------------------ */

static aud_status read_option(capture *c, aud_str option, aud_str value, aud_error *err)
{
    aud_str host;
    uint16_t port = 0;

    if (is(option, "-connect") && aud_host_port_split(value, &host, &port) && host.len > 0) {
        c->port = port > 0 ? port : 4433; /* s_client's own default */
        return aud_host_fold(host, &c->arena, &c->host, err);
    }
    if (is(option, "-servername") && aud_is_host(value)) {
        c->sni_told = true;
        return aud_host_fold(value, &c->arena, &c->sni, err);
    }
    if (is(option, "-starttls") && aud_is_host(value)) {
        c->starttls_told = true;
        return aud_host_fold(value, &c->arena, &c->starttls, err);
    }
    return AUD_OK;
}

/* "$ openssl s_client -connect www.example.org:443 -showcerts < /dev/null" */
static aud_status on_command(capture *c, aud_str line, aud_error *err)
{
    aud_str word, last = {NULL, 0};

    aud_arena_reset(&c->arena);
    c->host = c->sni = c->starttls = (aud_str){NULL, 0};
    c->port = 0;
    c->sni_told = false;
    c->commanded = c->starttls_told = true; /* without the option there is none */
    while (aud_str_split(&line, ' ', &word)) {
        word = aud_str_trim(word);
        if (word.len > 1 && (word.ptr[0] == '"' || word.ptr[0] == '\'')) {
            word = aud_str_sub(word, 1, word.len - 2);
        }
        if (word.len > 0) {
            AUD_TRY(read_option(c, last, word, err));
            c->sni_told = c->sni_told || is(word, "-noservername");
            last = word;
        }
    }
    return AUD_OK;
}

/* The file's name without folders and a last ending; "www.example.org_443" or with ':'. */
static bool place_of_name(aud_str path, aud_str *out_host, uint16_t *out_port)
{
    static const char *const endings[] = {".txt", ".log", ".out", ".pem"};
    size_t cut;

    while ((cut = aud_str_find(path, AUD_LIT("/"), 0)) != SIZE_MAX) {
        path = aud_str_sub(path, cut + 1, path.len);
    }
    for (size_t i = 0; i < AUD_COUNT(endings); i++) {
        if (aud_str_ends(path, aud_str_of(endings[i]))) {
            path = aud_str_sub(path, 0, path.len - 4);
            break;
        }
    }
    cut = path.len;
    while (cut > 0 && path.ptr[cut - 1] != '_' && path.ptr[cut - 1] != ':') {
        cut--;
    }
    if (cut < 2 || !aud_port_parse(aud_str_sub(path, cut, path.len), out_port)) {
        return false;
    }
    *out_host = aud_str_sub(path, 0, cut - 1);
    return aud_is_host(*out_host) && !aud_str_has(*out_host, AUD_LIT("_")) &&
           (aud_str_has(*out_host, AUD_LIT(".")) || is(*out_host, "localhost"));
}

static aud_status set_place(capture *c, aud_error *err)
{
    aud_endpoint *e = &c->endpoint;
    const aud_str endpoint = c->reading->options->endpoint;
    aud_str host = {NULL, 0};
    uint16_t port = 0;

    if (c->host.len > 0) {
        e->sni_told = c->sni_told;
        e->starttls_told = c->starttls_told;
        e->port = c->port;
        AUD_TRY(aud_endpoint_text(e, c->sni, &e->sni, err));
        AUD_TRY(aud_endpoint_text(e, c->starttls, &e->starttls, err));
        return aud_endpoint_text(e, c->host, &e->host, err);
    }
    if ((endpoint.len > 0 && aud_host_port_split(endpoint, &host, &port) && host.len > 0) ||
        (endpoint.len == 0 && place_of_name(c->reading->input->path, &host, &port))) {
        e->port = port;
        return aud_host_fold(host, &e->arena, &e->host, err);
    }
    return AUD_OK;
}

/* --- sessions --------------------------------------------------------------------------------- */

static aud_status begin_session(capture *c, aud_error *err)
{
    aud_endpoint_begin(&c->endpoint);
    c->endpoint.line = c->at;
    c->endpoint.suites_partial = c->endpoint.protocols_told = true;
    c->part = OUTSIDE;
    c->in_pem = false;
    c->open = true;
    c->connected = c->refused = c->finished = c->no_cipher = false;
    c->listed = 0;
    c->session_told = c->newest = false;
    c->suite = (aud_str){NULL, 0};
    c->dh_bits = 0;
    c->renegotiation = c->master_secret = c->early_data = AUD_TRI_UNKNOWN;
    c->sessions++;
    return set_place(c, err);
}

static aud_status set_handshake(capture *c, aud_error *err)
{
    aud_endpoint *e = &c->endpoint;
    const aud_suite *suite = aud_suite_find(c->suite);
    const bool newest = c->newest || (suite && (aud_suite_code(suite) & 0xff00) == 0x1300);
    const bool told = newest || c->session_told;
    const aud_protocol protocol = newest ? AUD_TLS_1_3 : c->session;

    AUD_TRY(aud_endpoint_suite_add(e, suite, c->suite, told ? 1u << protocol : 0,
                                   (uint64_t)c->dh_bits, err));
    e->tested = e->offered;
    if (told && protocol != AUD_TLS_1_3) { /* there the words mean nothing */
        e->secure_renegotiation = c->renegotiation;
        e->extended_master_secret = c->master_secret;
    } else if (told) {
        e->early_data = c->early_data;
    }
    return AUD_OK;
}

static aud_status emit(capture *c, aud_error *err)
{
    aud_endpoint *e = &c->endpoint;

    if (e->host.len == 0) {
        AUD_TRY(aud_endpoint_gap(
            e, c->reading, AUD_GAP_BROKEN, e->line,
            "the capture does not tell host and port: name the file HOST_PORT.txt, give "
            "the source an 'endpoint: \"host:443\"', or keep the command line in it",
            err));
        return aud_endpoint_emit_certs(e, c->reading, err);
    }
    AUD_TRY(set_handshake(c, err));
    return aud_endpoint_emit(e, c->reading, err);
}

static aud_status end_session(capture *c, aud_error *err)
{
    aud_endpoint *e = &c->endpoint;

    if (!c->open) {
        return AUD_OK;
    }
    c->open = false;
    e->chain_whole = e->chain.len > 0 && e->chain.len == c->listed && !e->chain_broken;
    if (c->refused) {
        return aud_endpoint_gap(e, c->reading, AUD_GAP_UNREADABLE, e->line,
                                "s_client could not connect; connect again", err);
    }
    if (c->no_cipher) {
        return aud_endpoint_gap(e, c->reading, AUD_GAP_UNREADABLE, e->line,
                                "s_client got no handshake; connect again", err);
    }
    if (c->finished && !c->in_pem) {
        return emit(c, err);
    }
    AUD_TRY(aud_endpoint_emit_certs(e, c->reading, err));
    return aud_endpoint_gap(e, c->reading, AUD_GAP_BROKEN, e->line,
                            "the capture breaks off before the suite is told; connect again", err);
}

/* --- lines ------------------------------------------------------------------------------------ */

static aud_status end_pem(capture *c, aud_error *err)
{
    aud_endpoint *e = &c->endpoint;

    c->in_pem = false;
    /* "Server certificate" repeats the leaf where the chain did not show it */
    if (c->part == STAPLE || c->part == OUTSIDE || (c->part == LEAF && e->chain.len > 0)) {
        return AUD_OK;
    }
    return aud_endpoint_cert_pem(e, c->reading, aud_buf_str(&c->pem), c->pem_line, false, err);
}

static aud_status on_pem_line(capture *c, aud_str line, aud_error *err)
{
    if (c->pem.len + line.len + 1 > MAX_PEM) {
        return AUD_OK; /* END is missing: what is kept cannot be decoded, and that is said */
    }
    AUD_TRY(aud_buf_add(&c->pem, line, err));
    AUD_TRY(aud_buf_add(&c->pem, AUD_LIT("\n"), err));
    return aud_str_starts(line, AUD_LIT("-----END ")) ? end_pem(c, err) : AUD_OK;
}

/* "X25519, 253 bits", "ECDH, P-256, 256 bits", "DH, 2048 bits" */
static aud_status on_temp_key(capture *c, aud_str text, aud_error *err)
{
    aud_str name = {NULL, 0}, rest = text;
    uint64_t bits = 0;

    (void)aud_str_split(&rest, ',', &name);
    if (is(name, "DH")) {
        (void)aud_str_split(&rest, 'b', &name);
        if (aud_parse_u64(aud_str_trim(name), &bits) && bits <= INT32_MAX) {
            c->dh_bits = (int64_t)bits;
        }
        return AUD_OK;
    }
    if (is(name, "ECDH") && aud_str_split(&rest, ',', &name)) {
        name = aud_str_trim(name);
    }
    return name.len > 0 ? aud_endpoint_group_add(&c->endpoint, name, err) : AUD_OK;
}

static void on_suite(capture *c, aud_str text, aud_error *err, aud_status *out)
{
    c->finished = true;
    if (is(text, "(NONE)")) {
        c->no_cipher = true;
    } else {
        *out = aud_endpoint_text(&c->endpoint, text, &c->suite, err);
    }
}

/* "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384"; also "Reused, ..." */
static bool on_summary(capture *c, aud_str line, aud_error *err, aud_status *out)
{
    const aud_str mark = AUD_LIT(", Cipher is ");
    const size_t at = aud_str_find(line, mark, 0);

    if (at == SIZE_MAX ||
        !(aud_str_starts(line, AUD_LIT("New, ")) || aud_str_starts(line, AUD_LIT("Reused, ")))) {
        return false;
    }
    c->newest = aud_str_has(aud_str_sub(line, 0, at), AUD_LIT("TLSv1.3"));
    on_suite(c, aud_str_trim(aud_str_sub(line, at + mark.len, line.len)), err, out);
    return true;
}

static void on_session_version(capture *c, aud_str text)
{
    if (!c->session_told) {
        c->session_told = aud_protocol_find(text, &c->session);
    }
}

/* "Start Time: 1795422713" */
static void on_start_time(capture *c, aud_str text)
{
    uint64_t seconds = 0;

    if (!c->endpoint.scanned_at_told && aud_parse_u64(text, &seconds) &&
        seconds < UINT64_C(253402300800)) {
        c->endpoint.scanned_at_told = true;
        c->endpoint.scanned_at = (int64_t)seconds;
    }
}

/* Facts in the order of their lines; those of the session's block are indented. */
static aud_status on_fact(capture *c, aud_str line, aud_error *err)
{
    aud_endpoint *e = &c->endpoint;
    aud_status st = AUD_OK;
    aud_str text;

    if (on_summary(c, line, err, &st)) {
        return st;
    }
    if (behind(line, "Ciphersuite: ", &text)) { /* -brief */
        on_suite(c, text, err, &st);
    } else if (behind(line, "Protocol version: ", &text) || behind(line, "Protocol: ", &text) ||
               behind(line, "Protocol  : ", &text)) {
        on_session_version(c, text);
    } else if (behind(line, "Server Temp Key: ", &text) || behind(line, "Peer Temp Key: ", &text)) {
        st = on_temp_key(c, text, err);
    } else if (behind(line, "Negotiated TLS1.3 group: ", &text)) {
        st = is(text, "<NULL>") ? AUD_OK : aud_endpoint_group_add(e, text, err);
    } else if (behind(line, "Secure Renegotiation IS", &text)) {
        c->renegotiation = is(text, "supported") ? AUD_TRI_YES : AUD_TRI_NO;
    } else if (behind(line, "Extended master secret: ", &text)) {
        c->master_secret = is(text, "yes") ? AUD_TRI_YES : AUD_TRI_NO;
    } else if (behind(line, "Max Early Data: ", &text)) {
        c->early_data = is(text, "0") ? AUD_TRI_NO : AUD_TRI_YES;
    } else if (behind(line, "Compression: ", &text)) {
        e->compression = is(text, "NONE") ? AUD_TRI_UNKNOWN : AUD_TRI_YES; /* not asked for */
    } else if (behind(line, "TLS session ticket:", &text)) {
        e->session_tickets = AUD_TRI_YES;
    } else if (behind(line, "Acceptable client certificate CA names", &text) ||
               behind(line, "Client Certificate Types: ", &text)) {
        e->client_certificate = AUD_TRI_YES;
    } else if (behind(line, "Start Time: ", &text)) {
        on_start_time(c, text);
    }
    return st;
}

/* " 0 s:CN = www.example.org" */
static bool is_entry(aud_str line)
{
    size_t at = 0;

    line = aud_str_trim(line);
    while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9') {
        at++;
    }
    return at > 0 && aud_str_starts(aud_str_sub(line, at, line.len), AUD_LIT(" s:"));
}

static bool on_part(capture *c, aud_str line)
{
    aud_str text;

    if (behind(line, "Certificate chain", &text) && text.len == 0) {
        c->part = CHAIN;
    } else if (behind(line, "Server certificate", &text) && text.len == 0) {
        c->part = LEAF;
    } else if (behind(line, "OCSP response: ", &text) || behind(line, "OCSP response:", &text)) {
        c->part = STAPLE;
        c->endpoint.ocsp_stapled =
            aud_str_starts(text, AUD_LIT("no response")) ? AUD_TRI_NO : AUD_TRI_YES;
    } else if (is(line, "---")) {
        c->part = OUTSIDE;
    } else {
        return false;
    }
    return true;
}

/* A connection that failed before CONNECTED, in the words of the versions. */
static bool is_refusal(aud_str line)
{
    return aud_str_starts(line, AUD_LIT("connect:errno=")) ||
           aud_str_has(line, AUD_LIT(":BIO_lookup")) ||
           aud_str_starts(line, AUD_LIT("gethostbyname failure")) ||
           aud_str_has(line, AUD_LIT("didn't found starttls")) ||
           aud_str_has(line, AUD_LIT("Didn't find STARTTLS"));
}

static bool is_command(aud_str line)
{
    return aud_str_has(line, AUD_LIT("s_client ")) && aud_str_has(line, AUD_LIT(" -connect"));
}

/* Whether the line begins another session than the one at hand. */
static aud_status on_border(capture *c, aud_str line, bool *out, aud_error *err)
{
    const bool connected = aud_str_starts(line, AUD_LIT("CONNECTED(")) ||
                           aud_str_starts(line, AUD_LIT("CONNECTION ESTABLISHED"));
    const bool refused = is_refusal(line);

    *out = true;
    if (is_command(line)) {
        AUD_TRY(end_session(c, err));
        return on_command(c, line, err);
    }
    if (connected || (refused && !(c->open && c->connected && !c->finished))) {
        AUD_TRY(c->open && !c->refused ? end_session(c, err) : AUD_OK);
        if (!(refused && c->open && c->refused)) {
            AUD_TRY(begin_session(c, err));
        }
        c->connected = connected;
        c->refused = refused;
        return AUD_OK;
    }
    if (refused) {
        c->refused = true;
        return AUD_OK;
    }
    *out = false;
    return AUD_OK;
}

static aud_status on_line(capture *c, aud_str line, aud_error *err)
{
    bool border = false;

    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    if (c->in_pem) {
        return on_pem_line(c, aud_str_trim(line), err);
    }
    AUD_TRY(on_border(c, line, &border, err));
    if (border || !c->open) {
        return AUD_OK;
    }
    if (aud_str_starts(line, AUD_LIT("-----BEGIN CERTIFICATE-----")) ||
        aud_str_starts(line, AUD_LIT("-----BEGIN TRUSTED CERTIFICATE-----"))) {
        c->in_pem = true;
        c->pem.len = 0;
        c->pem_line = c->at;
        return on_pem_line(c, aud_str_trim(line), err);
    }
    if (c->part == CHAIN && is_entry(line)) {
        c->listed++;
        return AUD_OK;
    }
    return on_part(c, line) ? AUD_OK : on_fact(c, aud_str_trim(line), err);
}

/* --- the file --------------------------------------------------------------------------------- */

static aud_status end_line(capture *c, aud_error *err)
{
    c->at++;
    const aud_status st = on_line(c, aud_buf_str(&c->line), err);
    c->line.len = 0;
    return st;
}

/* Of a line longer than any that s_client writes the beginning is enough. */
static aud_status add_piece(capture *c, aud_str piece, aud_error *err)
{
    const size_t room = MAX_LINE - c->line.len;

    return aud_buf_add(&c->line, aud_str_sub(piece, 0, room), err);
}

static aud_status read_lines(capture *c, aud_error *err)
{
    aud_str chunk;
    aud_status st;

    while ((st = c->reading->input->next(c->reading->input, &chunk, err)) == AUD_OK) {
        size_t from = 0, end;
        while ((end = aud_str_find(chunk, AUD_LIT("\n"), from)) != SIZE_MAX) {
            AUD_TRY(add_piece(c, aud_str_sub(chunk, from, end - from), err));
            AUD_TRY(end_line(c, err));
            from = end + 1;
        }
        AUD_TRY(add_piece(c, aud_str_sub(chunk, from, chunk.len), err));
    }
    if (st != AUD_END) {
        return st;
    }
    return c->line.len > 0 ? end_line(c, err) : AUD_OK;
}

static void capture_clear(capture *c)
{
    aud_endpoint_clear(&c->endpoint);
    aud_arena_clear(&c->arena);
    aud_buf_clear(&c->line);
    aud_buf_clear(&c->pem);
}

static aud_status s_client_read(aud_input *input, const aud_read_options *options,
                                aud_reader_scratch *scratch, const aud_sink *sink, aud_error *err)
{
    const aud_reading reading = aud_reading_of(input, options, scratch, sink);
    AUD_CLEANUP(capture_clear) capture c = {.reading = &reading};

    aud_arena_init(&c.arena, (size_t)1 << 20);
    aud_endpoint_init(&c.endpoint);
    aud_buf_init(&c.line, MAX_LINE);
    aud_buf_init(&c.pem, MAX_PEM + MAX_LINE);
    c.endpoint.scanner = "openssl s_client";
    AUD_TRY(read_lines(&c, err));
    AUD_TRY(end_session(&c, err));
    return c.sessions > 0 ? AUD_OK
                          : aud_reading_gap(&reading, AUD_GAP_BROKEN, 0, err,
                                            "the capture holds no connection; connect again");
}

/* A capture begins with what s_client or its shell writes: a guide that quotes one is none. */
static bool begins_like_one(aud_str head)
{
    static const char *const starts[] = {
        "CONNECT",        "depth=",
        "verify ",        "Can't use SSL_get_servername",
        "Connecting to ", "WARNING: ",
        "$ openssl ",     "openssl ",
        "+ openssl ",     "# openssl ",
        "connect:e",      "<<< ",
        ">>> ",           "TLS server extension ",
        "OCSP response:", "getaddrinf",
        "gethostby",      "Warning: ",
    };
    aud_str line = {NULL, 0};
    head = aud_str_trim(head);
    (void)aud_str_split(&head, '\n', &line);

    for (size_t i = 0; i < AUD_COUNT(starts); i++) {
        if (aud_str_starts(line, aud_str_of(starts[i]))) {
            return true;
        }
    }
    return aud_str_has(line, AUD_LIT(":error:"));
}

static unsigned s_client_sniff(aud_str head)
{
    static const char *const marks[] = {"\nCONNECTED(0", "\nCONNECTION ESTABLISHED",
                                        "\nconnect:errno="};

    if (!begins_like_one(head)) {
        return 0;
    }
    for (size_t i = 0; i < AUD_COUNT(marks); i++) {
        const aud_str mark = aud_str_of(marks[i]);
        if (aud_str_has(head, mark) || aud_str_starts(head, aud_str_sub(mark, 1, mark.len))) {
            return 8u * (unsigned)mark.len;
        }
    }
    return 0;
}

const aud_adapter aud_adapter_s_client = {
    .name = "s_client",
    .spec = "openssl s_client 1.0.1 to 3.x, text",
    .max_bytes = UINT64_C(1) << 30,
    .structured = true,
    .sniff = s_client_sniff,
    .read = s_client_read,
};
