/* engine/cli/commands.c - which command, its help page, the version. */
#include "engine/cli/cli.h"

#include "engine/base/text.h"

#include <certaudit_version.h>

typedef struct command {
    const char *name;
    int (*run)(aud_args *args, aud_out *out); /* NULL: the contract's, not this version's */
    const char *usage;
    const char *line;
    const char *help;
} command;

static int run_version(aud_args *args, aud_out *out);
static int run_help(aud_args *args, aud_out *out);

static const command commands[] = {
    {"check", aud_command_check, "check [SOURCE...]", "read, judge, report, gate",
     "Reads every SOURCE (a folder, a file, a git work tree or a bare repository; default: the\n"
     "configuration's sources, or '.'), judges what it finds and gates by the exit code:\n"
     "  0  clean\n"
     "  1  findings at or above --fail-on\n"
     "  2  usage, configuration or policy error\n"
     "  3  nothing judged\n"
     "  4  incomplete: something could not be read or decided\n"
     "  5  a report could not be written\n"
     "\n"
     "Examples:\n"
     "  certaudit check                                   the repository one stands in\n"
     "  certaudit check --base origin/main                only what the change brings\n"
     "  certaudit check /etc/ssl/certs                    a plain folder\n"
     "  certaudit check --rev v1.4 infra.git              a bare clone at a tag\n"
     "  certaudit check -o junit=out/junit.xml -o sarif=out/certs.sarif -o html=out/certs.html\n"
     "  certaudit check --at 2026-12-24T00:00:00Z .       as it will be judged then\n"
     "\n"
     "A CSV whose headers are not known is mapped in certaudit.yaml, header to field:\n"
     "  sources:\n"
     "    - {name: cmdb, path: certs.csv, format: inventory_csv,\n"
     "       columns: {\"Cert Name\": subject, \"Good Until\": not_after, \"Held By\": owners}}\n"
     "\n"
     "Ignored files of a work tree are those of its .gitignore files and .git/info/exclude;\n"
     "core.excludesFile is not read: no git configuration changes what is judged.\n"},
    {"evidence", aud_command_evidence, "evidence [REPOSITORY]",
     "what was true at every commit of a period, as a pack",
     "Judges the state at every first-parent commit of --ref in the --period, and at the instants\n"
     "between commits at which time alone changes a verdict, each by the rules (configuration,\n"
     "policies, waivers) of its own commit, and writes a pack: index.html, results.json,\n"
     "results.sarif, junit.xml, population.csv, cipher_inventory.csv, waivers.csv, timeline.csv,\n"
     "statement.json, config.json, run.json, the policies, SHA256SUMS. Exit 0 if the pack is\n"
     "complete, whatever the period was like.\n"
     "\n"
     "Examples:\n"
     "  certaudit evidence --period 2026-Q3 --ref main --pack out/2026-Q3\n"
     "  certaudit evidence --period 2026-Q3 --pack q3.zip --sign-key k.pem --sign-cert c.pem\n"
     "  certaudit evidence --attach-timestamp reply.tsr q3.zip\n"
     "  certaudit evidence --period FY2027-Q1 --fiscal-start 7 --pack out/FY2027-Q1\n"
     "  certaudit evidence --period 2026-07-01..2026-08-15 --pack out/audit infra.git\n"},
    {"verify", aud_command_verify, "verify PACK", "whether a pack is what it was when it was made",
     "Checks every file of the pack against SHA256SUMS: one that was changed, taken out or added "
     "is\n"
     "named, exit 5; and, with --trust, who signed it and since when a time stamp attests that.\n"
     "Without --trust a signature proves nothing: exit 5, unless --digests-only.\n"
     "\n"
     "Examples:\n"
     "  certaudit verify --trust company-ca.pem out/2026-Q3.zip\n"
     "  certaudit verify --digests-only out/2026-Q3\n"
     "  certaudit verify --digests-only --replay infra.git out/2026-Q3     done again, compared\n"
     "  certaudit verify --trust company-ca.pem --sample 25 --seed 7 q3.zip\n"},
    {"show", aud_command_show, "show [SOURCE...]", "every subject as a policy sees it",
     "Prints every subject with its facts, places and owners. A fact that is not shown is\n"
     "unknown, '-' is known to be absent. With -o json=- the facts are part of the result.\n"},
    {"policy", aud_command_policy, "policy SUBCOMMAND",
     "list, show, explain, test and write policies",
     "  list                            every policy that the configuration gives\n"
     "  show ID                         all of one policy, its parameters with their origin\n"
     "  explain ID SUBJECT [SOURCE...]  why it gave its verdict: what it read, asked and was told\n"
     "  test [DIR|PACK...]              runs the cases beside policies; coverage of their lines\n"
     "  new PACK/NAME [--dir DIR]       writes a policy with its cases; overwrites nothing\n"
     "  controls [GLOB]                 the catalogue of controls: what each asks, what the\n"
     "                                  evidence leaves open, and which policies speak to it\n"
     "  reference                       every fact, function and key, as a page in Markdown\n"
     "  annotations                     the same for editors (Lua language server)\n"
     "\n"
     "list, show, explain and controls write JSON with -o json=PATH, test JUnit with -o "
     "junit=PATH.\n"
     "SUBJECT is an id, a SHA-256 or its beginning, host:port, path, path:line or a name.\n"
     "\n"
     "A pack is a folder: policies/PACK/POLICY.lua, named by 'policies: {dirs: [policies]}' of\n"
     "certaudit.yaml or by --policies. Cases lie beside, in policies/PACK/POLICY/:\n"
     "  pass_* fail_* na_*   one input each, a file or a folder; its name says the verdict "
     "wanted.\n"
     "                       It is judged alone, as a git repository, or as a plain folder if its\n"
     "                       name holds '.folder.'\n"
     "  certaudit.yaml       parameters for these cases (may be left out)\n"
     "  clock                the judged instant (default: 2026-01-01T00:00:00Z)\n"
     "test exits with 0 if all is as wanted, 1 if a case is not or a policy lacks one of the "
     "three,\n"
     "2 if a policy does not load, 3 if there was nothing to test.\n"
     "\n"
     "Examples:\n"
     "  certaudit policy new acme/names && certaudit policy test\n"
     "  certaudit policy explain core/expiry www.example.com:443 scans/\n"
     "  certaudit policy explain core/key_size 3fa9c2d1 --at 2027-01-01T00:00:00Z\n"
     "  certaudit policy test -o junit=out/policies.xml\n"},
    {"init", aud_command_init, "init [FORGE]", "a starter configuration and pipeline file",
     "Writes certaudit.yaml at the top of the repository one stands in, with an exclude and its\n"
     "reason for folders like vendor/, and the pipeline file of the forge that is found or named:\n"
     "github, gitlab, azure or jenkins. Nothing that is there is overwritten.\n"},
    {"compare", aud_command_compare, "compare OLD NEW", "two results: new, fixed, persisting",
     "Compares two results.json (or baselines, or evidence packs as folders) and prints what fails "
     "now and did not, what did "
     "and\n"
     "does not any more, and what fails still; -o json=PATH writes the same for programs. Exit 0;\n"
     "with --fail-on-new 1 where something is new.\n"},
    {"inventory", aud_command_inventory, "inventory [SOURCE...]", "the population as a table",
     "Prints everything that the sources hold, each once, with its places and owners: -o csv=PATH\n"
     "(the default, on standard output), -o jsonl=PATH with all facts, -o cyclonedx=PATH as a\n"
     "cryptography bill of materials. Nothing is judged; exit 4 if something could not be read.\n"
     "\n"
     "Example:\n"
     "  certaudit inventory -o csv=certs.csv -o cyclonedx=cbom.cdx.json infra.git scans/\n"},
    {"completion", aud_command_completion, "completion SHELL", "completion for bash, zsh or fish",
     "Prints the script: source <(certaudit completion bash), or put it where the shell looks.\n"},
    {"version", run_version, "version", "program and library versions", ""},
    {"help", run_help, "help [COMMAND]", "this page, or a command's", ""},
};

