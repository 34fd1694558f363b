/* engine/tree/xml.c - XML through libxml2's push parser, with limits of our own. */
#include "engine/tree/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <pthread.h>

#include "engine/tree/text_input.h"

enum {
    MAX_DEPTH = 64,
    MAX_ATTRIBUTES = 256, /* of one element, declarations of namespaces counted */
    MAX_NAMESPACES = 256, /* declared in the open elements together: libxml2 searches linearly */
    MAX_TEXT = 16 << 20,  /* of one element, its children not counted */
    MAX_NAME = 1024,
    /* One tag, comment, CDATA section or DOCTYPE: libxml2 compares every attribute with every other
     * before it shows them, so only the length of the tag bounds their number. */
    MAX_TAG = 256 << 10,
    PIECE = 32 << 10
};

typedef struct reader {
    const aud_xml_handler *handler;
    xmlParserCtxt *parser;
    aud_text_input text;
    aud_error *err;
    aud_status status; /* of the handler, or of a limit */
    unsigned depth;
    bool had_root;
    int problem; /* libxml2's first error, and its line */
    uint32_t problem_line;
    size_t text_len[MAX_DEPTH];
    aud_xml_attr attrs[MAX_ATTRIBUTES];
    aud_buf names; /* "prefix:local", put together */
} reader;

/* --- errors ----------------------------------------------------------------------------------- */

static uint32_t line_now(const reader *r)
{
    const xmlParserInput *in = r->parser->input;

    return in == NULL || in->line < 1 ? 0 : (uint32_t)in->line;
}

/* Stops the parser with an answer of our own. */
static void stop(reader *r, aud_status st)
{
    if (r->status == AUD_OK) {
        r->status = st;
    }
    xmlStopParser(r->parser);
}

static void refuse(reader *r, aud_status st, const char *message)
{
    const uint32_t line = line_now(r);

    if (r->status != AUD_OK) {
        return;
    }
    (void)aud_fail(r->err, st, "%s", message);
    if (r->err != NULL) {
        r->err->line = line;
    }
    stop(r, st);
}

/* libxml2's messages quote the input, so only their number is taken. */
static void on_problem(void *ctx, xmlErrorPtr problem)
{
    reader *r = ctx;
    const bool counts = problem->level == XML_ERR_FATAL ||
                        (problem->level == XML_ERR_ERROR && problem->domain != XML_FROM_NAMESPACE);

    if (counts && r->problem == 0) {
        r->problem = problem->code;
        r->problem_line = problem->line > 0 ? (uint32_t)problem->line : line_now(r);
    }
}

