/* render.c - which renderer a reply goes to. */
#include "render.h"

void sr_render(struct sr_renderer *renderer, const struct sr_reply *reply, struct sr_text *out)
{
    switch (renderer->form) {
    case SR_TEXT:
        render_text(reply, out);
        break;
    case SR_MARKDOWN:
        render_markdown(renderer, reply, out);
        break;
    case SR_HTML:
        render_html(reply, out);
        break;
    case SR_JSON:
        render_json(reply, out);
        break;
    case SR_CSV:
        render_csv(renderer, reply, out);
        break;
    }
}

void sr_renderer_fini(struct sr_renderer *renderer)
{
    sr_text_fini(&renderer->head);
}
