/* reporters/html_table.c - sections, tables that scroll by themselves, blocks of long lists. */
#include "reporters/html.h"

void aud_html_section(aud_html *h, const char *id, const char *title)
{
    aud_out_printf(h->out,
                   "\n<section id=\"%s\" aria-labelledby=\"%s-h\">\n<h2 id=\"%s-h\">%s</h2>\n", id,
                   id, id, title);
}

void aud_html_section_end(aud_html *h)
{
    aud_html_raw(h, "</section>\n");
}

static void put_caption(aud_html *h, const aud_html_caption *caption)
{
    aud_html_text(h, caption->what);
    if (caption->end - caption->begin < caption->of) {
        aud_out_char(h->out, ' ');
        aud_html_num(h, caption->begin + 1);
        aud_html_raw(h, " to ");
        aud_html_num(h, caption->end);
        aud_html_raw(h, " of ");
        aud_html_num(h, caption->of);
    }
}

void aud_html_table(aud_html *h, const char *style, const aud_html_caption *caption,
                    const aud_html_column *columns, size_t num_columns)
{
    /* a region of its own that the keyboard reaches: on a narrow screen only the table scrolls */
    aud_html_raw(h, "<section class=\"scroll\" tabindex=\"0\" aria-label=\"");
    put_caption(h, caption);
    aud_html_raw(h, "\"><table class=\"");
    aud_html_raw(h, style);
    aud_html_raw(h, "\"><caption>");
    put_caption(h, caption);
    aud_html_raw(h, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < num_columns; i++) {
        aud_html_raw(h, "<th scope=\"col\"");
        if (columns[i].style != NULL) {
            aud_out_printf(h->out, " class=\"%s\"", columns[i].style);
        }
        aud_html_raw(h, ">");
        aud_html_raw(h, columns[i].title);
        aud_html_raw(h, "</th>");
    }
    aud_html_raw(h, "</tr></thead>\n<tbody>\n");
}

void aud_html_table_end(aud_html *h)
{
    aud_html_raw(h, "</tbody></table></section>\n");
}

void aud_html_num_cell(aud_html *h, size_t number, const char *style)
{
    aud_html_raw(h, "<td class=\"n");
    if (number == 0) {
        aud_html_raw(h, " zero");
    } else if (style != NULL) {
        aud_out_char(h->out, ' ');
        aud_html_raw(h, style);
    }
    aud_html_raw(h, "\">");
    aud_html_num(h, number);
    aud_html_raw(h, "</td>");
}

size_t aud_html_block_rows(size_t num)
{
    return num > AUD_HTML_ROWS_MAX ? AUD_HTML_BLOCK_ROWS : num;
}

void aud_html_block(aud_html *h, const aud_html_caption *caption, bool open)
{
    if (caption->end - caption->begin < caption->of) {
        aud_html_raw(h, open ? "<details open=\"\"><summary>" : "<details><summary>");
        put_caption(h, caption);
        aud_html_raw(h, "</summary><div class=\"block\">\n");
    }
}

void aud_html_block_end(aud_html *h, const aud_html_caption *caption)
{
    if (caption->end - caption->begin < caption->of) {
        aud_html_raw(h, "</div></details>\n");
    }
}