void aud_commands(aud_command_each each, void *ctx)
{
    for (size_t i = 0; i < AUD_COUNT(commands); i++) {
        if (commands[i].run != NULL) {
            each(ctx, commands[i].name, commands[i].line);
        }
    }
}

static const command *find(aud_str name)
{
    for (size_t i = 0; i < AUD_COUNT(commands); i++) {
        if (aud_str_eq(name, aud_str_of(commands[i].name))) {
            return &commands[i];
        }
    }
    return NULL;
}

static int unknown(aud_str name)
{
    const char *names[AUD_COUNT(commands)];
    const char *near;

    for (size_t i = 0; i < AUD_COUNT(commands); i++) {
        names[i] = commands[i].name;
    }
    near = aud_nearest(name, names, AUD_COUNT(names));
    if (near == NULL) {
        aud_say("certaudit: unknown command '%.*s'; see certaudit --help", AUD_ARG(name));
    } else {
        aud_say("certaudit: unknown command '%.*s'; did you mean '%s'?", AUD_ARG(name), near);
    }
    return AUD_EXIT_USAGE;
}

int aud_help(const char *name, aud_out *out)
{
    const command *c = name == NULL ? NULL : find(aud_str_of(name));

    if (c != NULL && c->run != NULL) {
        aud_out_printf(out, "usage: certaudit %s\n\n%s\n\n%s", c->usage, c->line, c->help);
        if (c->help[0] != '\0') {
            aud_out_text(out, "\nOptions:\n");
            aud_args_help(c->name, out);
        }
        return AUD_EXIT_CLEAN;
    }
    aud_out_text(out, "certaudit audits TLS certificates and settings against policies.\n\n"
                      "usage: certaudit COMMAND [OPTION...] [SOURCE...]\n\n");
    for (size_t i = 0; i < AUD_COUNT(commands) && commands[i].run != NULL; i++) {
        aud_out_printf(out, "  %-20s %s\n", commands[i].usage, commands[i].line);
    }
    aud_out_text(out, "\nStart with 'certaudit check' in a repository; 'certaudit COMMAND --help' "
                      "tells more.\n");
    return AUD_EXIT_CLEAN;
}