static const char *problem_in_words(int code)
{
    static const struct {
        int code;
        const char *words;
    } table[] = {
        {XML_ERR_DOCUMENT_EMPTY, "not XML, or empty"},
        {XML_ERR_DOCUMENT_START, "not XML, or empty"},
        {XML_ERR_TAG_NOT_FINISHED, "ends in the middle of an element"},
        {XML_ERR_TAG_NAME_MISMATCH, "an end tag that does not match"},
        {XML_ERR_GT_REQUIRED, "a tag that is not closed"},
        {XML_ERR_LTSLASH_REQUIRED, "an end tag is missing"},
        {XML_ERR_NAME_REQUIRED, "a name is missing"},
        {XML_ERR_INVALID_CHAR, "a character that XML does not allow"},
        {XML_ERR_INVALID_CHARREF, "a reference to a character that XML does not allow"},
        {XML_ERR_INVALID_HEX_CHARREF, "a reference to a character that XML does not allow"},
        {XML_ERR_INVALID_DEC_CHARREF, "a reference to a character that XML does not allow"},
        {XML_ERR_INVALID_ENCODING, "bytes that do not fit the encoding"},
        {XML_ERR_UNKNOWN_ENCODING, "an encoding that is not known"},
        {XML_ERR_UNSUPPORTED_ENCODING, "an encoding that is not known"},
        {XML_ERR_ATTRIBUTE_NOT_STARTED, "an attribute without a quoted value"},
        {XML_ERR_ATTRIBUTE_NOT_FINISHED, "an attribute whose value does not end"},
        {XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute without a value"},
        {XML_ERR_ATTRIBUTE_REDEFINED, "an attribute twice in one element"},
        {XML_ERR_LT_IN_ATTRIBUTE, "'<' in an attribute"},
        {XML_ERR_SPACE_REQUIRED, "a blank is missing between attributes"},
        {XML_ERR_COMMENT_NOT_FINISHED, "a comment that does not end"},
        {XML_ERR_HYPHEN_IN_COMMENT, "'--' in a comment"},
        {XML_ERR_CDATA_NOT_FINISHED, "a CDATA section that does not end"},
        {XML_ERR_MISPLACED_CDATA_END, "']]>' in text"},
        {XML_ERR_PI_NOT_FINISHED, "a processing instruction that does not end"},
        {XML_ERR_RESERVED_XML_NAME, "an XML declaration that does not stand at the beginning"},
        {XML_ERR_DOCTYPE_NOT_FINISHED, "a DOCTYPE that does not end"},
        {XML_ERR_UNDECLARED_ENTITY, "an entity other than the five of XML"},
        {XML_WAR_UNDECLARED_ENTITY, "an entity other than the five of XML"},
        {XML_ERR_ENTITYREF_SEMICOL_MISSING, "an entity without its semicolon"},
        {XML_ERR_UNKNOWN_VERSION, "a version of XML that is not known"},
    };

    for (size_t i = 0; i < AUD_COUNT(table); i++) {
        if (table[i].code == code) {
            return table[i].words;
        }
    }
    return NULL;
}

static aud_status parser_failed(const reader *r)
{
    const char *words = problem_in_words(r->problem);
    aud_status st;

    if (r->problem == XML_ERR_NO_MEMORY) {
        return aud_fail(r->err, AUD_E_NOMEM, "out of memory");
    }
    if (r->problem == XML_ERR_NAME_TOO_LONG) {
        st = aud_fail(r->err, AUD_E_LIMIT, "a name longer than %d bytes", MAX_NAME);
    } else if (r->problem == XML_ERR_DOCUMENT_END) {
        st = aud_fail(r->err, AUD_E_FORMAT, "%s",
                      !r->had_root   ? "not XML, or empty"
                      : r->depth > 0 ? "ends in the middle of an element"
                                     : "something behind the root element");
    } else if (words != NULL) {
        st = aud_fail(r->err, AUD_E_FORMAT, "%s", words);
    } else {
        st = aud_fail(r->err, AUD_E_FORMAT, "not well-formed XML (libxml2 error %d)", r->problem);
    }
    if (r->err != NULL) {
        r->err->line = r->problem_line > 0 ? r->problem_line : line_now(r);
    }
    return st;
}

/* --- events ----------------------------------------------------------------------------------- */

static aud_str of(const xmlChar *text)
{
    return text == NULL ? (aud_str){NULL, 0}
                        : (aud_str){(const char *)text, strlen((const char *)text)};
}

/*
 * The line of the tag's '<'. The parser has read the attributes already; none of them can hold a
 * '<', so the last one before its place is the tag's.
 */
static uint32_t line_of_tag(const reader *r)
{
    const xmlParserInput *in = r->parser->input;
    uint32_t line = line_now(r);
    const char *base, *at, *open;

    if (in == NULL || in->base == NULL || in->cur <= in->base) {
        return line;
    }
    base = (const char *)in->base;
    at = (const char *)in->cur;
    open = memrchr(base, '<', (size_t)(at - base));
    if (open == NULL) {
        return line;
    }
    while ((open = memchr(open, '\n', (size_t)(at - open))) != NULL && line > 1) {
        line--;
        open++;
    }
    return line;
}

/* A name as it is written. `names` has been given the room, so what it gave before stays. */
static aud_str full_name(reader *r, const xmlChar *prefix, const xmlChar *local)
{
    const size_t from = r->names.len;

    if (prefix == NULL) {
        return of(local);
    }
    if (aud_buf_add(&r->names, of(prefix), NULL) != AUD_OK ||
        aud_buf_add(&r->names, AUD_LIT(":"), NULL) != AUD_OK ||
        aud_buf_add(&r->names, of(local), NULL) != AUD_OK) {
        return of(local);
    }
    return (aud_str){r->names.ptr + from, r->names.len - from};
}

/* Makes room for every name of a tag in one piece; refuses long ones. */
static bool reserve_names(reader *r, const xmlChar *local, const xmlChar *prefix, size_t num_ns,
                          const xmlChar **ns, size_t num_attrs, const xmlChar **attrs)
{
    size_t most = of(local).len > of(prefix).len ? of(local).len : of(prefix).len;

    for (size_t i = 0; i < num_ns; i++) {
        most = of(ns[2 * i]).len > most ? of(ns[2 * i]).len : most;
    }
    for (size_t i = 0; i < num_attrs; i++) {
        most = of(attrs[5 * i]).len > most ? of(attrs[5 * i]).len : most;
        most = of(attrs[5 * i + 1]).len > most ? of(attrs[5 * i + 1]).len : most;
    }
    if (most > MAX_NAME) {
        r->problem = XML_ERR_NAME_TOO_LONG;
        stop(r, parser_failed(r));
        return false;
    }
    r->names.len = 0;
    if (aud_buf_reserve(&r->names, (1 + num_ns + num_attrs) * (2 * (most + 1) + 5), r->err) !=
        AUD_OK) {
        stop(r, AUD_E_NOMEM);
        return false;
    }
    return true;
}

static bool within_limits(reader *r, int num_ns, int num_attrs)
{
    if (r->depth == MAX_DEPTH) {
        refuse(r, AUD_E_LIMIT, "nested deeper than 64");
    } else if (num_ns < 0 || num_attrs < 0 || num_ns > MAX_ATTRIBUTES ||
               num_attrs > MAX_ATTRIBUTES - num_ns) {
        refuse(r, AUD_E_LIMIT, "an element with more than 256 attributes");
    } else if (r->parser->nsNr / 2 > MAX_NAMESPACES) {
        refuse(r, AUD_E_LIMIT, "more than 256 declarations of namespaces");
    }
    return r->status == AUD_OK;
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int num_ns, const xmlChar **ns, int num_attrs, int num_defaulted,
                     const xmlChar **attrs)
{
    reader *r = ctx;
    size_t num = 0;
    aud_str name;
    aud_status st;

    AUD_UNUSED(uri);
    AUD_UNUSED(num_defaulted); /* there are none: their declaration is refused */
    if (r->status != AUD_OK || !within_limits(r, num_ns, num_attrs) ||
        !reserve_names(r, local, prefix, (size_t)num_ns, ns, (size_t)num_attrs, attrs)) {
        return;
    }
    name = full_name(r, prefix, local);
    for (int i = 0; i < num_attrs; i++) {
        const xmlChar **a = attrs + (ptrdiff_t)5 * i; /* local, prefix, URI, begin, end */

        r->attrs[num++] =
            (aud_xml_attr){full_name(r, a[1], a[0]), {(const char *)a[3], (size_t)(a[4] - a[3])}};
    }
    for (int i = 0; i < num_ns; i++) {
        const xmlChar **n = ns + (ptrdiff_t)2 * i; /* prefix, URI */

        r->attrs[num++] = (aud_xml_attr){
            n[0] == NULL ? AUD_LIT("xmlns") : full_name(r, (const xmlChar *)"xmlns", n[0]),
            of(n[1])};
    }
    r->had_root = true;
    r->text_len[r->depth] = 0;
    if (r->handler->start != NULL) {
        st = r->handler->start(r->handler->ctx, name, r->attrs, num, r->depth, line_of_tag(r),
                               r->err);
        if (st != AUD_OK) {
            stop(r, st);
            return;
        }
    }
    r->depth++;
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    reader *r = ctx;
    aud_status st;

    AUD_UNUSED(uri);
    if (r->status != AUD_OK || r->depth == 0 ||
        !reserve_names(r, local, prefix, 0, NULL, 0, NULL)) {
        return;
    }
    r->depth--;
    if (r->handler->end != NULL) {
        st = r->handler->end(r->handler->ctx, full_name(r, prefix, local), r->depth, line_now(r),
                             r->err);
        if (st != AUD_OK) {
            stop(r, st);
        }
    }
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    reader *r = ctx;
    aud_status st;

    if (r->status != AUD_OK || r->depth == 0 || len <= 0) {
        return;
    }
    if ((size_t)len > MAX_TEXT - r->text_len[r->depth - 1]) {
        refuse(r, AUD_E_LIMIT, "more than 16 MiB of text in one element");
        return;
    }
    r->text_len[r->depth - 1] += (size_t)len;
    if (r->handler->text != NULL) {
        st = r->handler->text(r->handler->ctx, (aud_str){(const char *)text, (size_t)len}, r->err);
        if (st != AUD_OK) {
            stop(r, st);
        }
    }
}

/* --- what a DOCTYPE may not bring ------------------------------------------------------------- */

static xmlEntityPtr on_entity_use(void *ctx, const xmlChar *name)
{
    AUD_UNUSED(name);
    refuse(ctx, AUD_E_FORMAT, "an entity other than the five of XML");
    return NULL;
}

static void on_entity_declaration(void *ctx, const xmlChar *name, int type,
                                  const xmlChar *public_id, const xmlChar *system_id,
                                  xmlChar *content)
{
    AUD_UNUSED(name);
    AUD_UNUSED(type);
    AUD_UNUSED(public_id);
    AUD_UNUSED(system_id);
    AUD_UNUSED(content);
    refuse(ctx, AUD_E_FORMAT, "a DOCTYPE that declares an entity");
}

static void on_attribute_declaration(void *ctx, const xmlChar *element, const xmlChar *name,
                                     int type, int kind, const xmlChar *value,
                                     xmlEnumerationPtr tree)
{
    AUD_UNUSED(element);
    AUD_UNUSED(name);
    AUD_UNUSED(type);
    AUD_UNUSED(kind);
    AUD_UNUSED(value);
    xmlFreeEnumeration(tree);
    refuse(ctx, AUD_E_FORMAT, "a DOCTYPE that declares attributes");
}

/* --- feeding ---------------------------------------------------------------------------------- */

static pthread_once_t started = PTHREAD_ONCE_INIT;

static void freep(xmlParserCtxt **parser)
{
    if (*parser != NULL) {
        xmlFreeDoc((*parser)->myDoc);
        (*parser)->myDoc = NULL;
        xmlFreeParserCtxt(*parser);
    }
}

static aud_status open_parser(reader *r, xmlParserCtxt **out, aud_error *err)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .getEntity = on_entity_use,
        .getParameterEntity = on_entity_use,
        .entityDecl = on_entity_declaration,
        .attributeDecl = on_attribute_declaration,
        .serror = on_problem,
    };

    if (pthread_once(&started, xmlInitParser) != 0) {
        return aud_fail(err, AUD_E_NOMEM, "cannot start libxml2");
    }
    *out = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
    if (*out == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    /* Without XML_PARSE_NOENT "&amp;" in an attribute would come as "&#38;". It can bring in
     * nothing else: the use and the declaration of every other entity are refused. */
    (void)xmlCtxtUseOptions(*out, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
    (*out)->charset = XML_CHAR_ENCODING_UTF8; /* nothing to find out: aud_text_input has done so */
    r->parser = *out;
    return AUD_OK;
}

/* One call of the parser, and what it left behind; AUD_OK if it may go on. */
static aud_status parse(reader *r, aud_str piece, bool last)
{
    const xmlParserInput *in;

    (void)xmlParseChunk(r->parser, piece.ptr, (int)piece.len, last ? 1 : 0);
    in = r->parser->input;
    if (r->status == AUD_OK &&
        (r->problem != 0 || !r->parser->wellFormed || r->parser->disableSAX != 0)) {
        r->status = parser_failed(r);
    }
    if (r->status == AUD_OK && in != NULL && in->end - in->cur > MAX_TAG) {
        refuse(r, AUD_E_LIMIT, "a tag, comment or CDATA section longer than 256 KiB");
    }
    return r->status;
}

static aud_status push(reader *r, aud_str chunk)
{
    while (chunk.len > 0) {
        const aud_str piece = aud_str_sub(chunk, 0, PIECE);

        AUD_TRY(parse(r, piece, false));
        chunk = aud_str_sub(chunk, piece.len, chunk.len);
    }
    return AUD_OK;
}

static aud_status push_all(reader *r)
{
    for (;;) {
        aud_str chunk = {NULL, 0};
        aud_status st = aud_text_input_next(&r->text, &chunk, r->err);

        if (st == AUD_END) {
            break;
        }
        if (st == AUD_E_FORMAT && r->err != NULL) {
            r->err->line = line_now(r);
        }
        AUD_TRY(st);
        AUD_TRY(push(r, chunk));
    }
    AUD_TRY(parse(r, (aud_str){NULL, 0}, true));
    if (r->depth != 0 || !r->had_root) {
        r->problem = r->had_root ? XML_ERR_TAG_NOT_FINISHED : XML_ERR_DOCUMENT_EMPTY;
        return parser_failed(r);
    }
    return AUD_OK;
}

static void be_silent(void *ctx, const char *format, ...) AUD_PRINTF(2, 3);
static void be_silent(void *ctx, const char *format, ...)
{
    AUD_UNUSED(ctx);
    AUD_UNUSED(format);
}

/*
 * What libxml2 raises without a parser at hand must not reach standard error. The
 * handlers that are changed here for the while are this thread's own.
 */
static aud_status push_in_silence(reader *r)
{
    const xmlStructuredErrorFunc structured = xmlStructuredError;
    const xmlGenericErrorFunc generic = xmlGenericError;
    void *structured_ctx = xmlStructuredErrorContext, *generic_ctx = xmlGenericErrorContext;
    aud_status st;

    xmlSetStructuredErrorFunc(r, on_problem);
    xmlSetGenericErrorFunc(NULL, be_silent);
    st = push_all(r);
    xmlSetStructuredErrorFunc(structured_ctx, structured);
    xmlSetGenericErrorFunc(generic_ctx, generic);
    xmlResetLastError();
    return st;
}

aud_status aud_xml_read(aud_input *input, const aud_xml_handler *handler, aud_error *err)
{
    AUD_CLEANUP(freep) xmlParserCtxt *parser = NULL;
    reader *r;
    aud_status st;

    if (input->rewind != NULL) { /* whoever looked at it before must not hide its beginning */
        AUD_TRY(input->rewind(input, err));
    }
    r = aud_alloc_zero(1, sizeof *r);
    if (r == NULL) {
        return aud_fail(err, AUD_E_NOMEM, "out of memory");
    }
    r->handler = handler;
    r->err = err;
    aud_buf_init(&r->names, (size_t)4 << 20);
    aud_text_input_init(&r->text, input, true);
    st = open_parser(r, &parser, err);
    if (st == AUD_OK) {
        st = push_in_silence(r);
    }
    aud_text_input_clear(&r->text);
    aud_buf_clear(&r->names);
    aud_free(r);
    return st;
}

aud_str aud_xml_attr_get(const aud_xml_attr *attrs, size_t num, const char *name)
{
    const aud_str want = aud_str_of(name);

    for (size_t i = 0; i < num; i++) {
        if (aud_str_eq(attrs[i].name, want)) {
            return attrs[i].value;
        }
    }
    return (aud_str){NULL, 0};
}
