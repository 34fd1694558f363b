/* engine/ingest/testssl.c - targets of testssl.sh: findings in, endpoints and gaps out. */
#include "engine/ingest/testssl.h"

#include "engine/base/text.h"
#include "engine/ingest/names.h"

static aud_status keep(aud_testssl *t, aud_status st)
{
    t->refused = t->refused || st != AUD_OK;
    return st;
}

void aud_testssl_init(aud_testssl *t, const aud_reading *reading)
{
    *t = (aud_testssl){.reading = reading};
    aud_endpoint_init(&t->endpoint);
    t->endpoint.scanner = "testssl";
}

void aud_testssl_clear(aud_testssl *t)
{
    aud_endpoint_clear(&t->endpoint);
}

/* --- the file's head -------------------------------------------------------------------------- */

aud_status aud_testssl_head(aud_testssl *t, aud_str key, aud_str value, aud_error *err)
{
    uint64_t seconds = 0;

    if (aud_str_eq(key, AUD_LIT("version"))) {
        aud_str rest = aud_str_trim(value), number;
        if (aud_str_split(&rest, ' ', &number)) {
            (void)snprintf(t->version, sizeof(t->version), "%.*s", AUD_ARG(number));
            t->endpoint.scanner_version = aud_str_of(t->version);
        }
    } else if (aud_str_eq(key, AUD_LIT("Invocation"))) {
        t->filtered = aud_str_has(value, AUD_LIT("--severity")) ||
                      aud_str_has(value, AUD_LIT("--ssl-native"));
    } else if (aud_str_eq(key, AUD_LIT("startTime")) && aud_parse_u64(value, &seconds) &&
               seconds <= INT32_MAX * UINT64_C(64)) {
        t->started = (int64_t)seconds;
        t->started_told = true;
        return keep(t, t->reading->sink->taken(t->reading->sink->ctx, t->started, err));
    }
    return AUD_OK;
}

/* --- targets ---------------------------------------------------------------------------------- */

aud_status aud_testssl_open(aud_testssl *t, uint32_t line, aud_error *err)
{
    AUD_TRY(aud_testssl_close(t, err));
    aud_endpoint_begin(&t->endpoint);
    t->endpoint.line = line;
    t->endpoint.protocols_told = true;
    t->endpoint.suites_partial = t->filtered;
    t->endpoint.scanned_at = t->started;
    t->endpoint.scanned_at_told = t->started_told;
    t->open = true;
    t->placed = false;
    t->first_chain = true;
    t->told_certs = 0;
    t->by_suite = false;
    return AUD_OK;
}

aud_status aud_testssl_place(aud_testssl *t, aud_str host, aud_str address, aud_str port,
                             uint32_t line, aud_error *err)
{
    aud_endpoint *e = &t->endpoint;
    aud_str folded;

    t->targets++;
    AUD_TRY(keep(t, aud_host_fold(host, &e->arena, &folded, err)));
    if (!aud_is_host(folded) || !aud_port_parse(port, &e->port)) {
        return keep(t, aud_reading_gap(t->reading, AUD_GAP_BROKEN, line, err,
                                       "a target without a readable host and port; scan again"));
    }
    e->host = folded;
    AUD_TRY(keep(t, aud_host_fold(address, &e->arena, &e->address, err)));
    if (!aud_is_ip(e->address)) {
        e->address = (aud_str){NULL, 0};
    }
    e->sni_told = true; /* a name is sent, an address is not */
    e->sni = aud_is_ip(e->host) ? (aud_str){NULL, 0} : e->host;
    t->placed = true;
    return AUD_OK;
}

/* Facts that only the whole of a target's findings decides. */
static void conclude(aud_testssl *t)
{
    aud_endpoint *e = &t->endpoint;
    size_t first = 0;

    while (first < e->chain.len && (first == 0 || !e->chain.items[first].other_leaf)) {
        first++;
    }
    e->chain_whole = first > 0 && !e->chain_broken && t->told_certs == (int64_t)first;
    e->suites_whole = t->by_suite;
}

aud_status aud_testssl_close(aud_testssl *t, aud_error *err)
{
    if (!t->open) {
        return AUD_OK;
    }
    t->open = false;
    t->key[0] = '\0';
    if (!t->placed) {
        return AUD_OK;
    }
    conclude(t);
    return keep(t, aud_endpoint_emit(&t->endpoint, t->reading, err));
}

aud_status aud_testssl_finding(aud_testssl *t, const aud_testssl_row *row, aud_error *err)
{
    if (aud_str_eq(row->id, AUD_LIT("scanTime"))) {
        t->endpoint.suites_partial =
            t->endpoint.suites_partial || aud_str_has(row->finding, AUD_LIT("interrupted"));
        return AUD_OK;
    }
    return keep(t, aud_testssl_facts(t, row, err));
}

/* --- scans that failed ------------------------------------------------------------------------ */