static int run_version(aud_args *args, aud_out *out)
{
    AUD_UNUSED(args);
    aud_out_text(out, "certaudit " CERTAUDIT_VERSION "\n");
    return AUD_EXIT_CLEAN;
}

static int run_help(aud_args *args, aud_out *out)
{
    char name[32] = "";
    aud_str wanted;

    if (args->operands.len == 0) {
        return aud_help(NULL, out);
    }
    wanted = aud_str_sub(args->operands.items[0], 0, sizeof name - 1);
    if (find(wanted) == NULL) {
        return unknown(args->operands.items[0]);
    }
    memcpy(name, wanted.ptr, wanted.len);
    return aud_help(name, out);
}

int aud_cli(int argc, char **argv, aud_out *out)
{
    AUD_CLEANUP(aud_args_clear) aud_args args = {0};
    const command *c;
    aud_error err = {0};
    aud_str name = aud_str_of(argc > 1 ? argv[1] : "--help");

    if (argc < 2) {
        (void)aud_help(NULL, out);
        return AUD_EXIT_USAGE;
    }
    if (aud_str_eq(name, AUD_LIT("--help")) || aud_str_eq(name, AUD_LIT("-h"))) {
        return aud_help(NULL, out);
    }
    if (aud_str_eq(name, AUD_LIT("--version")) || aud_str_eq(name, AUD_LIT("-V"))) {
        return run_version(&args, out);
    }
    c = find(name);
    if (c == NULL) {
        return unknown(name);
    }
    if (c->run == NULL) {
        aud_say("certaudit: '%s' is not part of this version", c->name);
        return AUD_EXIT_USAGE;
    }
    if (aud_args_read(&args, c->name, argc - 1, argv + 1, &err) != AUD_OK) {
        aud_complain(&err);
        return AUD_EXIT_USAGE;
    }
    if (args.help) {
        return aud_help(c->name, out);
    }
    if (args.version) {
        return run_version(&args, out);
    }
    return c->run(&args, out);
}
