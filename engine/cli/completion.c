/* engine/cli/completion.c - completion scripts for shells, made from the tables of commands,
 * options and formats. */
#include "engine/cli/cli.h"

static void put_command(void *ctx, const char *name, const char *line)
{
    AUD_UNUSED(line);
    aud_out_printf(ctx, " %s", name);
}

static void put_option(void *ctx, const char *name, char letter, const char *value)
{
    AUD_UNUSED(letter);
    AUD_UNUSED(value);
    aud_out_printf(ctx, " --%s", name);
}

static void put_formats(aud_out *out, const char *before)
{
    size_t num = 0;
    const aud_reporter *const *all = aud_reporter_all(&num);

    for (size_t i = 0; i < num; i++) {
        aud_out_printf(out, "%s%s=", before, all[i]->name);
    }
}

static const char *const severities = "critical high medium low info";

static void put_bash(aud_out *out)
{
    aud_out_text(out,
                 "# bash completion of certaudit\n"
                 "_certaudit() {\n"
                 "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                 "    COMPREPLY=()\n"
                 "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"");
    aud_commands(put_command, out);
    aud_out_text(out, "\" -- \"$word\")\n"
                      "        return\n"
                      "    fi\n"
                      "    case $before in\n"
                      "    -o | --output)\n"
                      "        mapfile -t COMPREPLY < <(compgen -W \"");
    put_formats(out, " ");
    aud_out_text(out, "\" -- \"$word\")\n"
                      "        compopt -o nospace\n"
                      "        return ;;\n"
                      "    --fail-on | --min-severity)\n"
                      "        mapfile -t COMPREPLY < <(compgen -W \"");
    aud_out_text(out, severities);
    aud_out_text(out,
                 "\" -- \"$word\")\n"
                 "        return ;;\n"
                 "    --rev | --base | --gate-from)\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$(git for-each-ref "
                 "--format='%(refname:short)' 2>/dev/null)\" -- \"$word\")\n"
                 "        return ;;\n"
                 "    completion)\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"bash zsh fish\" -- \"$word\")\n"
                 "        return ;;\n"
                 "    policy)\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"list show explain test new "
                 "controls reference annotations\" -- \"$word\")\n"
                 "        return ;;\n"
                 "    esac\n"
                 "    if [[ $word == -* ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"");
    aud_args_options(put_option, out);
    aud_out_text(out, "\" -- \"$word\")\n"
                      "    else\n"
                      "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                      "    fi\n"
                      "}\n"
                      "complete -o filenames -F _certaudit certaudit\n");
}

/* zsh runs bash's completion functions. */
static void put_zsh(aud_out *out)
{
    aud_out_text(out, "#compdef certaudit\nautoload -U +X bashcompinit && bashcompinit\n");
    put_bash(out);
}

static void put_fish_text(aud_out *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'' || *c == '\\') {
            aud_out_char(out, '\\');
        }
        aud_out_char(out, *c);
    }
}

static void put_fish_command(void *ctx, const char *name, const char *line)
{
    aud_out_printf(ctx, "complete -c certaudit -n __fish_use_subcommand -f -a %s -d '", name);
    put_fish_text(ctx, line);
    aud_out_text(ctx, "'\n");
}

static void put_fish_option(void *ctx, const char *name, char letter, const char *value)
{
    aud_out_printf(ctx, "complete -c certaudit -l %s", name);
    if (letter != 0) {
        aud_out_printf(ctx, " -s %c", letter);
    }
    aud_out_text(ctx, value == NULL ? "\n" : " -r\n");
}

static void put_fish(aud_out *out)
{
    aud_out_text(out, "# fish completion of certaudit\n");
    aud_commands(put_fish_command, out);
    aud_args_options(put_fish_option, out);
    aud_out_text(out, "complete -c certaudit -s o -l output -x -a '");
    put_formats(out, " ");
    aud_out_printf(out, "'\ncomplete -c certaudit -l fail-on -x -a '%s'\n", severities);
}

int aud_command_completion(aud_args *args, aud_out *out)
{
    static const struct {
        const char *shell;
        void (*put)(aud_out *out);
    } shells[] = {{"bash", put_bash}, {"zsh", put_zsh}, {"fish", put_fish}};

    for (size_t i = 0; args->operands.len == 1 && i < AUD_COUNT(shells); i++) {
        if (aud_str_eq(args->operands.items[0], aud_str_of(shells[i].shell))) {
            shells[i].put(out);
            return AUD_EXIT_CLEAN;
        }
    }
    aud_say("certaudit: 'completion' takes the name of a shell: bash, zsh or fish");
    return AUD_EXIT_USAGE;
}