/* "Can't connect to '127.0.0.1:9999' Make sure ...", "127.0.0.1:8445 doesn't seem to be ..." */
static bool host_in_text(aud_str text, aud_str *out_host, uint16_t *out_port)
{
    const aud_str lead = AUD_LIT("Can't connect to '");
    const bool quoted = aud_str_starts(text, lead);
    aud_str rest = quoted ? aud_str_sub(text, lead.len, text.len) : text, place;
    size_t colon;

    if (!aud_str_split(&rest, quoted ? '\'' : ' ', &place)) {
        return false;
    }
    for (colon = place.len; colon > 0 && place.ptr[colon - 1] != ':'; colon--) {
    }
    *out_host = aud_str_sub(place, 0, colon > 0 ? colon - 1 : 0);
    return colon > 0 && aud_port_parse(aud_str_sub(place, colon, place.len), out_port) &&
           (aud_is_host(*out_host) || aud_str_starts(*out_host, AUD_LIT("[")));
}

aud_status aud_testssl_problem(aud_testssl *t, const aud_testssl_row *row, aud_error *err)
{
    const bool no_tls = aud_str_eq(row->id, AUD_LIT("optimal_proto"));
    aud_sighting where = aud_reading_at(t->reading, row->line, AUD_USE_SERVED);
    const aud_str name = aud_str_sub(row->target, 0, aud_str_find(row->target, AUD_LIT("/"), 0));
    const char *what = no_tls ? "testssl found no TLS there; nothing was judged"
                              : "testssl could not scan it; scan again";

    t->targets++;
    if ((!aud_is_host(name) || !aud_port_parse(row->port, &where.port)) &&
        !host_in_text(row->finding, &where.host, &where.port)) {
        return keep(t, aud_reading_gap_at(t->reading, AUD_GAP_UNREADABLE, &where, err,
                                          "testssl could not scan a target; see the report"));
    }
    where.host = where.host.len > 0 ? where.host : name;
    return keep(t, aud_reading_gap_at(t->reading, AUD_GAP_UNREADABLE, &where, err,
                                      "%.*s port %u: %s", AUD_ARG(where.host), where.port, what));
}

static bool is_problem(const aud_testssl_row *row)
{
    return aud_str_eq(row->id, AUD_LIT("scanProblem")) ||
           (aud_str_eq(row->id, AUD_LIT("optimal_proto")) &&
            aud_str_has(row->finding, AUD_LIT("doesn't seem to be")));
}

/* --- rows of the flat JSON and the CSV -------------------------------------------------------- */

static void key_of(const aud_testssl_row *row, char *out, size_t size)
{
    (void)snprintf(out, size, "%.*s %.*s", AUD_ARG(row->target), AUD_ARG(row->port));
}

/* "Scan interrupted" is all that is said of a target, and no problem before it told why. */
static bool was_cut(const aud_testssl *t, const aud_testssl_row *row)
{
    char key[sizeof(t->key)];

    key_of(row, key, sizeof(key));
    return aud_str_eq(row->id, AUD_LIT("scanTime")) &&
           aud_str_has(row->finding, AUD_LIT("interrupted")) && strcmp(key, t->key) != 0;
}

static aud_status switch_target(aud_testssl *t, const aud_testssl_row *row, aud_error *err)
{
    char key[sizeof(t->key)];
    aud_str address = row->target, host;

    key_of(row, key, sizeof(key));
    if ((t->open && strcmp(key, t->key) == 0) || aud_str_eq(row->id, AUD_LIT("scanTime"))) {
        return AUD_OK; /* how long it took is no result: of a failed target it is all there is */
    }
    AUD_TRY(aud_testssl_open(t, row->line, err));
    memcpy(t->key, key, sizeof(key));
    (void)aud_str_split(&address, '/', &host);
    return aud_testssl_place(t, host, address, row->port, row->line, err);
}

aud_status aud_testssl_row_add(aud_testssl *t, const aud_testssl_row *row, aud_error *err)
{
    /* problems of the scanner itself carry no target, or a wrong port */
    if (aud_str_eq(row->id, AUD_LIT("engine_problem"))) {
        return AUD_OK;
    }
    if (is_problem(row)) {
        AUD_TRY(aud_testssl_close(t, err));
        key_of(row, t->key, sizeof(t->key));
        return aud_testssl_problem(t, row, err);
    }
    if (aud_str_eq(row->target, AUD_LIT("/")) || row->target.len == 0) {
        return AUD_OK; /* the end of the whole run */
    }
    if (was_cut(t, row)) {
        AUD_TRY(aud_testssl_close(t, err));
        return aud_testssl_problem(t, row, err);
    }
    AUD_TRY(switch_target(t, row, err));
    return t->open && t->placed ? aud_testssl_finding(t, row, err) : AUD_OK;
}

aud_status aud_testssl_broken(aud_testssl *t, aud_status st, const aud_error *why, aud_error *err)
{
    const aud_gap_kind kind = st == AUD_E_LIMIT ? AUD_GAP_LIMIT : AUD_GAP_BROKEN;

    if (!t->open || !t->placed) {
        return aud_reading_gap(t->reading, kind, why->line, err,
                               "the report breaks off here, and what follows is missing: %s; scan "
                               "again",
                               why->message);
    }
    AUD_TRY(aud_endpoint_emit_certs(&t->endpoint, t->reading, err));
    return aud_endpoint_gap(&t->endpoint, t->reading, kind, why->line,
                            "the report breaks off in the middle of this target, and what follows "
                            "is missing; scan again",
                            err);
}
