#include "render/common.h"

#include "base/str.h"

static const struct of_renderer *const renderers[] = {
	&of_renderer_atom,
	&of_renderer_rss,
	&of_renderer_json,
};

#define N_RENDERERS (sizeof(renderers) / sizeof(*renderers))

const struct of_renderer *of_renderer_at(size_t index)
{
	return index < N_RENDERERS ? renderers[index] : NULL;
}

const struct of_renderer *of_renderer_find(struct of_str name)
{
	for (size_t i = 0; i < N_RENDERERS; i++)
		if (of_str_equal(name, of_str_from(renderers[i]->name)))
			return renderers[i];
	return NULL;
}
