/* engine/cli/policy_new.c - `policy new`: a policy that runs, with its cases. */
#include "engine/base/out.h"
#include "engine/cli/policy_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_NAME = 64 };

static const char policy_text[] =
    "-- %.*s: one sentence that says why somebody wants this.\n"
    "-- 'certaudit policy reference' lists every fact and function; 'certaudit policy "
    "annotations'\n"
    "-- writes them for an editor. Try it: certaudit policy test, certaudit policy explain.\n"
    "return policy {\n"
    "  title = \"Names have at least two labels\",\n"
    "  applies_to = { \"certificate\", \"record\" },\n"
    "  severity = \"medium\",\n"
    "  cite = { doc = \"Our PKI standard\", version = \"1\", at = \"section 1\" },\n"
    "  -- controls = { \"iso_27001_2022:A.8.24\" }, -- 'certaudit policy controls' lists them\n"
    "  params = { min_labels = 2 },\n"
    "  remediation = \"Issue it again with a full domain name.\",\n"
    "\n"
    "  -- Subjects of these kinds that are none of its business are 'not applicable'.\n"
    "  applies = function(subject)\n"
    "    return subject.role == \"leaf\"\n"
    "  end,\n"
    "\n"
    "  check = function(subject, params)\n"
    "    local bad = {}\n"
    "    for _, name in ipairs(subject.dns_names) do\n"
    "      local _, dots = name:gsub(\"%%.\", \"\")\n"
    "      if dots + 1 < params.min_labels then\n"
    "        bad[#bad + 1] = { item = \"dns_names\", got = name,\n"
    "                          want = params.min_labels .. \" labels\" }\n"
    "      end\n"
    "    end\n"
    "    if #bad > 0 then\n"
    "      return fail { items = bad }\n"
    "    end\n"
    "    return pass()\n"
    "  end,\n"
    "}\n";

/* Inventories are the shortest way to say facts; certificate files do as well. */
static const struct {
    const char *name, *record;
} cases[] = {
    {"pass_full_name.json",
     "\"subject\": \"CN=a.example.com\", \"sans\": [\"a.example.com\"], \"is_ca\": false"},
    {"fail_short_name.json",
     "\"subject\": \"CN=intranet\", \"sans\": [\"intranet\"], \"is_ca\": false"},
    {"na_ca.json", "\"subject\": \"CN=Some CA\", \"is_ca\": true"},
};

static const char case_text[] = "{\"schema\": \"certaudit/inventory/1\", \"taken_at\": "
                                "\"2026-01-01T00:00:00Z\", \"records\": [\n"
                                "  {\"id\": \"r1\", %s}\n"
                                "]}\n";

static bool is_name(aud_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_')) {
            return false;
        }
    }
    return s.len > 0 && s.len <= MAX_NAME;
}

/* Never overwrites, not even what came to be in between. */
static aud_status write_new(aud_str path, aud_str text, aud_out *out, aud_error *err)
{
    AUD_CLEANUP(aud_out_closep) aud_out *file = NULL;

    if (access(path.ptr, F_OK) == 0) {
        return aud_fail(err, AUD_E_USAGE, "'%.*s' is there already", AUD_ARG(path));
    }
    AUD_TRY(aud_out_open_file(path, &file, err));
    aud_out_str(file, text);
    AUD_TRY(aud_out_finish(file, err));
    aud_out_printf(out, "%.*s\n", AUD_ARG(path));
    return AUD_OK;
}

static aud_status write_all(aud_args *args, aud_str dir, aud_str id, aud_out *out, aud_error *err)
{
    aud_str folder, path, text;

    AUD_TRY(aud_arena_printf(&args->arena, &folder, err, "%.*s/%.*s", AUD_ARG(dir), AUD_ARG(id)));
    if (access(folder.ptr, F_OK) == 0) {
        return aud_fail(err, AUD_E_USAGE, "'%.*s' is there already", AUD_ARG(folder));
    }
    AUD_TRY(aud_arena_printf(&args->arena, &path, err, "%.*s.lua", AUD_ARG(folder)));
    AUD_TRY(aud_arena_printf(&args->arena, &text, err, policy_text, AUD_ARG(id)));
    AUD_TRY(write_new(path, text, out, err));
    for (size_t i = 0; i < AUD_COUNT(cases); i++) {
        AUD_TRY(
            aud_arena_printf(&args->arena, &path, err, "%.*s/%s", AUD_ARG(folder), cases[i].name));
        AUD_TRY(aud_arena_printf(&args->arena, &text, err, case_text, cases[i].record));
        AUD_TRY(write_new(path, text, out, err));
    }
    return AUD_OK;
}

int aud_policy_new(aud_args *args, aud_out *out)
{
    aud_str dir = args->dir.len > 0 ? args->dir : AUD_LIT("policies");
    aud_str id, rest, pack;
    aud_error err = {0};
    aud_status st;

    if (args->operands.len != 1) {
        return aud_policy_usage("new PACK/NAME [--dir DIR]");
    }
    id = rest = args->operands.items[0];
    if (!aud_str_split(&rest, '/', &pack) || !is_name(pack) || !is_name(rest)) {
        aud_say("certaudit: '%.*s' is no PACK/NAME: both are letters, digits and underscores",
                AUD_ARG(id));
        return AUD_EXIT_USAGE;
    }
    st = write_all(args, dir, id, out, &err);
    if (st != AUD_OK) {
        aud_complain(&err);
        return st == AUD_E_USAGE ? AUD_EXIT_USAGE : AUD_EXIT_OUTPUT;
    }
    if (!args->quiet) {
        aud_say("certaudit: now: certaudit policy test %.*s; 'dirs: [%.*s]' below 'policies:' of "
                "certaudit.yaml lets it judge",
                AUD_ARG(dir), AUD_ARG(dir));
    }
    return AUD_EXIT_CLEAN;
}
