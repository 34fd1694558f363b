/* tests/fuzz/fuzz_reporters_html.c - any text of an input leaves the markup of the page as it was.
 */
#include <stdlib.h>

#include "engine/base/text.h"
#include "reporters/reporter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Markup outside attributes, but for what a long or foreign text rightly brings along. */
static size_t count_tags(aud_str page)
{
    size_t tags = 0;

    for (size_t at = 0; at < page.len; at++) {
        aud_str rest = aud_str_sub(page, at, 6);

        tags += page.ptr[at] == '<' && !aud_str_starts(rest, AUD_LIT("<bdi")) &&
                !aud_str_starts(rest, AUD_LIT("</bdi")) && !aud_str_starts(rest, AUD_LIT("<em>")) &&
                !aud_str_starts(rest, AUD_LIT("</em>"));
    }
    return tags;
}

static void render(aud_str text, aud_buf *page)
{
    const aud_sighting where = {.source = text, .path = text, .host = text, .record = text};
    const aud_owner owner = {.name = text};
    const aud_item item = {text, text, text};
    const aud_policy_info policy = {.id = AUD_LIT("a/b"),
                                    .title = text,
                                    .remediation = AUD_LIT("x"),
                                    .kinds = ~0u,
                                    .cite = {.doc = text, .version = AUD_LIT("1")},
                                    .counts = {1}};
    const aud_subject_info subject = {.kind = AUD_KIND_POPULATION,
                                      .id = AUD_LIT("population:run"),
                                      .label = text,
                                      .sightings = &where,
                                      .num_sightings = 1,
                                      .owners = &owner,
                                      .num_owners = 1};
    const aud_finding finding = {.verdict = AUD_V_WAIVED,
                                 .message = text,
                                 .items = &item,
                                 .num_items = 1,
                                 .location = where,
                                 .waiver = text};
    const uint8_t verdict = AUD_V_WAIVED;
    const aud_result result = {.tool_version = text,
                               .policies = &policy,
                               .num_policies = 1,
                               .subjects = &subject,
                               .num_subjects = 1,
                               .verdicts = &verdict,
                               .findings = &finding,
                               .num_findings = 1,
                               .notices = &text,
                               .num_notices = 1};
    const aud_report_env env = {0};
    AUD_CLEANUP(aud_out_closep) aud_out *out = NULL;

    if (aud_out_open_buf(page, &out, NULL) != AUD_OK ||
        aud_reporter_html.write(&result, &env, out, NULL) != AUD_OK ||
        aud_out_finish(out, NULL) != AUD_OK) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    aud_buf plain, page;
    aud_str text;
    int32_t code;

    if (size == 0) {
        return 0;
    }
    aud_buf_init(&plain, (size_t)1 << 24);
    aud_buf_init(&page, (size_t)1 << 24);
    render(AUD_LIT("x"), &plain);
    render((aud_str){(const char *)data, size}, &page);
    text = aud_buf_str(&page);
    if (count_tags(text) != count_tags(aud_buf_str(&plain))) {
        abort();
    }
    for (size_t at = 0; at < text.len;) {
        code = aud_utf8_next(text, &at);
        if (code < 0 || (code != '\n' && aud_utf8_is_unsafe((uint32_t)code))) {
            abort();
        }
    }
    aud_buf_clear(&plain);
    aud_buf_clear(&page);
    return 0;
}
